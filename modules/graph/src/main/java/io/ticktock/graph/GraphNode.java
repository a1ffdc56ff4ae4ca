package io.ticktock.graph;

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
}
