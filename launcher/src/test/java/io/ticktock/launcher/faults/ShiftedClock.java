package io.ticktock.launcher.faults;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** Takes the place of {@link Clock} in altered classes. */
public final class ShiftedClock extends Clock {

    private static final ShiftedTime.Offset OFFSET = new ShiftedTime.Offset();

    private final Clock system;

    private ShiftedClock(Clock system) {
        this.system = system;
    }

    /** As {@link Clock#systemUTC()}. */
    public static Clock systemUTC() {
        return new ShiftedClock(Clock.systemUTC());
    }

    @Override
    public Instant instant() {
        return system.instant().plus(OFFSET.now());
    }

    @Override
    public ZoneId getZone() {
        return system.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new ShiftedClock(system.withZone(zone));
    }
}
