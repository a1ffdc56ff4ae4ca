package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.bus.ProtoTime;
import io.ticktock.graph.Task;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Runs Tasks of a type that this executor has no handler for: makes of an attempt what a worker outside gets. */
final class RemoteHandler implements TaskHandler {

    private static final int MOST_SETTINGS_BYTES = 1 << 20;

    private final RemoteTasks tasks;
    private final HeldAttempts held;
    private final ResultStore payloads;
    private final Task task;

    RemoteHandler(RemoteTasks tasks, HeldAttempts held, ResultStore payloads, Task task) {
        this.tasks = tasks;
        this.held = held;
        this.payloads = payloads;
        this.task = task;
    }

    @Override
    public CompletionStage<TaskOutcome> run(TaskContext context) {
        HeldAttempt attempt = (HeldAttempt) context.attempt();
        ByteString settings = Json.write(context.settings().tree());
        if (settings.size() > MOST_SETTINGS_BYTES) {
            return CompletableFuture.completedFuture(TaskOutcome.failure(
                    "settings_too_large",
                    "the settings of the node have " + settings.size() + " bytes, and a worker gets at most "
                            + MOST_SETTINGS_BYTES + "; pass what is large as the input",
                    false));
        }
        if (!held.moveOutside(attempt)) {
            return CompletableFuture.failedFuture(AttemptFailure.cancelled());
        }
        return payloads.store(attempt, context.input().payload())
                .map(input -> assignment(attempt, input, settings))
                .toCompletionStage()
                .thenCompose(assignment -> tasks.offer(attempt, assignment, since(attempt, context)));
    }

    private TaskAssignment assignment(HeldAttempt attempt, Payload input, ByteString settings) {
        ExecutionHeaders headers = attempt.headers();
        return TaskAssignment.newBuilder()
                .setExecId(headers.getExecId())
                .setTaskType(task.type())
                .setLifetimeId(headers.getLifetimeId())
                .setGraph(headers.getGraph())
                .setNodeId(headers.getNodeId())
                .setIteration(headers.getIteration())
                .setAttempt(headers.getAttempt())
                .setIdempotencyKey(headers.getIdempotencyKey())
                .setScheduledAt(headers.getScheduledAt())
                .setTimeoutMs(task.timeout().map(Duration::toMillis).orElse(0L))
                .setHeartbeatTimeoutMs(task.configuration()
                        .heartbeatTimeout()
                        .orElse(RemoteTasks.DEFAULT_HEARTBEAT_TIMEOUT)
                        .toMillis())
                .setInput(input)
                .setSettings(settings)
                .setTraceparent(attempt.traceParent().orElse(""))
                .build();
    }

    /** Since when a worker could have it. */
    private static Instant since(HeldAttempt attempt, TaskContext context) {
        if (attempt.isPerhapsOut()) {
            return Instant.EPOCH;
        }
        return context.resumption()
                .filter(Resumption::hasWorkerReadyAt)
                .map(resumption -> ProtoTime.instant(resumption.getWorkerReadyAt()))
                .orElse(context.attempt().scheduledAt());
    }
}
