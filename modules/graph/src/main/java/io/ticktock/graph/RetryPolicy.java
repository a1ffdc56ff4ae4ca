package io.ticktock.graph;

import java.time.Duration;
import java.util.Set;

/**
 * When and how often a failed attempt is tried again.
 *
 * @param maxAttempts 1 to 1,000; 1 means no retry
 * @param initialInterval before the second attempt
 * @param multiplier by which the interval grows, at least 1
 * @param maxInterval where it stops growing
 * @param nonRetryable error codes that are final at once
 */
public record RetryPolicy(
        int maxAttempts, Duration initialInterval, double multiplier, Duration maxInterval, Set<String> nonRetryable) {

    /** What a node has that says nothing of retries. */
    public static final RetryPolicy NONE =
            new RetryPolicy(1, Duration.ofSeconds(1), 2.0, Duration.ofMinutes(1), Set.of());

    /** How long to wait after this attempt (1 for the first). */
    public Duration intervalAfter(int attempt) {
        double millis = initialInterval.toMillis() * Math.pow(multiplier, attempt - 1.0);
        return Duration.ofMillis((long) Math.min(millis, (double) maxInterval.toMillis()));
    }
}
