package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Waiting;
import java.time.Duration;
import java.time.Instant;

/** A scheduled attempt of a node whose record has not been accepted yet. */
final class Attempt {

    Scheduled scheduled;
    final Instant scheduledAt;
    final Token token;

    /** How often it has waited, including what it waits for now. */
    int waits;
    /** What it waits for, else null. */
    Waiting waiting;
    /** Why it goes on after waiting, else null. */
    Resumption resumption;
    /** When its timeout passes, should it wait that long; null when it has none. */
    Instant timeoutAt;
    /** How long pauses have held it while it waited: that does not count against its timeout. */
    Duration held = Duration.ZERO;
    /** Set once the child lifetime that it waits for is durable. */
    String childLifetimeId;

    Attempt(Scheduled scheduled, Instant scheduledAt, Token token) {
        this.scheduled = scheduled;
        this.scheduledAt = scheduledAt;
        this.token = token;
    }

    String execId() {
        return scheduled.getExecId();
    }

    boolean isWaiting() {
        return waiting != null;
    }

    boolean waitsForChild() {
        return waiting != null && waiting.hasChild();
    }

    /** The child lifetime of its present wait: each wait has its own. */
    String expectedChildId() {
        return ExecutionIds.childLifetimeId(execId(), waits, scheduledAt);
    }

    boolean waitsForChild(String childId) {
        return waitsForChild() && expectedChildId().equals(childId);
    }

    /** The earliest time at which it may be dispatched. */
    Instant notBefore() {
        return scheduled.hasNotBefore() ? ProtoTime.instant(scheduled.getNotBefore()) : scheduledAt;
    }

    /** When, while it waits, time alone makes it go on; null when it never does. */
    Instant dueAt() {
        Instant until = waiting != null && waiting.hasUntil() ? ProtoTime.instant(waiting.getUntil()) : null;
        if (until == null || (timeoutAt != null && timeoutAt.isBefore(until))) {
            return timeoutAt;
        }
        return until;
    }

    void holdFor(Duration paused) {
        held = held.plus(paused);
        if (timeoutAt != null) {
            timeoutAt = timeoutAt.plus(paused);
        }
    }

    @Override
    public String toString() {
        return "attempt[" + scheduled.getNodeId() + "#" + scheduled.getIteration() + "." + scheduled.getAttempt() + "@"
                + scheduled.getTokenPath() + (waiting == null ? "" : " waits for " + waiting.getWaitCase())
                + (resumption == null ? "" : " goes on: " + resumption.getCauseCase())
                + (timeoutAt == null ? "" : " until " + timeoutAt)
                + (waits == 0 ? "" : " waited " + waits + " times, held for " + held) + "]";
    }
}
