package io.ticktock.control;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.ExaminedRecord;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides one recorded decision anew, and compares byte for byte. Pure. The inputs are found in the log: the first event
 * that no earlier input explains tells the next one.
 */
final class DecisionReplay {

    private final LifetimeState state;
    private final RecordedDecision decision;
    private final Map<String, ExaminedRecord> records;
    private final LifetimeMachine machine;
    private final String admissionDigest;
    private int agreed;

    /**
     * @param state before the decision; after {@link #run} it is the one behind what the machine decided
     * @param records those that the decision accepts, as they are stored now, by exec_id
     */
    DecisionReplay(LifetimeState state, RecordedDecision decision, Map<String, ExaminedRecord> records) {
        this.state = state;
        this.decision = decision;
        this.records = records;
        this.machine = LifetimeMachine.deciding(state, decision.refusals(), decision.now());
        this.admissionDigest = decision.admissionDigest();
    }

    /** How many events came out the same. */
    int agreed() {
        return agreed;
    }

    /** The first event that does not follow; empty when all do. */
    Optional<Divergence> run() {
        List<LifetimeEvent> recorded = decision.events();
        while (agreed < recorded.size()) {
            LifetimeEvent next = recorded.get(agreed);
            Optional<Divergence> found = takeInputOf(next).or(this::compare);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Divergence> takeInputOf(LifetimeEvent event) {
        if (event.hasStarted() && event.getSeq() == 1) {
            machine.begin(event.getStarted());
            return Optional.empty();
        }
        Optional<Divergence> faulty = event.hasAccepted() ? examine(event) : Optional.empty();
        if (faulty.isPresent()) {
            return faulty;
        }
        Optional<Input> input = RecordedInputs.of(event, state, recordOf(event));
        if (input.isEmpty()) {
            return Optional.of(diverges(event, "nothing that happened explains this event", ""));
        }
        int before = machine.events().size();
        machine.take(input.get());
        return machine.events().size() > before
                ? Optional.empty()
                : Optional.of(diverges(event, "this event does not follow from what happened", ""));
    }

    private ExecutionReference recordOf(LifetimeEvent event) {
        ExaminedRecord record = records.get(event.getAccepted().getExecId());
        return record == null ? ExecutionReference.getDefaultInstance() : record.getReference();
    }

    private Optional<Divergence> examine(LifetimeEvent event) {
        Accepted accepted = event.getAccepted();
        ExaminedRecord record = records.get(accepted.getExecId());
        if (record == null) {
            return Optional.of(diverges(event, "the record that was accepted is missing", ""));
        }
        ByteString digest = record.getReference().getRecordDigest();
        if (!digest.equals(accepted.getRecordDigest())) {
            return Optional.of(Divergences.of(
                    event,
                    Divergences.nodeOf(event, state),
                    "the record is not the one that was accepted; it was changed",
                    "digest " + hex(accepted.getRecordDigest()),
                    "digest " + hex(digest)));
        }
        if (record.getDifferingColumnsCount() > 0) {
            return Optional.of(diverges(
                    event,
                    "the record's row was changed: " + String.join(", ", record.getDifferingColumnsList())
                            + " do not say what the record says",
                    ""));
        }
        return Optional.empty();
    }

    /** All that was decided by now against what is recorded. */
    private Optional<Divergence> compare() {
        List<LifetimeEvent> decided = machine.events();
        List<LifetimeEvent> recorded = decision.events();
        for (; agreed < decided.size(); agreed++) {
            if (agreed == recorded.size()) {
                return Optional.of(diverges(
                        recorded.get(agreed - 1),
                        "more follows than is recorded",
                        Divergences.text(decided.get(agreed))));
            }
            LifetimeEvent recomputed = noted(decided.get(agreed), recorded.get(agreed));
            if (!recomputed.toByteString().equals(recorded.get(agreed).toByteString())) {
                return Optional.of(diverges(
                        recorded.get(agreed), "another event follows than is recorded", Divergences.text(recomputed)));
            }
        }
        return Optional.empty();
    }

    /** What the guardrails noted when they gave leave is no part of what is decided; they are asked about it themselves. */
    private LifetimeEvent noted(LifetimeEvent recomputed, LifetimeEvent recorded) {
        if (!recomputed.hasScheduled() || admissionDigest.isEmpty()) {
            return recomputed;
        }
        Scheduled.Builder noted = recomputed.getScheduled().toBuilder()
                .setAdmissionDigest(admissionDigest)
                .addAllAdmissionWindows(recorded.getScheduled().getAdmissionWindowsList());
        if (recorded.getScheduled().hasReservation()) {
            noted.setReservation(recorded.getScheduled().getReservation());
        }
        return recomputed.toBuilder().setScheduled(noted).build();
    }

    private Divergence diverges(LifetimeEvent event, String what, String recomputed) {
        return Divergences.of(event, Divergences.nodeOf(event, state), what, Divergences.text(event), recomputed);
    }

    private static String hex(ByteString digest) {
        return HexFormat.of().formatHex(digest.toByteArray());
    }
}
