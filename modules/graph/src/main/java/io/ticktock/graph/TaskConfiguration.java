package io.ticktock.graph;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How a Task runs.
 *
 * @param type which handler
 * @param settings what the handler's type asks for, as an unmodifiable tree of Map, List, String, Long, Double, Boolean
 *     and null; strings may hold {@code ${…}}
 * @param heartbeatTimeout the longest silence of a running attempt
 */
public record TaskConfiguration(
        String type,
        Map<String, Object> settings,
        RetryPolicy retry,
        Optional<Duration> timeout,
        Optional<Duration> heartbeatTimeout,
        int maxIterations) {}
