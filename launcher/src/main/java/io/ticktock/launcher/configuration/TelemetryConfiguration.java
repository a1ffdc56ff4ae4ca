package io.ticktock.launcher.configuration;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration key {@code telemetry}: where traces go.
 *
 * @param otlpEndpoint base URL of a collector; empty when nothing is traced
 * @param otlpHeaders that go along, by name; their values may be secret
 * @param sampleRatio part of lifetimes that is traced, 0 to 1
 * @param maxQueuedSpans that wait to be sent; with more, further ones are left out
 */
public record TelemetryConfiguration(
        Optional<URI> otlpEndpoint, Map<String, String> otlpHeaders, double sampleRatio, int maxQueuedSpans) {

    private static final int LARGEST_QUEUE = 1_000_000;
    private static final Set<String> SCHEMES = Set.of("http", "https");

    public TelemetryConfiguration {
        otlpHeaders = Map.copyOf(otlpHeaders);
        if (!(sampleRatio >= 0 && sampleRatio <= 1)) {
            throw new IllegalArgumentException("telemetry.sample_ratio must be 0 to 1, not " + sampleRatio);
        }
        if (maxQueuedSpans < 1 || maxQueuedSpans > LARGEST_QUEUE) {
            throw new IllegalArgumentException(
                    "telemetry.max_queued_spans must be 1 to " + LARGEST_QUEUE + ", not " + maxQueuedSpans);
        }
    }

    /** Throws IllegalArgumentException that begins with the key. */
    static Optional<URI> endpoint(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(text);
            if (uri.getScheme() != null && SCHEMES.contains(uri.getScheme()) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(noEndpoint(text), e);
        }
        throw new IllegalArgumentException(noEndpoint(text));
    }

    private static String noEndpoint(String text) {
        return "telemetry.otlp_endpoint must be a URL such as http://localhost:4318, not '" + text + "'";
    }
}
