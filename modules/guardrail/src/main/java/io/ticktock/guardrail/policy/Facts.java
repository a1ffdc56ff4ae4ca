package io.ticktock.guardrail.policy;

import com.google.protobuf.Timestamp;
import io.ticktock.graph.expression.VariableSource;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Progress;
import io.ticktock.proto.v1.Totals;
import java.util.Map;

/**
 * What policies are asked about: one execution, and the lifetime it is of.
 *
 * @param outcome of the execution; none before it runs
 * @param content of the result, where a policy reads it
 * @param progress of its node on the token's path, the record included
 * @param totals of the lifetime, the record included
 * @param windows totals of the tenant in each window that a policy asks for, the record included
 * @param labels of the lifetime
 * @param elapsedSeconds since the lifetime started
 */
public record Facts(
        Attempt attempt,
        Outcome outcome,
        Content content,
        Progress progress,
        Totals totals,
        Map<Window, Totals> windows,
        Map<String, String> labels,
        long elapsedSeconds)
        implements VariableSource {

    private static final double MICROS = 1e6;

    /** Of a record that is to be accepted. */
    public static Facts of(ExecutionReference record, Totals totals, Map<String, String> labels, long elapsedSeconds) {
        var headers = record.getHeaders();
        Attempt attempt =
                new Attempt(headers.getNodeId(), headers.getKind(), headers.getIteration(), headers.getAttempt());
        return of(attempt, Outcome.of(record), totals, labels, elapsedSeconds);
    }

    /** Of an attempt that has ended so. */
    public static Facts of(
            Attempt attempt, Outcome outcome, Totals totals, Map<String, String> labels, long elapsedSeconds) {
        return new Facts(
                attempt,
                outcome,
                Content.NONE,
                Progress.getDefaultInstance(),
                totals,
                Map.of(),
                labels,
                elapsedSeconds);
    }

    /** Of an attempt that is to be scheduled. */
    public static Facts of(Attempt candidate, Totals totals, Map<String, String> labels, long elapsedSeconds) {
        return of(candidate, Outcome.NONE, totals, labels, elapsedSeconds);
    }

    /** With what the result holds. */
    public Facts with(Content read) {
        return new Facts(attempt, outcome, read, progress, totals, windows, labels, elapsedSeconds);
    }

    /** With how the node goes on. */
    public Facts with(Progress counted) {
        return new Facts(attempt, outcome, content, counted, totals, windows, labels, elapsedSeconds);
    }

    /** Whole seconds since a lifetime started; a clock that was set back does not make them negative. */
    public static long elapsedSeconds(Timestamp startedAt, Timestamp now) {
        long seconds = now.getSeconds() - startedAt.getSeconds();
        return Math.max(0, now.getNanos() < startedAt.getNanos() ? seconds - 1 : seconds);
    }

    /** With what the tenant's executions add up to. */
    public Facts with(Map<Window, Totals> tenant) {
        return new Facts(attempt, outcome, content, progress, totals, tenant, labels, elapsedSeconds);
    }

    /** As a policy with this window sees it. */
    Facts over(Window window) {
        Totals seen = windows.get(window);
        if (seen == null) {
            throw new IllegalStateException("nobody says what the tenant used in the window " + window);
        }
        return new Facts(attempt, outcome, content, progress, seen, windows, labels, elapsedSeconds);
    }

    @Override
    public Object get(String name) {
        return switch (name) {
            case "execution.node" -> attempt.node();
            case "execution.kind" -> PolicyVariables.word(attempt.kind());
            case "execution.iteration", "iteration" -> (long) attempt.iteration();
            case "execution.attempt" -> (long) attempt.number();
            case "execution.status" -> PolicyVariables.word(outcome.status());
            case "execution.error_code" -> outcome.errorCode();
            case "execution.result_size_bytes" -> outcome.resultSizeBytes();
            case PolicyVariables.RESULT -> content.value();
            case "same_input_runs" -> (long) progress.getSameInput();
            case "rising_cost_runs" -> (long) progress.getRisingCost();
            case "elapsed_s" -> elapsedSeconds;
            case "count" -> totals.getExecutions();
            case "sum.tokens_used" -> totals.getTokensUsed();
            case "sum.cost_usd" -> usd(totals.getCostMicros());
            case "sum.latency_ms" -> totals.getLatencyMs();
            case "max.tokens_used" -> totals.getMaxTokensUsed();
            case "max.cost_usd" -> usd(totals.getMaxCostMicros());
            case "max.latency_ms" -> totals.getMaxLatencyMs();
            default -> ofTelemetry(name, outcome.telemetry());
        };
    }

    private static Object ofTelemetry(String name, PolicyTelemetry telemetry) {
        return switch (name) {
            case "execution.tokens_used" -> telemetry.getTokensUsed();
            case "execution.cost_usd" -> usd(telemetry.getCostMicros());
            case "execution.latency_ms" -> telemetry.getLatencyMs();
            case "execution.measures" -> telemetry.getMeasuresMap();
            case "execution.usage.input_tokens" -> telemetry.getUsage().getInputTokens();
            case "execution.usage.output_tokens" -> telemetry.getUsage().getOutputTokens();
            case "execution.usage.cached_tokens" -> telemetry.getUsage().getCachedTokens();
            case "execution.usage.bytes_in" -> telemetry.getUsage().getBytesIn();
            case "execution.usage.bytes_out" -> telemetry.getUsage().getBytesOut();
            default -> throw new IllegalArgumentException("policies know no variable " + name);
        };
    }

    /**
     * The double nearest to the exact amount: the same one as of the amount written in a file, so that comparisons are
     * exact to the micro.
     */
    private static double usd(long micros) {
        return micros / MICROS;
    }
}
