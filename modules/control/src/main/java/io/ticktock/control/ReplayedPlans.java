package io.ticktock.control;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.EdgeType;
import io.ticktock.graph.GraphNode;
import io.ticktock.graph.Plan;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PlanComparison;
import io.ticktock.proto.v1.PlanDifference;
import io.ticktock.proto.v1.PlanEvaluation;
import io.ticktock.proto.v1.ReplayPlansResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A recorded lifetime whose Plans are asked again by a draft of its graph, up to the first that chooses otherwise. Pure;
 * not for several threads at once.
 */
final class ReplayedPlans {

    private static final String UNKNOWN = "it comes after the lifetime's first difference";

    private final LifetimeState state;
    private final AgentGraph recorded;
    private final AgentGraph draft;
    private final Map<String, PlanComparison.Builder> plans = new TreeMap<>();
    private Optional<PlanDifference> difference = Optional.empty();

    /**
     * @param state what the log begins from, as if it were of the draft
     * @param recorded the graph that the lifetime is of
     */
    ReplayedPlans(LifetimeState state, AgentGraph recorded) {
        this.state = state;
        this.recorded = recorded;
        this.draft = state.graph();
    }

    boolean hasDiffered() {
        return difference.isPresent();
    }

    ReplayPlansResponse outcome() {
        ReplayPlansResponse.Builder outcome = ReplayPlansResponse.newBuilder();
        plans.values().forEach(outcome::addPlans);
        difference.ifPresent(outcome::setDifference);
        return outcome.build();
    }

    /** Goes on with these events; gives the decisions among them that can be compared, in their order. */
    List<PlanQuestion> take(List<LifetimeEvent> events) {
        List<PlanQuestion> questions = new ArrayList<>();
        for (LifetimeEvent event : events) {
            Attempt attempt = state.openAttempt(event.getAccepted().getExecId());
            if (attempt != null && recorded.nodes().get(attempt.scheduled.getNodeId()) instanceof Plan) {
                take(event, attempt, questions);
            }
            state.apply(event);
        }
        return questions;
    }

    private void take(LifetimeEvent event, Attempt attempt, List<PlanQuestion> questions) {
        Optional<String> why = whyNot(event.getAccepted(), attempt);
        if (why.isPresent()) {
            leaveOut(attempt.scheduled.getNodeId(), why.get());
        } else {
            questions.add(new PlanQuestion(event.getSeq(), PlanRouter.input(state, attempt)));
        }
    }

    /** Why a decision cannot be compared, so far as the log and the two graphs tell. */
    private Optional<String> whyNot(Accepted accepted, Attempt attempt) {
        String nodeId = attempt.scheduled.getNodeId();
        GraphNode node = draft.nodes().get(nodeId);
        if (hasDiffered()) {
            return Optional.of(UNKNOWN);
        }
        if (accepted.getStatus() != ExecutionStatus.EXECUTION_STATUS_SUCCEEDED) {
            return Optional.of("it failed, and chose nothing");
        }
        if (accepted.getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
            return Optional.of("guardrails rejected what it chose");
        }
        if (node == null) {
            return Optional.of("the new graph has no such node");
        }
        if (!(node instanceof Plan)) {
            return Optional.of("it is a Task in the new graph");
        }
        if (isJoin(recorded, nodeId) != isJoin(draft, nodeId)) {
            return Optional.of("it is a join in one of the two graphs only");
        }
        return draft.usesOf(nodeId).results().stream()
                .filter(name -> !recorded.nodes().containsKey(name))
                .findFirst()
                .map(name -> "it looks at the result of " + name + ", which the recorded graph does not have");
    }

    private static boolean isJoin(AgentGraph graph, String nodeId) {
        return graph.outgoing().values().stream()
                .flatMap(List::stream)
                .anyMatch(edge -> leadsTo(edge, nodeId) && edge.type() == EdgeType.JOIN);
    }

    private static boolean leadsTo(Edge edge, String nodeId) {
        return edge.to().equals(nodeId);
    }

    /**
     * Compares what is recorded with what the draft chooses.
     *
     * @param records by exec_id
     * @param evaluations one per question, in their order
     */
    void compare(
            List<PlanQuestion> questions, Map<String, ExecutionReference> records, List<PlanEvaluation> evaluations) {
        for (int i = 0; i < questions.size(); i++) {
            PlanQuestion question = questions.get(i);
            compare(question, records.get(question.execId()), evaluations.get(i));
        }
    }

    private void compare(PlanQuestion question, ExecutionReference record, PlanEvaluation evaluation) {
        String nodeId = question.nodeId();
        if (hasDiffered()) {
            leaveOut(nodeId, UNKNOWN);
            return;
        }
        if (record == null) {
            leaveOut(nodeId, "its record is missing");
            return;
        }
        if (!evaluation.getNotComparable().isEmpty()) {
            leaveOut(nodeId, evaluation.getNotComparable());
            return;
        }
        PlanComparison.Builder plan = plan(nodeId);
        if (!evaluation.hasError() && evaluation.getNextTaskIdsList().equals(record.getNextTaskIdsList())) {
            plan.setSame(plan.getSame() + 1);
            return;
        }
        plan.setDifferent(plan.getDifferent() + 1);
        difference = Optional.of(difference(question, record, evaluation));
    }

    private static PlanDifference difference(
            PlanQuestion question, ExecutionReference record, PlanEvaluation evaluation) {
        PlanDifference.Builder difference = PlanDifference.newBuilder()
                .setNodeId(question.nodeId())
                .setExecId(question.execId())
                .setSeq(question.seq())
                .addAllRecordedTaskIds(record.getNextTaskIdsList())
                .addAllNextTaskIds(evaluation.getNextTaskIdsList());
        if (evaluation.hasError()) {
            difference.setError(evaluation.getError());
        }
        return difference.build();
    }

    /** Counts decisions that come after the first difference. */
    void leaveOut(List<PlanQuestion> questions) {
        questions.forEach(question -> leaveOut(question.nodeId(), UNKNOWN));
    }

    private void leaveOut(String nodeId, String why) {
        PlanComparison.Builder plan = plan(nodeId);
        plan.putNotCompared(why, plan.getNotComparedOrDefault(why, 0) + 1);
    }

    private PlanComparison.Builder plan(String nodeId) {
        return plans.computeIfAbsent(nodeId, id -> PlanComparison.newBuilder().setNodeId(id));
    }
}
