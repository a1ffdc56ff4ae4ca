package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.ProtoTotals;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.ResourceUsage;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What one evaluation costs: the verdict on one record, with 50 policies that are all asked and none of which fires. */
@State(Scope.Thread)
public class EvaluationBenchmark {

    private static final Path POLICIES = Path.of("../../launcher/src/bench/policies/fifty.yaml");
    private static final double LARGEST_P99_US = 100;

    private final PolicyEvaluator evaluator = new PolicyEvaluator(PolicyTexts.parse(PolicyTexts.text(POLICIES)));
    private final GraphReference graph =
            GraphReference.newBuilder().setName("bench").setVersion("1.0.0").build();
    private final ExecutionReference record = ExecutionReference.newBuilder()
            .setHeaders(ExecutionHeaders.newBuilder()
                    .setNodeId("draft")
                    .setKind(NodeKind.NODE_KIND_TASK)
                    .setIteration(3)
                    .setAttempt(1)
                    .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED))
            .setTelemetry(PolicyTelemetry.newBuilder()
                    .setTokensUsed(700)
                    .setCostMicros(100_000)
                    .setLatencyMs(40)
                    .setUsage(ResourceUsage.newBuilder().setInputTokens(600).setOutputTokens(100)))
            .setResultSizeBytes(200)
            .build();
    private final Totals totals = Totals.newBuilder()
            .setExecutions(5)
            .setTokensUsed(10_001)
            .setCostMicros(500_000)
            .setLatencyMs(900)
            .setMaxTokensUsed(900)
            .build();

    /** With the sums of the lifetime, as an engine has it done for each record. */
    @Benchmark
    public Verdict evaluate() {
        Totals with = ProtoTotals.with(totals, record.getTelemetry());
        return evaluator.evaluate(graph, Phase.VERDICT, Facts.of(record, with, Map.of(), 61));
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void theSlowestHundredthStaysWithinTheBound() throws RunnerException {
        assertEquals(50, evaluator.set().size());
        assertEquals(GuardrailAction.GUARDRAIL_ACTION_ALLOW, evaluate().getAction());
        Options options = new OptionsBuilder()
                .include(EvaluationBenchmark.class.getName())
                .mode(Mode.SampleTime)
                .timeUnit(TimeUnit.MICROSECONDS)
                .warmupIterations(5)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(5)
                .measurementTime(TimeValue.seconds(2))
                .forks(2)
                .build();

        Collection<RunResult> results = new Runner(options).run();

        double p99 =
                results.iterator().next().getPrimaryResult().getStatistics().getPercentile(99);
        assertTrue(p99 < LARGEST_P99_US, "p99 is " + p99 + " us");
    }
}
