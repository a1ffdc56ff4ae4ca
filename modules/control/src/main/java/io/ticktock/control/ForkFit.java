package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.EdgeType;
import io.ticktock.graph.GraphNode;
import io.ticktock.graph.Plan;

/** Holds what a fork inherits against the version of the graph that it is to go on with. */
final class ForkFit {

    private final AgentGraph before;
    private final AgentGraph after;

    private ForkFit(AgentGraph before, AgentGraph after) {
        this.before = before;
        this.after = after;
    }

    /**
     * Throws FAILED_PRECONDITION unless every token can go on: the node it is at or next runs is there and of the same
     * kind, and so is what its Plan chose, or the join that it waits at.
     *
     * @param before the graph by which the inherited events were decided
     */
    static void require(LifetimeState inherited, AgentGraph before) {
        if (before.digest().equals(inherited.graph().digest())) {
            return;
        }
        ForkFit fit = new ForkFit(before, inherited.graph());
        inherited.openAttempts().forEach(attempt -> fit.requireNode(attempt.scheduled.getNodeId()));
        inherited.tokens().forEach(fit::requireToken);
    }

    private void requireToken(Token token) {
        if (token.held != null) {
            requireNode(token.held.getNodeId());
        }
        if (token.arrivedWith != null) {
            String nodeId = token.arrivedWith.scheduled.getNodeId();
            requireNode(nodeId);
            token.accepted.getNextTaskIdsList().forEach(choice -> requireEdge(nodeId, choice));
        }
        if (token.parkedAt != null) {
            requireJoin(token.parkedAt);
        }
    }

    private void requireNode(String nodeId) {
        GraphNode node = after.nodes().get(nodeId);
        if (node == null) {
            throw unfit("has no node " + nodeId + ", at which the fork goes on");
        }
        if (node instanceof Plan != before.node(nodeId) instanceof Plan) {
            throw unfit(
                    "has " + nodeId + ", at which the fork goes on, as a " + (node instanceof Plan ? "Plan" : "Task"));
        }
    }

    private void requireEdge(String planId, String choice) {
        if (after.edge(planId, choice) == null) {
            throw unfit("has no edge " + planId + " -> " + choice + ", which " + planId + " chose");
        }
    }

    private void requireJoin(String planId) {
        for (String from : after.nodes().keySet()) {
            Edge edge = after.edge(from, planId);
            if (edge != null && edge.type() == EdgeType.JOIN) {
                return;
            }
        }
        throw unfit("has no JOIN edge to " + planId + ", at which a branch of the fork waits");
    }

    private Failure unfit(String what) {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "graph " + after.name() + " version " + after.version() + " " + what
                        + "; fork at an earlier execution, or with another version");
    }
}
