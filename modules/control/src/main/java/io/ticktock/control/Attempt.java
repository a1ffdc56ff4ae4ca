package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Waiting;
import java.time.Duration;
import java.time.Instant;

/** A scheduled attempt of a node whose record has not been accepted yet. */
final class Attempt {

    final Scheduled scheduled;
    final Instant scheduledAt;
    final Token token;

    /** What it waits for, else null. */
    Waiting waiting;
    /** Why it goes on after waiting, else null. */
    Resumption resumption;
    /** When its timeout passes, should it wait that long; null when it has none. */
    Instant timeoutAt;
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
        if (timeoutAt != null) {
            timeoutAt = timeoutAt.plus(paused);
        }
    }

    @Override
    public String toString() {
        return "attempt[" + scheduled.getNodeId() + "#" + scheduled.getIteration() + "." + scheduled.getAttempt() + "@"
                + scheduled.getTokenPath() + (waiting == null ? "" : " waits for " + waiting.getWaitCase())
                + (resumption == null ? "" : " goes on: " + resumption.getCauseCase())
                + (timeoutAt == null ? "" : " until " + timeoutAt) + "]";
    }
}
