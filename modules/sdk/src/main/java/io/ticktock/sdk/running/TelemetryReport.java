package io.ticktock.sdk.running;

import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.sdk.Telemetry;
import java.util.Map;
import java.util.TreeMap;

/** Gathers what one attempt's handler reports. */
public final class TelemetryReport implements Telemetry {

    /**
     * The most that one attempt counts of anything: half a million dollars in millionths. Ten million attempts, the most a
     * lifetime can have, still add up without turning negative, which would hand out budget.
     */
    public static final long MOST = 500_000_000_000L;

    private long tokens;
    private long costMicros;
    private ResourceUsage usage = ResourceUsage.getDefaultInstance();
    private final Map<String, Double> measures = new TreeMap<>();

    @Override
    public synchronized void addTokens(long more) {
        tokens = sum("tokens", tokens, more);
    }

    @Override
    public synchronized void addCostMicros(long micros) {
        costMicros = sum("cost", costMicros, micros);
    }

    @Override
    public synchronized void addUsage(ResourceUsage more) {
        usage = ResourceUsage.newBuilder()
                .setInputTokens(sum("input_tokens", usage.getInputTokens(), more.getInputTokens()))
                .setOutputTokens(sum("output_tokens", usage.getOutputTokens(), more.getOutputTokens()))
                .setCachedTokens(sum("cached_tokens", usage.getCachedTokens(), more.getCachedTokens()))
                .setBytesIn(sum("bytes_in", usage.getBytesIn(), more.getBytesIn()))
                .setBytesOut(sum("bytes_out", usage.getBytesOut(), more.getBytesOut()))
                .build();
    }

    @Override
    public synchronized void measure(String name, double value) {
        if (name.isBlank() || Double.isNaN(value) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "a measure has a name and a finite value, not '" + name + "' = " + value);
        }
        if (measures.size() == MAX_MEASURES && !measures.containsKey(name)) {
            throw new IllegalArgumentException("an attempt reports at most " + MAX_MEASURES + " measures");
        }
        measures.put(name, value);
    }

    /** What was reported until now. */
    public synchronized PolicyTelemetry.Builder toMessage() {
        PolicyTelemetry.Builder message = PolicyTelemetry.newBuilder()
                .setTokensUsed(tokens)
                .setCostMicros(costMicros)
                .putAllMeasures(measures);
        return usage.equals(ResourceUsage.getDefaultInstance()) ? message : message.setUsage(usage);
    }

    private static long sum(String what, long before, long more) {
        if (more < 0) {
            throw new IllegalArgumentException(what + " must not be negative, but was " + more);
        }
        return more > MOST - before ? MOST : before + more;
    }
}
