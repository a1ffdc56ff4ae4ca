package io.ticktock.executor;

import io.ticktock.executor.type.AttemptSettings;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Task;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.ticktock.proto.v1.TaskResult;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.Streamed;
import io.ticktock.sdk.TaskOutcome.Succeeded;
import io.ticktock.sdk.TaskType;
import io.ticktock.sdk.Value;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Runs attempts of Tasks: from the references of a TaskInput to a durable TaskExecution, or to a wait. */
final class TaskExecutor implements AttemptSteps<TaskInput, TaskOutcome> {

    private final GraphCatalog graphs;
    private final HandlerTypes types;
    private final Function<Task, TaskHandler> remote;
    private final AttemptSecrets secrets;
    private final InputResolver inputs;
    private final ResultStore results;
    private final WaitingReporter waitings;
    private final Recorder recorder;

    /** @param remote gives what runs Tasks of types that have no handler here */
    TaskExecutor(
            GraphCatalog graphs,
            HandlerTypes types,
            Function<Task, TaskHandler> remote,
            AttemptSecrets secrets,
            InputResolver inputs,
            ResultStore results,
            WaitingReporter waitings,
            Recorder recorder) {
        this.graphs = graphs;
        this.types = types;
        this.remote = remote;
        this.secrets = secrets;
        this.inputs = inputs;
        this.results = results;
        this.waitings = waitings;
        this.recorder = recorder;
    }

    @Override
    public Future<TaskOutcome> perform(HeldAttempt attempt, TaskInput input) {
        if (!input.getRejection().isEmpty()) {
            return Future.failedFuture(AttemptFailure.rejected(input.getRejection()));
        }
        if (input.getResumption().hasTimedOutAt()) {
            return Future.failedFuture(AttemptFailure.timedOut("the timeout of the node passed while it waited"));
        }
        if (input.getMayBeOut()) {
            attempt.mayBeOut();
        }
        return graphs.graph(attempt).compose(graph -> perform(attempt, input, graph));
    }

    private Future<TaskOutcome> perform(HeldAttempt attempt, TaskInput input, AgentGraph graph) {
        Task task = task(graph, attempt.nodeId());
        attempt.runs(task.type());
        attempt.times().limit(task.timeout());
        attempt.limit(task.limits());
        Optional<TaskType> type = types.task(task.type());
        TaskHandler handler = type.map(TaskType::handler).orElseGet(() -> remote.apply(task));
        // A worker outside gets the references, and knows what they mean there.
        Set<String> names = type.isPresent() ? task.settings().secrets() : Set.of();
        return secrets.give(attempt, names)
                .compose(given -> inputs.resolve(attempt, input, graph.usesOf(task.id()), readsInput(task, type)))
                .compose(resolved -> call(attempt, input, task, handler, resolved))
                .compose(outcome -> AttemptSecrets.hidden(attempt, outcome))
                .compose(outcome -> outcome instanceof Streamed streamed
                        ? results.store(attempt, streamed).map(TaskOutcome::success)
                        : Future.succeededFuture(outcome));
    }

    private static Future<TaskOutcome> call(
            HeldAttempt attempt, TaskInput input, Task task, TaskHandler handler, ResolvedInput resolved) {
        Optional<Resumption> resumption = input.hasResumption() ? Optional.of(input.getResumption()) : Optional.empty();
        AttemptSettings settings = new AttemptSettings(task.settings(), resolved::variables, attempt.secrets());
        attempt.times().expectHeartbeats(task.configuration().heartbeatTimeout());
        return AttemptRunner.call(
                attempt,
                resolved,
                () -> handler.run(new TaskContext(attempt, settings, input(task, settings, resolved), resumption)));
    }

    private static Value input(Task task, AttemptSettings settings, ResolvedInput resolved) {
        return input(task)
                .map(template -> Value.json(template.evaluate(settings.variables())))
                .orElse(resolved.passed());
    }

    /** An author's own type may get an input that the graph makes, instead of what was passed. */
    private static Optional<Template> input(Task task) {
        return task.settings() instanceof CustomTaskSettings custom ? custom.input() : Optional.empty();
    }

    private static boolean readsInput(Task task, Optional<TaskType> type) {
        return type.map(TaskType::readsInput).orElse(true) && input(task).isEmpty();
    }

    @Override
    public Future<Void> conclude(HeldAttempt attempt, TaskInput input, TaskOutcome outcome) {
        if (outcome instanceof Succeeded success) {
            return results.store(attempt, success.value()).compose(payload -> recordSuccess(attempt, payload));
        }
        if (outcome instanceof Failed failed) {
            return Future.failedFuture(AttemptFailure.of(failed));
        }
        return waitings.report(attempt, outcome);
    }

    private Future<Void> recordSuccess(HeldAttempt attempt, Payload payload) {
        return recorder.record(
                attempt,
                TaskExecution.newBuilder()
                        .setHeaders(attempt.finished(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED))
                        .setTelemetry(attempt.report(ContentDigest.of(payload)))
                        .setResult(TaskResult.newBuilder().setPayload(payload))
                        .build());
    }

    @Override
    public Future<Void> recordFailure(HeldAttempt attempt, TaskInput input, AttemptFailure failure) {
        return recorder.record(
                attempt,
                TaskExecution.newBuilder()
                        .setHeaders(attempt.finished(failure.status()))
                        .setTelemetry(attempt.report())
                        .setError(failure.error())
                        .build());
    }

    private static Task task(AgentGraph graph, String nodeId) {
        if (graph.node(nodeId) instanceof Task task) {
            return task;
        }
        throw AttemptFailure.permanent("wrong_kind", nodeId + " is no Task of graph " + graph.name());
    }
}
