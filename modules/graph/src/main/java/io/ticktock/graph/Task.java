package io.ticktock.graph;

import io.ticktock.graph.settings.TaskSettings;
import java.time.Duration;
import java.util.Optional;

/** A node that works. */
public record Task(String tenantId, String id, TaskConfiguration configuration) implements GraphNode {

    @Override
    public String type() {
        return configuration.type();
    }

    @Override
    public TaskSettings settings() {
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
