package io.ticktock.launcher;

import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.LifetimeEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongFunction;

/** Reads a lifetime's log as it grows. The lifetime goes on while nobody answers for a while, and so does this. */
final class LogReader {

    /** The log is read at least this often: progress messages are hints. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** A server that is started again answers sooner. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

    private final LongFunction<List<LifetimeEvent>> pages;
    private final InstantSource clock;

    private long lastSeq;
    private Instant lookedAt = Instant.MIN;
    private Instant silentSince = Instant.MIN;
    /** Until it is asked again; none while there are answers. */
    private Duration pause = Duration.ZERO;

    /** @param pages the events behind one of this number, oldest first */
    LogReader(LongFunction<List<LifetimeEvent>> pages, InstantSource clock) {
        this.pages = pages;
        this.clock = clock;
    }

    /**
     * The next page if there was a hint or none for long; empty when there is none, or no answer. Throws what has gone
     * wrong when it is of no use to ask again, or has gone wrong for a minute.
     */
    List<LifetimeEvent> next(boolean hinted) {
        Instant now = clock.instant();
        if (now.isBefore(dueAt(hinted))) {
            return List.of();
        }
        lookedAt = now;
        try {
            List<LifetimeEvent> events = pages.apply(lastSeq);
            pause = Duration.ZERO;
            if (!events.isEmpty()) {
                lastSeq = events.get(events.size() - 1).getSeq();
            }
            return events;
        } catch (Failure failure) {
            bear(failure);
            return List.of();
        }
    }

    private Instant dueAt(boolean hinted) {
        if (!pause.isZero()) {
            return lookedAt.plus(pause);
        }
        return hinted ? Instant.MIN : lookedAt.plus(LOOK_EVERY);
    }

    private void bear(Failure failure) {
        if (pause.isZero()) {
            silentSince = lookedAt;
        }
        lookedAt = clock.instant();
        if (!failure.code().retryable() || lookedAt.isAfter(silentSince.plus(LONGEST_SILENCE))) {
            throw failure;
        }
        Duration longer = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    }
}
