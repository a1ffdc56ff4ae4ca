package io.ticktock.control;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.ExaminedRecord;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ReplayLifetimeResponse;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A log that is decided anew, decision by decision, up to the first divergence. Pure; not for several threads at once. */
final class ReplayedLog {

    private static final Verdict WITHOUT_POLICIES = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();

    private final LifetimeState state;
    private final AgentLifetime head;
    private final ReplayLifetimeResponse.Builder outcome = ReplayLifetimeResponse.newBuilder();
    private boolean headCompared;

    /**
     * @param state what the log begins from
     * @param head the lifetime's row
     */
    ReplayedLog(LifetimeState state, AgentLifetime head) {
        this.state = state;
        this.head = head;
    }

    boolean hasDiverged() {
        return outcome.hasDivergence();
    }

    ReplayLifetimeResponse outcome() {
        return outcome.build();
    }

    void diverge(Divergence divergence) {
        outcome.setDivergence(divergence);
    }

    /** Holds the input against what the first event says of it. */
    void compareInput(LifetimeEvent first, Payload input) {
        ByteString digest = InputDigest.of(input);
        if (first.hasStarted() && !digest.equals(first.getStarted().getInputDigest())) {
            diverge(Divergences.ofLifetime("the input is not the one that the lifetime started with", "", ""));
        }
    }

    /**
     * Goes on with these decisions.
     *
     * @param records those that they accept, by exec_id
     * @return what the guardrails are to be asked again, up to the divergence if there is one
     */
    List<AskedAgain> decide(List<RecordedDecision> decisions, Map<String, ExaminedRecord> records) {
        List<AskedAgain> asked = new ArrayList<>();
        for (RecordedDecision decision : decisions) {
            if (!hasDiverged()) {
                decide(decision, records, asked);
            }
        }
        return asked;
    }

    private void decide(RecordedDecision decision, Map<String, ExaminedRecord> records, List<AskedAgain> asked) {
        if (decision.first().getDecision() == 0) {
            diverge(Divergences.of(
                    decision.first(),
                    "",
                    "cannot be recomputed: it was recorded by a version that did not note what was decided together",
                    "",
                    ""));
            return;
        }
        AskedAgain.verdicts(state, decision, records).ifPresent(asked::add);
        DecisionReplay replay = new DecisionReplay(state, decision, records);
        Optional<Divergence> divergence = tried(replay, decision).or(() -> unjudged(decision));
        outcome.setEvents(outcome.getEvents() + replay.agreed());
        if (divergence.isPresent()) {
            diverge(divergence.get());
            return;
        }
        AskedAgain.admission(state, decision).ifPresent(asked::add);
        admit(decision);
        outcome.setDecisions(outcome.getDecisions() + 1);
        outcome.setRoutings(outcome.getRoutings() + routings(decision, records));
        if (state.lastSeq() == head.getLastSeq()) {
            compareHead();
        }
    }

    /** As the control plane does once it has leave. */
    private void admit(RecordedDecision decision) {
        for (LifetimeEvent event : decision.events()) {
            Scheduled scheduled = event.getScheduled();
            if (!scheduled.getAdmissionDigest().isEmpty() && state.openAttempt(scheduled.getExecId()) != null) {
                state.admit(scheduled);
            }
        }
    }

    /** What cannot even be decided, however it got into the log, is a finding like any other. */
    private static Optional<Divergence> tried(DecisionReplay replay, RecordedDecision decision) {
        try {
            return replay.run();
        } catch (RuntimeException e) {
            LifetimeEvent at = decision.events()
                    .get(Math.min(replay.agreed(), decision.events().size() - 1));
            return Optional.of(Divergences.of(
                    at, "", "this event cannot be decided: " + e.getMessage(), Divergences.text(at), ""));
        }
    }

    /** Without policies a record is always accepted as it is. */
    private static Optional<Divergence> unjudged(RecordedDecision decision) {
        return decision.acceptances().stream()
                .filter(event -> {
                    Verdict verdict = event.getAccepted().getVerdict();
                    return verdict.getPolicyDigest().isEmpty() && !verdict.equals(WITHOUT_POLICIES);
                })
                .findFirst()
                .map(event -> Divergences.of(
                        event,
                        "",
                        "the verdict is of no policies",
                        Divergences.text(event.getAccepted().getVerdict()),
                        Divergences.text(WITHOUT_POLICIES)));
    }

    private static long routings(RecordedDecision decision, Map<String, ExaminedRecord> records) {
        return decision.acceptances().stream()
                .map(LifetimeEvent::getAccepted)
                .filter(accepted -> accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                .filter(accepted -> records.get(accepted.getExecId())
                                .getReference()
                                .getHeaders()
                                .getKind()
                        == NodeKind.NODE_KIND_PLAN)
                .count();
    }

    private void compareHead() {
        headCompared = true;
        AgentLifetime recorded = head.toBuilder().clearParked().build();
        AgentLifetime recomputed = state.head();
        if (!recorded.equals(recomputed)) {
            diverge(Divergences.ofLifetime(
                    "the lifetime's row does not say what its log adds up to",
                    Divergences.text(recorded),
                    Divergences.text(recomputed)));
        }
    }

    /** Nothing more is in the log. */
    void end() {
        if (!hasDiverged() && !headCompared) {
            diverge(Divergences.ofLifetime(
                    "the lifetime's row is as of event " + head.getLastSeq() + ", and the log ends with "
                            + state.lastSeq(),
                    "",
                    ""));
        }
    }

    /** What the guardrails answered to what they were asked again. */
    void agreed(AskedAgain asked) {
        int verdicts = asked.expected().size();
        if (asked.question().hasVerdict()) {
            outcome.setVerdicts(outcome.getVerdicts() + verdicts);
        } else {
            outcome.setAdmissions(outcome.getAdmissions() + verdicts);
        }
    }

    /** Of two divergences the one that comes first in the log. */
    void divergeEarlier(Divergence found) {
        if (!hasDiverged()
                || outcome.getDivergence().getSeq() == 0
                || found.getSeq() < outcome.getDivergence().getSeq()) {
            diverge(found);
        }
    }
}
