package io.ticktock.control;

import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Verdict;

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

    /** Somebody wants something of the lifetime. */
    record Signalled(Signal signal) implements Input {}

    /** Time has passed. */
    record Ticked() implements Input {}
}
