package io.ticktock.api;

import io.ticktock.api.access.Authentication;
import io.ticktock.api.token.TokenConfiguration;
import io.ticktock.api.webhook.WebhookConfiguration;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The configuration key {@code api}.
 *
 * @param host to listen at; a loopback address unless callers are authenticated and TLS is on
 * @param port 0 for any that is free
 * @param tls certificate chain and key; none without TLS
 * @param tokens of an identity provider, beside API keys; none where only these count
 */
public record ApiConfiguration(
        String host,
        int port,
        Authentication authentication,
        Optional<Tls> tls,
        Optional<TokenConfiguration> tokens,
        ApiLimits limits,
        WebhookConfiguration webhooks) {

    private static final int LARGEST_PORT = 65_535;

    /** Two PEM files. */
    public record Tls(Path certificate, Path key) {}

    public ApiConfiguration {
        if (port < 0 || port > LARGEST_PORT) {
            throw new IllegalArgumentException("api.port must be 0 to " + LARGEST_PORT + ", not " + port);
        }
        boolean isGuarded = authentication == Authentication.REQUIRED && tls.isPresent();
        if (!isGuarded && !isLoopback(host)) {
            throw new IllegalArgumentException(
                    "api.host is '" + host + "', which others can reach: set"
                            + " api.authentication to required, and api.tls_certificate and api.tls_key; or listen at 127.0.0.1");
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "api.host must be an address or a name of this machine, not '" + host + "'", e);
        }
    }
}
