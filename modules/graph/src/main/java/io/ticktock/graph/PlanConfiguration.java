package io.ticktock.graph;

import io.ticktock.graph.settings.PlanSettings;
import java.time.Duration;
import java.util.Optional;

/**
 * How a Plan decides.
 *
 * @param type which handler
 * @param settings what the type asks for
 */
public record PlanConfiguration(
        String type,
        PlanSettings settings,
        RetryPolicy retry,
        Optional<Duration> timeout,
        int maxIterations,
        NodeLimits limits) {}
