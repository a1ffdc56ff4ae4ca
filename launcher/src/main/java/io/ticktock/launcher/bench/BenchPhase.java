package io.ticktock.launcher.bench;

import java.util.List;

/** One phase of the load that has come to its end. */
public final class BenchPhase {

    private static final double NANOS_PER_S = 1e9;

    private final List<String> lifetimeIds;
    private final Latencies latencies;
    private final int unheard;
    private final double seconds;

    BenchPhase(List<String> lifetimeIds, Latencies latencies, int unheard, long nanos) {
        this.lifetimeIds = List.copyOf(lifetimeIds);
        this.latencies = latencies;
        this.unheard = unheard;
        this.seconds = nanos / NANOS_PER_S;
    }

    public List<String> lifetimeIds() {
        return lifetimeIds;
    }

    /** How many lifetimes ended without that being heard: they were looked for. */
    public int unheard() {
        return unheard;
    }

    /** Executions that were heard to be accepted. */
    public long steps() {
        return latencies.stepCount();
    }

    public double seconds() {
        return seconds;
    }

    public double stepsPerSecond() {
        return steps() / seconds;
    }

    /** @param percentile 0 to 100 */
    public double stepMs(double percentile) {
        return latencies.stepMs(percentile);
    }

    /** @param percentile 0 to 100 */
    public double lifetimeMs(double percentile) {
        return latencies.lifetimeMs(percentile);
    }
}
