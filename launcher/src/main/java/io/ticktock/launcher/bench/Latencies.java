package io.ticktock.launcher.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How long steps and lifetimes took. Used by one thread. */
final class Latencies {

    private static final long LONGEST_MICROS = TimeUnit.HOURS.toMicros(1);
    private static final int DIGITS = 3;
    private static final double MICROS_PER_MS = 1_000.0;

    private final Histogram steps = new Histogram(LONGEST_MICROS, DIGITS);
    private final Histogram lifetimes = new Histogram(LONGEST_MICROS, DIGITS);

    void step(long nanos) {
        record(steps, nanos);
    }

    void lifetime(long nanos) {
        record(lifetimes, nanos);
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(LONGEST_MICROS, TimeUnit.NANOSECONDS.toMicros(nanos)));
    }

    long stepCount() {
        return steps.getTotalCount();
    }

    double stepMs(double percentile) {
        return steps.getValueAtPercentile(percentile) / MICROS_PER_MS;
    }

    double lifetimeMs(double percentile) {
        return lifetimes.getValueAtPercentile(percentile) / MICROS_PER_MS;
    }
}
