package io.ticktock.bus;

import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Totals;

/**
 * What executions add up to. A sum too large for its field stays at the most that fits: turned negative, it would hand out
 * budget.
 */
public final class ProtoTotals {

    private ProtoTotals() {}

    /** With one execution more. */
    public static Totals with(Totals totals, PolicyTelemetry telemetry) {
        return Totals.newBuilder()
                .setExecutions(plus(totals.getExecutions(), 1))
                .setTokensUsed(plus(totals.getTokensUsed(), telemetry.getTokensUsed()))
                .setCostMicros(plus(totals.getCostMicros(), telemetry.getCostMicros()))
                .setLatencyMs(plus(totals.getLatencyMs(), telemetry.getLatencyMs()))
                .setMaxTokensUsed(Math.max(totals.getMaxTokensUsed(), telemetry.getTokensUsed()))
                .setMaxCostMicros(Math.max(totals.getMaxCostMicros(), telemetry.getCostMicros()))
                .setMaxLatencyMs(Math.max(totals.getMaxLatencyMs(), telemetry.getLatencyMs()))
                .build();
    }

    /** Of two sets of executions. */
    public static Totals sum(Totals some, Totals others) {
        return Totals.newBuilder()
                .setExecutions(plus(some.getExecutions(), others.getExecutions()))
                .setTokensUsed(plus(some.getTokensUsed(), others.getTokensUsed()))
                .setCostMicros(plus(some.getCostMicros(), others.getCostMicros()))
                .setLatencyMs(plus(some.getLatencyMs(), others.getLatencyMs()))
                .setMaxTokensUsed(Math.max(some.getMaxTokensUsed(), others.getMaxTokensUsed()))
                .setMaxCostMicros(Math.max(some.getMaxCostMicros(), others.getMaxCostMicros()))
                .setMaxLatencyMs(Math.max(some.getMaxLatencyMs(), others.getMaxLatencyMs()))
                .build();
    }

    private static long plus(long one, long other) {
        long sum = one + other;
        boolean isTooLarge = one > 0 && other > 0 && sum < 0;
        return isTooLarge ? Long.MAX_VALUE : sum;
    }
}
