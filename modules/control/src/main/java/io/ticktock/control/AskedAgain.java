package io.ticktock.control;

import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.ExaminedRecord;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.GuardrailAnswer;
import io.ticktock.proto.v1.GuardrailQuestion;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the guardrails said in one decision, to be asked again. Pure.
 *
 * @param question as it was asked then
 * @param expected what is recorded of the answer: one per verdict, in order
 */
record AskedAgain(GuardrailQuestion question, List<Expected> expected) {

    /**
     * One recorded verdict.
     *
     * @param event that says it
     * @param verdict null when it is only known that the attempt was let through
     * @param reservation null when it is not known what was set aside
     */
    record Expected(LifetimeEvent event, String nodeId, Verdict verdict, Reservation reservation) {}

    /**
     * The verdicts on the records that the decision accepts; none when there were no policies.
     *
     * @param state before the decision
     */
    static Optional<AskedAgain> verdicts(
            LifetimeState state, RecordedDecision decision, Map<String, ExaminedRecord> records) {
        List<LifetimeEvent> acceptances = decision.acceptances();
        Optional<String> digest = acceptances.stream()
                .map(event -> event.getAccepted().getVerdict().getPolicyDigest())
                .filter(each -> !each.isEmpty())
                .findFirst();
        if (digest.isEmpty()) {
            return Optional.empty();
        }
        GuardrailQuestion.Builder question = GuardrailQuestion.newBuilder().setPolicyDigest(digest.get());
        List<ExecutionReference> references = new ArrayList<>();
        List<Expected> expected = new ArrayList<>();
        for (LifetimeEvent event : acceptances) {
            ExaminedRecord record = records.get(event.getAccepted().getExecId());
            if (record == null) {
                // The decision itself is found to be without it.
                return Optional.empty();
            }
            Verdict verdict = event.getAccepted().getVerdict();
            references.add(record.getReference());
            expected.add(new Expected(event, record.getReference().getHeaders().getNodeId(), verdict, null));
            question.addRecorded(verdict);
        }
        question.setVerdict(ExecutionController.verdictRequest(state, references, decision.now()));
        return Optional.of(new AskedAgain(question.build(), expected));
    }

    /**
     * The leave for what the decision schedules; none when there were no policies.
     *
     * @param state after the decision
     */
    static Optional<AskedAgain> admission(LifetimeState state, RecordedDecision decision) {
        if (decision.admissionDigest().isEmpty()) {
            return Optional.empty();
        }
        GuardrailQuestion.Builder question = GuardrailQuestion.newBuilder().setPolicyDigest(decision.admissionDigest());
        List<Scheduled> candidates = new ArrayList<>();
        List<Expected> expected = new ArrayList<>();
        for (LifetimeEvent event : decision.admissions()) {
            Scheduled candidate = RecordedDecision.attempt(event).toBuilder()
                    .clearRejection()
                    .clearAdmissionDigest()
                    .clearAdmissionWindows()
                    .clearReservation()
                    .build();
            Verdict refusal = RecordedDecision.refusal(event);
            candidates.add(candidate);
            Reservation reservation = RecordedDecision.attempt(event).getReservation();
            // What the same decision closed again was set aside for nothing, and is not noted.
            boolean isNoted = refusal != null || state.openAttempt(candidate.getExecId()) != null;
            expected.add(new Expected(event, candidate.getNodeId(), refusal, isNoted ? reservation : null));
            question.addReservations(reservation);
            question.addRecorded(refusal == null ? seen(event.getScheduled()) : refusal);
        }
        question.setAdmission(ExecutionController.admissionRequest(state, candidates, decision.now()));
        return Optional.of(new AskedAgain(question.build(), expected));
    }

    private static Verdict seen(Scheduled admitted) {
        return Verdict.newBuilder()
                .addAllWindows(admitted.getAdmissionWindowsList())
                .build();
    }

    /** The first verdict that is another one now. */
    Optional<Divergence> compare(GuardrailAnswer answer) {
        if (!answer.getMissing().isEmpty()) {
            return Optional.of(diverges(expected.get(0), "cannot be recomputed: " + answer.getMissing(), ""));
        }
        if (answer.getVerdictsCount() != expected.size()) {
            return Optional.of(diverges(
                    expected.get(0),
                    "cannot be recomputed: " + answer.getVerdictsCount() + " verdicts for " + expected.size(),
                    ""));
        }
        for (int i = 0; i < expected.size(); i++) {
            if (!agrees(expected.get(i), answer.getVerdicts(i))) {
                return Optional.of(diverges(
                        expected.get(i), "the guardrails say something else", Divergences.text(answer.getVerdicts(i))));
            }
            Reservation reserved =
                    i < answer.getReservationsCount() ? answer.getReservations(i) : Reservation.getDefaultInstance();
            if (!agrees(expected.get(i), reserved)) {
                return Optional.of(Divergences.of(
                        expected.get(i).event,
                        expected.get(i).nodeId,
                        "the guardrails set something else aside",
                        Divergences.text(expected.get(i).reservation),
                        Divergences.text(reserved)));
            }
        }
        return Optional.empty();
    }

    private static boolean agrees(Expected expected, Verdict recomputed) {
        return expected.verdict == null
                ? recomputed.getAction() == GuardrailAction.GUARDRAIL_ACTION_ALLOW
                : recomputed.toByteString().equals(expected.verdict.toByteString());
    }

    private static boolean agrees(Expected expected, Reservation recomputed) {
        return expected.reservation == null
                || expected.reservation.toByteString().equals(recomputed.toByteString());
    }

    private static Divergence diverges(Expected expected, String what, String recomputed) {
        String recorded = expected.verdict == null ? "admitted" : Divergences.text(expected.verdict);
        return Divergences.of(expected.event, expected.nodeId, what, recorded, recomputed);
    }
}
