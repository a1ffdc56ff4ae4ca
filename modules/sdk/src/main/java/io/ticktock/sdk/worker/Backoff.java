package io.ticktock.sdk.worker;

import java.util.random.RandomGenerator;

/** How long to wait before the next try to connect: twice as long each time, and never the same for many workers. */
final class Backoff {

    private final Timing timing;
    private final RandomGenerator random;
    private long nextMillis;

    Backoff(Timing timing, RandomGenerator random) {
        this.timing = timing;
        this.random = random;
        reset();
    }

    /** A stream has held: begin anew. */
    void reset() {
        nextMillis = timing.firstRetry().toMillis();
    }

    /** Half to all of what it is this time; at least 1. */
    long delayMillis() {
        long delay = nextMillis / 2 + random.nextLong(nextMillis / 2 + 1);
        nextMillis = Math.min(2 * nextMillis, timing.longestRetry().toMillis());
        return Math.max(1, delay);
    }
}
