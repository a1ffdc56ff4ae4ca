package io.ticktock.executor;

import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.vertx.core.Future;

/** Runs attempts of Plans: from the references of a PlanInput to a durable PlanExecution. */
final class PlanExecutor implements AttemptSteps<PlanInput, PlanOutcome> {

    private final GraphCatalog graphs;
    private final PlanDecider decider;
    private final ResultStore results;
    private final Recorder recorder;

    PlanExecutor(GraphCatalog graphs, PlanDecider decider, ResultStore results, Recorder recorder) {
        this.graphs = graphs;
        this.decider = decider;
        this.results = results;
        this.recorder = recorder;
    }

    @Override
    public Future<PlanOutcome> perform(HeldAttempt attempt, PlanInput input) {
        return input.getRejection().isEmpty()
                ? graphs.graph(attempt).compose(graph -> decider.decide(attempt, input, graph))
                : Future.failedFuture(AttemptFailure.rejected(input.getRejection()));
    }

    @Override
    public Future<Void> conclude(HeldAttempt attempt, PlanInput input, PlanOutcome outcome) {
        if (outcome instanceof Chosen chosen) {
            return results.store(attempt, chosen).compose(result -> recordSuccess(attempt, input, result));
        }
        return Future.failedFuture(AttemptFailure.of((Failed) outcome));
    }

    private Future<Void> recordSuccess(HeldAttempt attempt, PlanInput input, PlanResult result) {
        return recorder.record(
                attempt,
                record(attempt, input, ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                        .setTelemetry(attempt.report(ContentDigest.of(result)))
                        .setResult(result)
                        .build());
    }

    @Override
    public Future<Void> recordFailure(HeldAttempt attempt, PlanInput input, AttemptFailure failure) {
        return recorder.record(
                attempt,
                record(attempt, input, failure.status())
                        .setTelemetry(attempt.report())
                        .setError(failure.error())
                        .build());
    }

    private static PlanExecution.Builder record(HeldAttempt attempt, PlanInput input, ExecutionStatus status) {
        return PlanExecution.newBuilder()
                .setHeaders(attempt.finished(status))
                .addAllArrivedExecIds(input.getSources().getArrivedExecIdsList())
                .setJoined(input.getSources().getJoined())
                .putAllRejected(input.getSources().getRejectedMap());
    }
}
