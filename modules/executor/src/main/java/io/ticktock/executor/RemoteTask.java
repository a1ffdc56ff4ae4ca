package io.ticktock.executor;

import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.sdk.TaskOutcome;
import java.util.concurrent.CompletableFuture;

/** An attempt that a worker outside is to run. What changes is in the hands of {@link RemoteTasks}. */
final class RemoteTask {

    final HeldAttempt attempt;
    final TaskAssignment assignment;
    final Type type;
    final CompletableFuture<TaskOutcome> outcome = new CompletableFuture<>();

    /** Since when it waits for a worker. */
    long waitsSinceNanos;
    /** Until when only a worker that has it already may have it. */
    long heldBackUntilNanos;
    /** Through whom a worker has it; null while none has. */
    String gatewayId;
    /** How many workers have lost it. */
    int losses;

    /** One kind of work of one tenant. */
    record Type(String tenantId, String taskType) {}

    RemoteTask(HeldAttempt attempt, TaskAssignment assignment) {
        this.attempt = attempt;
        this.assignment = assignment;
        this.type = new Type(attempt.tenantId(), assignment.getTaskType());
    }

    String execId() {
        return assignment.getExecId();
    }

    boolean isOut() {
        return gatewayId != null;
    }

    boolean isOutThrough(String gateway) {
        return gateway.equals(gatewayId);
    }
}
