package io.ticktock.graph;

import io.ticktock.graph.settings.TaskSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * How a Task runs.
 *
 * @param type which handler
 * @param settings what the type asks for
 * @param heartbeatTimeout the longest silence of a running attempt
 */
public record TaskConfiguration(
        String type,
        TaskSettings settings,
        RetryPolicy retry,
        Optional<Duration> timeout,
        Optional<Duration> heartbeatTimeout,
        int maxIterations,
        NodeLimits limits) {}
