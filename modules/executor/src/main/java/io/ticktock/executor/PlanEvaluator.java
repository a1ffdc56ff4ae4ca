package io.ticktock.executor;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.DraftGraphs;
import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.graph.settings.LlmPlanSettings;
import io.ticktock.proto.v1.EvaluatePlansRequest;
import io.ticktock.proto.v1.EvaluatePlansResponse;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PlanEvaluation;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.sdk.Choice;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.running.HandlerThreads;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;

/** Says what Plans of built-in types would choose, as they are run but without any record of it. */
final class PlanEvaluator {

    private static final int MOST_INPUTS = 100;
    private static final String NOBODY = "";

    private final Vertx vertx;
    private final PlanDecider decider;
    private final HandlerThreads threads;
    private final DraftGraphs graphs = new DraftGraphs();

    PlanEvaluator(Vertx vertx, PlanDecider decider, HandlerThreads threads) {
        this.vertx = vertx;
        this.decider = decider;
        this.threads = threads;
    }

    /** INVALID_ARGUMENT when it asks for too much at once. */
    Future<EvaluatePlansResponse> evaluate(EvaluatePlansRequest request) {
        if (request.getInputsCount() > MOST_INPUTS) {
            return Future.failedFuture(new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    request.getInputsCount() + " inputs at once; at most " + MOST_INPUTS + " are possible"));
        }
        return vertx.executeBlocking(() -> graphs.parse(request.getGraph().toByteArray(), request.getTenantId()))
                .compose(graph -> evaluate(graph, request.getInputsList()))
                .map(evaluations -> EvaluatePlansResponse.newBuilder()
                        .addAllEvaluations(evaluations)
                        .build());
    }

    private Future<List<PlanEvaluation>> evaluate(AgentGraph graph, List<PlanInput> inputs) {
        List<Future<PlanEvaluation>> evaluations =
                inputs.stream().map(input -> evaluate(graph, input)).toList();
        return Future.all(evaluations).map(all -> all.list());
    }

    private Future<PlanEvaluation> evaluate(AgentGraph graph, PlanInput input) {
        String nodeId = input.getHeaders().getNodeId();
        if (graph.node(nodeId).settings() instanceof LlmPlanSettings) {
            return Future.succeededFuture(notComparable("a model decides, which may decide otherwise each time"));
        }
        if (graph.node(nodeId).settings() instanceof CustomPlanSettings) {
            return Future.succeededFuture(notComparable(
                    "its type " + graph.node(nodeId).type() + " is an author's own, which may do more than decide"));
        }
        AttemptTimes times = new AttemptTimes(InstantSource.system(), System::nanoTime);
        Deltas unheard = new Deltas(vertx, delta -> {}, System::nanoTime);
        HeldAttempt attempt = new HeldAttempt(
                input.getHeaders(), 0, vertx.getOrCreateContext(), threads, NOBODY, Tracing.OFF, times, unheard);
        return Future.succeededFuture(input)
                .compose(given -> decider.decide(attempt, given, graph))
                .transform(ended -> {
                    attempt.handlerEnded();
                    return Future.succeededFuture(
                            ended.succeeded() ? decided(ended.result()) : undecided(ended.cause()));
                });
    }

    private static PlanEvaluation decided(PlanOutcome outcome) {
        if (outcome instanceof Chosen chosen) {
            return PlanEvaluation.newBuilder()
                    .addAllNextTaskIds(
                            chosen.choices().stream().map(Choice::target).toList())
                    .build();
        }
        return failed(AttemptFailure.of((Failed) outcome));
    }

    /** What another attempt might not meet says nothing about the graph. */
    private static PlanEvaluation undecided(Throwable cause) {
        AttemptFailure failure = AttemptFailure.of(cause);
        boolean isOfGraph = failure.status() == ExecutionStatus.EXECUTION_STATUS_FAILED
                && !failure.error().getRetryable()
                && !(cause instanceof Failure);
        return isOfGraph
                ? failed(failure)
                : notComparable(
                        "what it looks at cannot be read: " + failure.error().getMessage());
    }

    private static PlanEvaluation failed(AttemptFailure failure) {
        return PlanEvaluation.newBuilder().setError(failure.error()).build();
    }

    private static PlanEvaluation notComparable(String why) {
        return PlanEvaluation.newBuilder().setNotComparable(why).build();
    }
}
