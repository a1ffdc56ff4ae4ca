package io.ticktock.executor.http;

import io.ticktock.bus.outside.AddressRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Bounds of Tasks of type http, and where they may go.
 *
 * @param timeout for one request with its redirects, where the node has none; 1 s to 1 day
 * @param maxResponseBytes 1 KiB to 1 GiB
 * @param maxRedirects 0 to 20
 * @param allowedAddresses ranges such as {@code 10.1.0.0/16} that may be reached although they are not public
 * @param trustedCertificates PEM file of certificates to trust instead of those of the Java runtime
 */
public record HttpConfiguration(
        Duration timeout,
        int maxResponseBytes,
        int maxRedirects,
        List<String> allowedAddresses,
        Optional<Path> trustedCertificates) {

    public static final HttpConfiguration DEFAULT =
            new HttpConfiguration(Duration.ofSeconds(60), 16 << 20, 5, List.of(), Optional.empty());

    public HttpConfiguration {
        check(
                "executor.http.timeout (in seconds)",
                timeout.toSeconds(),
                1,
                Duration.ofDays(1).toSeconds());
        check("executor.http.max_response_bytes", maxResponseBytes, 1 << 10, 1 << 30);
        check("executor.http.max_redirects", maxRedirects, 0, 20);
        allowedAddresses = List.copyOf(allowedAddresses);
        for (String range : allowedAddresses) {
            checkRange(range);
        }
    }

    private static void check(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " must be " + least + " to " + most + ", not " + value);
        }
    }

    private static void checkRange(String range) {
        try {
            AddressRange.parse(range);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("executor.http.allowed_addresses: " + e.getMessage(), e);
        }
    }
}
