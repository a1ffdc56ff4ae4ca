package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What of a lifetime's attempts is open after some of its events, and what each waits for. */
final class OpenAttempts {

    /**
     * @param waiting absent when it does not wait
     * @param childLifetimeId empty until the child that it waits for is durable
     */
    record Open(Scheduled scheduled, Optional<Waiting> waiting, String childLifetimeId) {}

    private final Map<String, Open> open = new LinkedHashMap<>();
    private boolean hasEnded;
    private Optional<Instant> pausedAt = Optional.empty();
    private Duration paused = Duration.ZERO;
    private Optional<Instant> deadline = Optional.empty();

    static OpenAttempts after(LifetimeRows rows) {
        OpenAttempts attempts = new OpenAttempts();
        rows.log().forEach(row -> attempts.apply(row.event()));
        return attempts;
    }

    void apply(LifetimeEvent event) {
        switch (event.getEventCase()) {
            case STARTED -> {
                if (event.getStarted().hasDeadline()) {
                    deadline = Optional.of(ProtoTime.instant(event.getStarted().getDeadline()));
                }
            }
            case SCHEDULED ->
                open.put(event.getScheduled().getExecId(), new Open(event.getScheduled(), Optional.empty(), ""));
            case WAITING ->
                open.computeIfPresent(
                        event.getWaiting().getExecId(),
                        (id, before) -> new Open(before.scheduled, Optional.of(event.getWaiting()), ""));
            case CHILD_STARTED ->
                open.computeIfPresent(
                        event.getChildStarted().getExecId(),
                        (id, before) -> new Open(
                                before.scheduled,
                                before.waiting,
                                event.getChildStarted().getChildLifetimeId()));
            case WOKEN ->
                open.computeIfPresent(
                        event.getWoken().getExecId(), (id, before) -> new Open(before.scheduled, Optional.empty(), ""));
            case ACCEPTED -> open.remove(event.getAccepted().getExecId());
            case CANCELLED -> open.remove(event.getCancelled().getExecId());
            case PAUSED -> pausedAt = pausedAt.or(() -> Optional.of(ProtoTime.instant(event.getTime())));
            case RESUMED -> {
                Instant resumedAt = ProtoTime.instant(event.getTime());
                paused = paused.plus(pausedAt.map(since -> Duration.between(since, resumedAt))
                        .orElse(Duration.ZERO));
                pausedAt = Optional.empty();
            }
            case COMPLETED, FAILED, ABORTED -> {
                hasEnded = true;
                pausedAt = Optional.empty();
                open.clear();
            }
            case HELD, FORKED, PARKED, DIED, JOINED, EVENT_NOT_SET -> {}
        }
    }

    Map<String, Open> all() {
        return open;
    }

    boolean hasEnded() {
        return hasEnded;
    }

    boolean isPaused() {
        return pausedAt.isPresent();
    }

    /** The time by which it must be woken at the latest, were it never paused while something waited. */
    Optional<Instant> dueAt() {
        Optional<Instant> earliest = deadline.map(time -> time.plus(paused));
        for (Open attempt : open.values()) {
            earliest = earlier(earliest, dueAt(attempt));
        }
        return earliest;
    }

    /** A pause holds timeouts, so with pauses they are this late at most. */
    private Optional<Instant> dueAt(Open attempt) {
        if (attempt.waiting.isEmpty()) {
            return attempt.scheduled.hasNotBefore()
                    ? Optional.of(ProtoTime.instant(attempt.scheduled.getNotBefore()))
                    : Optional.empty();
        }
        Waiting waiting = attempt.waiting.get();
        Optional<Instant> until =
                waiting.hasUntil() ? Optional.of(ProtoTime.instant(waiting.getUntil())) : Optional.empty();
        Optional<Instant> timeout = waiting.hasTimeoutAt()
                ? Optional.of(ProtoTime.instant(waiting.getTimeoutAt()).plus(paused))
                : Optional.empty();
        return earlier(until, timeout);
    }

    private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
        if (one.isEmpty() || other.isEmpty()) {
            return one.or(() -> other);
        }
        return one.get().isBefore(other.get()) ? one : other;
    }
}
