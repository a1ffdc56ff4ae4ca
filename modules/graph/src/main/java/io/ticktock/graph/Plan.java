package io.ticktock.graph;

import io.ticktock.graph.settings.PlanSettings;
import java.time.Duration;
import java.util.Optional;

/** A node that decides which Tasks come next. */
public record Plan(String tenantId, String id, PlanConfiguration configuration) implements GraphNode {

    @Override
    public String type() {
        return configuration.type();
    }

    @Override
    public PlanSettings settings() {
        return configuration.settings();
    }

    @Override
    public RetryPolicy retry() {
        return configuration.retry();
    }

    @Override
    public Optional<Duration> timeout() {
        return configuration.timeout();
    }

    @Override
    public int maxIterations() {
        return configuration.maxIterations();
    }

    @Override
    public NodeLimits limits() {
        return configuration.limits();
    }
}
