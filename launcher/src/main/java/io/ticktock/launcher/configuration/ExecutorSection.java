package io.ticktock.launcher.configuration;

import io.ticktock.executor.ExecutorConfiguration;
import io.ticktock.graph.settings.Durations;
import java.time.Duration;

/**
 * The configuration key {@code executor}.
 *
 * @param instances verticles that take attempts, 1 to 64
 * @param drainTimeout how long attempts in hand may go on when the process stops, 1 ms to 30 s
 * @param bounds the rest
 */
public record ExecutorSection(int instances, Duration drainTimeout, ExecutorConfiguration bounds) {

    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);

    public ExecutorSection {
        if (instances < 1 || instances > 64) {
            throw new IllegalArgumentException("executor.instances must be 1 to 64, not " + instances);
        }
        if (drainTimeout.isZero() || drainTimeout.compareTo(LONGEST_DRAIN) > 0) {
            throw new IllegalArgumentException(
                    "executor.drain_timeout must be 1ms to 30s, not " + Durations.format(drainTimeout));
        }
    }
}
