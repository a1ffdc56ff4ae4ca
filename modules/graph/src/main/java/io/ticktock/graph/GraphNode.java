package io.ticktock.graph;

import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.graph.settings.LlmPlanSettings;
import io.ticktock.graph.settings.LlmTaskSettings;
import io.ticktock.graph.settings.NodeSettings;
import java.time.Duration;
import java.util.Optional;

/** A node of a graph: a Task works, a Plan decides. */
public sealed interface GraphNode permits Task, Plan {

    String tenantId();

    /** Unique in the graph. */
    String id();

    /** Which handler runs it, such as {@code transform}; a type with a dot is an author's own. */
    String type();

    /** What the type asks for. */
    NodeSettings settings();

    RetryPolicy retry();

    /** For one attempt, from dispatch to result. */
    Optional<Duration> timeout();

    /** How many runs one token may make of this node. */
    int maxIterations();

    /** The most that one attempt uses, as far as it is declared. */
    NodeLimits limits();

    /** Whether an attempt may use what budgets count: tokens or money. What its type cannot spend, it need not declare. */
    default boolean maySpend() {
        return settings() instanceof CustomTaskSettings
                || settings() instanceof LlmTaskSettings
                || settings() instanceof LlmPlanSettings
                || settings() instanceof CustomPlanSettings
                || (settings() instanceof HttpSettings http && !http.telemetry().isEmpty());
    }
}
