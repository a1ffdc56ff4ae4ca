package io.ticktock.graph;

import java.util.Optional;

/**
 * Details of an edge.
 *
 * @param join for a JOIN edge; the edges of type JOIN into one Plan share one configuration
 * @param routesFailures from a Task: whether a Task that failed for good goes on to the Plan as a failed record
 */
public record EdgeConfiguration(Optional<JoinConfiguration> join, boolean routesFailures) {

    public static final EdgeConfiguration PLAIN = new EdgeConfiguration(Optional.empty(), false);
}
