package io.ticktock.executor;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.EdgeType;
import io.ticktock.sdk.Choice;
import java.util.List;

/** What a Plan may choose: what the edges that leave it allow. */
final class ChoiceCheck {

    static final String CODE = "invalid_choice";

    private final int maxFanOut;

    ChoiceCheck(int maxFanOut) {
        this.maxFanOut = maxFanOut;
    }

    /** Throws an {@link AttemptFailure} that says which choice is wrong. */
    void check(AgentGraph graph, String planId, List<Choice> choices) {
        if (choices.size() > maxFanOut) {
            throw invalid(planId, "chose " + choices.size() + " Tasks; at most " + maxFanOut + " are possible");
        }
        for (Choice choice : choices) {
            check(graph, planId, choice.target(), choices.size() > 1);
        }
    }

    private static void check(AgentGraph graph, String planId, String target, boolean several) {
        Edge edge = graph.edge(planId, target);
        if (edge == null) {
            List<String> targets =
                    graph.outgoingOf(planId).stream().map(Edge::to).toList();
            throw invalid(planId, "chose " + target + ", but its edges lead to " + String.join(", ", targets));
        }
        if (several && edge.type() != EdgeType.PARALLEL) {
            throw invalid(
                    planId,
                    "chose several Tasks, " + target + " among them over an edge of type " + edge.type()
                            + "; several can be chosen over PARALLEL edges only");
        }
    }

    private static AttemptFailure invalid(String planId, String fault) {
        return AttemptFailure.permanent(CODE, "Plan " + planId + " " + fault);
    }
}
