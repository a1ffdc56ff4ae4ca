package io.ticktock.testkit.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** The wall clock of one process, which goes on with the simulation's time and may be set to another. */
public final class SimulatedClock implements InstantSource {

    private static final Instant BEGIN = Instant.parse("2030-01-01T12:00:00Z");

    private final LongSupplier nanoTime;
    private Duration ahead = Duration.ZERO;

    SimulatedClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Sets it so much ahead of the simulation's time; behind, if that is negative. */
    public void set(Duration ahead) {
        this.ahead = ahead;
    }

    @Override
    public Instant instant() {
        return BEGIN.plusNanos(nanoTime.getAsLong()).plus(ahead);
    }
}
