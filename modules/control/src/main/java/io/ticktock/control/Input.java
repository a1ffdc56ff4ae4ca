package io.ticktock.control;

import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Verdict;
import java.util.List;

/** What can happen to a lifetime. */
sealed interface Input {

    /** A record is durable, and this is what the guardrails say of it. */
    record Recorded(ExecutionReference record, Verdict verdict) implements Input {}

    /** An attempt has ended, and no record of it can be made. */
    record RecordRefused(String execId, String reason) implements Input {}

    /** An executor says that an attempt waits for something outside. */
    record WaitReported(ExecutionWaiting waiting) implements Input {}

    /** The child lifetime of a waiting attempt is durable. */
    record ChildStarted(String execId, String childLifetimeId) implements Input {}

    /** The child lifetime of a waiting attempt cannot be started. */
    record ChildRefused(String execId, String childLifetimeId, String reason) implements Input {}

    /**
     * Somebody wants something of the lifetime.
     *
     * @param ifLastSeq only while its head is of one of these events; empty: in any case
     */
    record Signalled(Signal signal, List<Long> ifLastSeq) implements Input {

        Signalled(Signal signal) {
            this(signal, List.of());
        }

        boolean hasCondition() {
            return !ifLastSeq.isEmpty();
        }

        boolean isMetBy(long headSeq) {
            return ifLastSeq.isEmpty() || ifLastSeq.contains(headSeq);
        }
    }

    /** Time has passed. */
    record Ticked() implements Input {}
}
