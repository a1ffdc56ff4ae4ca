package io.ticktock.bus;

import java.util.function.LongSupplier;
import org.slf4j.event.Level;

/**
 * At what level to tell the log of a fault that may hit very many at the same moment: the first one and then one a minute loudly,
 * the others quietly. For one event loop.
 */
public final class FrequentFault {

    private final LongSupplier nanos;

    private boolean isTold;
    private long toldAtNanos;
    private long quiet;
    private long quietBefore;

    /** @param nanos a clock that only goes forward, in nanoseconds */
    public FrequentFault(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** It has happened once more: WARN or DEBUG. */
    public Level level() {
        long now = nanos.getAsLong();
        if (isTold && now - toldAtNanos < LastingFault.TOLD_EVERY.toNanos()) {
            quiet++;
            return Level.DEBUG;
        }
        isTold = true;
        toldAtNanos = now;
        quietBefore = quiet;
        quiet = 0;
        return Level.WARN;
    }

    /** How many were told quietly between the last two that were told loudly. */
    public long quietBefore() {
        return quietBefore;
    }
}
