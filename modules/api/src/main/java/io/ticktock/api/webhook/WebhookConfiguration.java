package io.ticktock.api.webhook;

import io.ticktock.bus.outside.AddressPolicy;
import io.ticktock.bus.outside.AddressRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The configuration key {@code api.webhooks}.
 *
 * @param maxPerTenant 1 to 1,000
 * @param allowHttp whether their addresses may be of http, too
 * @param allowedAddresses ranges such as {@code 10.1.0.0/16} that may be reached although they are not public
 * @param trustedCertificates PEM file of certificates to trust instead of those of the Java runtime
 * @param timeout of one try, 100 ms to 60 s
 * @param retries how long after each try that failed the next one follows, 1 to 32 of them, each at most 7 days
 * @param disableAfter a webhook through which nothing got for so long is disabled; 1 s to 30 days
 * @param lease how long webhooks are held without renewal, 1 s to 5 min
 * @param maxWaiting deliveries of a webhook that wait for their next try; with so many nothing new is tried. 1 to 10,000
 */
public record WebhookConfiguration(
        int maxPerTenant,
        boolean allowHttp,
        List<String> allowedAddresses,
        Optional<Path> trustedCertificates,
        Duration timeout,
        List<Duration> retries,
        Duration disableAfter,
        Duration lease,
        int maxWaiting) {

    private static final int MOST_RETRIES = 32;

    public WebhookConfiguration {
        allowedAddresses = List.copyOf(allowedAddresses);
        retries = List.copyOf(retries);
        check("api.webhooks.max_per_tenant", maxPerTenant, 1, 1_000);
        check("api.webhooks.timeout (in ms)", timeout.toMillis(), 100, 60_000);
        check("api.webhooks.retries (how many)", retries.size(), 1, MOST_RETRIES);
        for (Duration retry : retries) {
            check(
                    "api.webhooks.retries (each, in ms)",
                    retry.toMillis(),
                    1,
                    Duration.ofDays(7).toMillis());
        }
        check(
                "api.webhooks.disable_after (in seconds)",
                disableAfter.toSeconds(),
                1,
                Duration.ofDays(30).toSeconds());
        check("api.webhooks.lease (in seconds)", lease.toSeconds(), 1, 300);
        check("api.webhooks.max_waiting", maxWaiting, 1, 10_000);
        for (String range : allowedAddresses) {
            checkRange(range);
        }
    }

    /** As the shipped configuration has it. */
    public static WebhookConfiguration standard() {
        return new WebhookConfiguration(
                20,
                false,
                List.of(),
                Optional.empty(),
                Duration.ofSeconds(15),
                List.of(
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(30),
                        Duration.ofHours(2),
                        Duration.ofHours(5),
                        Duration.ofHours(10),
                        Duration.ofHours(14),
                        Duration.ofHours(20),
                        Duration.ofHours(24)),
                Duration.ofDays(5),
                Duration.ofSeconds(15),
                1_000);
    }

    public AddressPolicy addresses() {
        return new AddressPolicy(
                allowedAddresses.stream().map(AddressRange::parse).toList());
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
            throw new IllegalArgumentException("api.webhooks.allowed_addresses: " + e.getMessage(), e);
        }
    }
}
