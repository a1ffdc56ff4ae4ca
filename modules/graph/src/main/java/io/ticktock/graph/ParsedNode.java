package io.ticktock.graph;

import io.ticktock.graph.source.SourcePosition;
import java.util.List;
import java.util.Optional;

/**
 * A node as a file declares it.
 *
 * @param plan whether it is a Plan, or else a Task
 * @param position of its id
 * @param node what could be made of it; absent when it has faults
 * @param choices what the Plan chooses as far as the file says
 * @param free whether code decides what the Plan chooses, so that the choices say nothing
 */
record ParsedNode(
        String id,
        boolean plan,
        SourcePosition position,
        Optional<GraphNode> node,
        List<ParsedChoice> choices,
        boolean free) {

    /** What it is called in messages. */
    String title() {
        return (plan ? "the Plan " : "the Task ") + id;
    }
}
