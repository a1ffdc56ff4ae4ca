package io.ticktock.graph;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a Plan decides.
 *
 * @param type which handler
 * @param settings as in {@link TaskConfiguration}; the routing rules of a {@code rules} Plan are among them
 */
public record PlanConfiguration(
        String type, Map<String, Object> settings, RetryPolicy retry, Optional<Duration> timeout, int maxIterations) {}
