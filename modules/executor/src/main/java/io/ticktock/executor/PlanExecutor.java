package io.ticktock.executor;

import io.ticktock.executor.type.AttemptSettings;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.Plan;
import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.PlanResult;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.PlanType;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.util.List;

/** Runs attempts of Plans: from the references of a PlanInput to a durable PlanExecution. */
final class PlanExecutor implements AttemptSteps<PlanInput, PlanOutcome> {

    private final GraphCatalog graphs;
    private final HandlerTypes types;
    private final InputResolver inputs;
    private final ChoiceCheck choices;
    private final ResultStore results;
    private final Recorder recorder;

    PlanExecutor(
            GraphCatalog graphs,
            HandlerTypes types,
            InputResolver inputs,
            ChoiceCheck choices,
            ResultStore results,
            Recorder recorder) {
        this.graphs = graphs;
        this.types = types;
        this.inputs = inputs;
        this.choices = choices;
        this.results = results;
        this.recorder = recorder;
    }

    @Override
    public Future<PlanOutcome> perform(HeldAttempt attempt, PlanInput input) {
        return input.getRejection().isEmpty()
                ? graphs.graph(attempt).compose(graph -> perform(attempt, input, graph))
                : Future.failedFuture(AttemptFailure.rejected(input.getRejection()));
    }

    private Future<PlanOutcome> perform(HeldAttempt attempt, PlanInput input, AgentGraph graph) {
        Plan plan = plan(graph, attempt.nodeId());
        attempt.limit(plan.timeout());
        PlanType type = types.plan(plan.type());
        return inputs.resolve(attempt, input, graph.usesOf(plan.id()), type.readsArrivals())
                .compose(resolved -> call(attempt, input, targets(graph, plan), plan, type, resolved))
                .map(outcome -> checked(graph, plan, outcome));
    }

    private static Future<PlanOutcome> call(
            HeldAttempt attempt,
            PlanInput input,
            List<String> targets,
            Plan plan,
            PlanType type,
            ResolvedInput resolved) {
        AttemptSettings settings = new AttemptSettings(plan.settings(), resolved::variables);
        return AttemptRunner.call(
                attempt,
                resolved,
                () -> type.handler()
                        .decide(new PlanContext(
                                attempt,
                                settings,
                                resolved.arrivals(),
                                input.getSources().getJoined(),
                                input(plan, settings),
                                targets)));
    }

    /** What the graph makes for an author's own type besides what arrived. */
    private static Value input(Plan plan, AttemptSettings settings) {
        return plan.settings() instanceof CustomPlanSettings custom
                        && custom.input().isPresent()
                ? Value.json(custom.input().get().evaluate(settings.variables()))
                : Value.NULL;
    }

    private PlanOutcome checked(AgentGraph graph, Plan plan, PlanOutcome outcome) {
        if (outcome instanceof Chosen chosen) {
            choices.check(graph, plan.id(), chosen.choices());
        }
        return outcome;
    }

    @Override
    public Future<Void> conclude(HeldAttempt attempt, PlanInput input, PlanOutcome outcome) {
        if (outcome instanceof Chosen chosen) {
            return results.store(attempt, chosen).compose(result -> recordSuccess(attempt, input, result));
        }
        return Future.failedFuture(AttemptFailure.of((Failed) outcome));
    }

    private Future<Void> recordSuccess(HeldAttempt attempt, PlanInput input, PlanResult result) {
        return recorder.record(record(attempt, input, ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                .setTelemetry(attempt.report(ContentDigest.of(result)))
                .setResult(result)
                .build());
    }

    @Override
    public Future<Void> recordFailure(HeldAttempt attempt, PlanInput input, AttemptFailure failure) {
        return recorder.record(record(attempt, input, failure.status())
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

    private static List<String> targets(AgentGraph graph, Plan plan) {
        return graph.outgoingOf(plan.id()).stream().map(Edge::to).toList();
    }

    private static Plan plan(AgentGraph graph, String nodeId) {
        if (graph.node(nodeId) instanceof Plan plan) {
            return plan;
        }
        throw AttemptFailure.permanent("wrong_kind", nodeId + " is no Plan of graph " + graph.name());
    }
}
