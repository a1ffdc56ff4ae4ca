package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.GraphNode;
import io.ticktock.graph.Task;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.PlainJson;
import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.graph.settings.HumanSettings;
import io.ticktock.proto.v1.Answer;
import java.util.List;
import java.util.Optional;

/** Holds an answer against the form of the Task that waits for it, before it is taken for one. */
final class AnswerCheck {

    private AnswerCheck() {}

    /** Throws a Failure that names every fault of the answer. */
    static void require(GraphNode node, Answer answer) {
        Optional<BoundedSchema> form = formOf(node);
        if (form.isEmpty()) {
            return;
        }
        List<String> faults = form.get().faultsOf(parse(node.id(), answer));
        if (!faults.isEmpty()) {
            throw invalid(node.id(), String.join("; ", faults));
        }
    }

    private static Optional<BoundedSchema> formOf(GraphNode node) {
        return node instanceof Task task && task.configuration().settings() instanceof HumanSettings human
                ? human.form()
                : Optional.empty();
    }

    private static Object parse(String nodeId, Answer answer) {
        if (!answer.getPayload().hasInline()) {
            throw invalid(nodeId, "an answer to a form is JSON, given inline");
        }
        try {
            return PlainJson.parse(answer.getPayload().getInline().toStringUtf8());
        } catch (ExpressionFailure e) {
            throw invalid(nodeId, "an answer to a form is JSON: " + e.getMessage());
        }
    }

    private static Failure invalid(String nodeId, String fault) {
        return new Failure(
                FailureCode.INVALID_ARGUMENT, "the answer does not fit the form of " + nodeId + ": " + fault);
    }
}
