package io.ticktock.control;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The time of the database, between two answers of it by this process's monotonic clock. Timers are found due by the
 * database, and lifetimes change hands: were they set by each process's own clock, one that is an hour ahead, or that was
 * for a moment, would have them wait an hour longer. Until the database has answered, and where it says no time, the
 * process's own clock counts.
 */
final class DatabaseClock implements InstantSource {

    private record Told(Instant at, long nanos) {}

    private final InstantSource own;
    private final LongSupplier nanoTime;
    private volatile Told told;

    DatabaseClock(InstantSource own, LongSupplier nanoTime) {
        this.own = own;
        this.nanoTime = nanoTime;
    }

    @Override
    public Instant instant() {
        Told last = told;
        return last == null ? own.instant() : last.at.plusNanos(nanoTime.getAsLong() - last.nanos);
    }

    /**
     * Takes what the database said in the middle of the time that its answer took. It is off by half of that at most, so a
     * later answer counts only where it shows that this is off by more.
     */
    void set(Instant database, long sentNanos) {
        long answeredNanos = nanoTime.getAsLong();
        Duration uncertain = Duration.ofNanos((answeredNanos - sentNanos) / 2);
        Instant now = database.plus(uncertain);
        boolean isWithin =
                told != null && Duration.between(now, instant()).abs().compareTo(uncertain) <= 0;
        if (!isWithin) {
            told = new Told(now, answeredNanos);
        }
    }
}
