package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.ClaimTasksResponse;
import io.ticktock.proto.v1.ClaimedTask;
import io.ticktock.proto.v1.CompleteTaskRequest;
import io.ticktock.proto.v1.CompleteTaskResponse;
import io.ticktock.proto.v1.OpenTasks;
import io.ticktock.proto.v1.OpenWork;
import io.ticktock.proto.v1.ReturnTasksRequest;
import io.ticktock.proto.v1.ReturnTasksResponse;
import io.ticktock.proto.v1.TakeTasksRequest;
import io.ticktock.proto.v1.TakeTasksResponse;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.WithdrawnTasks;
import io.ticktock.sdk.TaskOutcome;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The attempts for workers outside that this executor has. Gateways, to which workers are connected, take them as workers
 * have room; an attempt that finds no worker before long is to wait in the data plane instead of here.
 *
 * <p>An attempt that was scheduled before this executor began may be in the hands of a worker, given by an executor that
 * is gone. It is held back for as long as a worker may be silent: whoever has it says so meanwhile, and goes on.
 *
 * <p>Thread-safe.
 */
final class RemoteTasks {

    /** How long an attempt waits here for a worker. */
    static final Duration PATIENCE = Duration.ofSeconds(5);
    /** A gateway tells every second that it is there. */
    static final Duration GATEWAY_SILENCE = Duration.ofSeconds(5);
    /** Where the graph gives none. */
    static final Duration DEFAULT_HEARTBEAT_TIMEOUT = Duration.ofSeconds(30);
    /** After so many workers have gone silent with an attempt, it has failed. */
    static final int MOST_LOSSES = 3;

    private static final long ANNOUNCE_NANOS = Duration.ofSeconds(1).toNanos();
    /** With the last one, which may have as much as an input and settings may, still less than a message may. */
    private static final int MOST_TAKEN_BYTES = 1 << 20;

    private final Bus bus;
    private final String executorId;
    private final int maxTasks;
    private final LongSupplier nanoTime;
    private final Instant begun;

    private final Map<String, RemoteTask> tasks = new HashMap<>();
    private final Map<RemoteTask.Type, Set<RemoteTask>> waiting = new LinkedHashMap<>();
    private final Set<RemoteTask> heldBack = new LinkedHashSet<>();
    private final Map<String, Long> gatewaysHeardAt = new HashMap<>();
    private long announcedAtNanos;
    private boolean lettingGo;

    /**
     * @param maxTasks that it has at once; more wait in the data plane
     * @param begun when this executor did
     */
    RemoteTasks(Bus bus, String executorId, int maxTasks, Instant begun, LongSupplier nanoTime) {
        this.bus = bus;
        this.executorId = executorId;
        this.maxTasks = maxTasks;
        this.nanoTime = nanoTime;
        this.begun = begun;
    }

    /**
     * Waits for a worker and for what it makes of the attempt.
     *
     * @param since when the attempt could first have been given out
     */
    CompletionStage<TaskOutcome> offer(HeldAttempt attempt, TaskAssignment assignment, Instant since) {
        if (attempt.isCancelled()) {
            return CompletableFuture.failedFuture(AttemptFailure.cancelled());
        }
        RemoteTask task = new RemoteTask(attempt, assignment);
        synchronized (this) {
            if (tasks.size() >= maxTasks) {
                park(task);
                return task.outcome;
            }
            tasks.put(task.execId(), task);
            task.waitsSinceNanos = nanoTime.getAsLong();
            if (since.isBefore(begun)) {
                holdBack(task);
            } else {
                await(task);
            }
        }
        attempt.onCancel(() -> withdraw(task));
        return task.outcome;
    }

    /** Nobody waits for it any more, whether a worker has it or not. */
    private void withdraw(RemoteTask task) {
        synchronized (this) {
            if (!tasks.remove(task.execId(), task)) {
                return;
            }
            unqueue(task);
            if (!task.isOut() || lettingGo) {
                return;
            }
        }
        bus.publish(
                Addresses.EXECUTOR_WITHDRAWN_TASKS,
                WithdrawnTasks.newBuilder()
                        .setTenantId(task.type.tenantId())
                        .addExecIds(task.execId())
                        .build());
    }

    /** From now on workers keep what is withdrawn: this executor stops, and another will hear of them. */
    synchronized void letGo() {
        lettingGo = true;
    }

    /** Gives attempts to a gateway, in the order in which they came. */
    Future<TakeTasksResponse> take(TakeTasksRequest request) {
        TakeTasksResponse.Builder response = TakeTasksResponse.newBuilder();
        List<RemoteTask> taken = new ArrayList<>();
        synchronized (this) {
            if (lettingGo) {
                return Future.succeededFuture(response.build());
            }
            RemoteTask.Type type = new RemoteTask.Type(request.getTenantId(), request.getTaskType());
            Set<RemoteTask> queue = waiting.getOrDefault(type, Set.of());
            int bytes = 0;
            for (Iterator<RemoteTask> next = queue.iterator();
                    next.hasNext() && taken.size() < request.getMost() && bytes < MOST_TAKEN_BYTES; ) {
                RemoteTask task = next.next();
                next.remove();
                task.gatewayId = request.getGatewayId();
                bytes += task.assignment.getSerializedSize();
                taken.add(task);
            }
            forgetEmpty(type, queue);
            response.setMore(!queue.isEmpty());
        }
        for (RemoteTask task : taken) {
            task.attempt.times().givenOut();
            response.addAssignments(task.assignment);
        }
        return Future.succeededFuture(response.build());
    }

    /** Lets workers keep what they say they have. */
    Future<ClaimTasksResponse> claim(ClaimTasksRequest request) {
        ClaimTasksResponse.Builder response = ClaimTasksResponse.newBuilder();
        List<RemoteTask> claimed = new ArrayList<>();
        synchronized (this) {
            for (String execId : request.getExecIdsList()) {
                RemoteTask task = tasks.get(execId);
                if (task != null
                        && task.type.tenantId().equals(request.getTenantId())
                        && (!task.isOut() || task.isOutThrough(request.getGatewayId()))) {
                    unqueue(task);
                    task.gatewayId = request.getGatewayId();
                    claimed.add(task);
                }
            }
        }
        for (RemoteTask task : claimed) {
            task.attempt.times().givenOut();
            response.addTasks(ClaimedTask.newBuilder()
                    .setExecId(task.execId())
                    .setHeartbeatTimeoutMs(task.assignment.getHeartbeatTimeoutMs()));
        }
        return Future.succeededFuture(response.build());
    }

    /** Takes in how an attempt ended; answers once its record is durable. */
    Future<CompleteTaskResponse> complete(CompleteTaskRequest request) {
        String execId = request.getCompletion().getExecId();
        RemoteTask task;
        synchronized (this) {
            task = givenOut(execId, request.getTenantId(), request.getGatewayId());
            if (task == null) {
                return Future.failedFuture(missing(execId));
            }
            remove(task);
        }
        HeldAttempt attempt = task.attempt;
        attempt.ranBy(request.getWorkerId());
        WorkerOutcome.conclude(task, request.getCompletion());
        return attempt.over().map(over -> answer(attempt));
    }

    /** What is let go is not lost: another executor will want to hear of it. */
    private Failure missing(String execId) {
        return lettingGo
                ? new Failure(FailureCode.UNAVAILABLE, "this executor stops")
                : new Failure(FailureCode.NOT_FOUND, "nobody waits for " + execId);
    }

    private static CompleteTaskResponse answer(HeldAttempt attempt) {
        // Stopped just before, it has a record that says so.
        return attempt.isCancelled()
                ? CompleteTaskResponse.newBuilder()
                        .setReason("it was cancelled, or its time was over")
                        .build()
                : CompleteTaskResponse.newBuilder().setRecorded(true).build();
    }

    private RemoteTask givenOut(String execId, String tenantId, String gatewayId) {
        RemoteTask task = tasks.get(execId);
        return task != null && task.type.tenantId().equals(tenantId) && task.isOutThrough(gatewayId) ? task : null;
    }

    /** Takes attempts back, for other workers to have. */
    Future<ReturnTasksResponse> takeBack(ReturnTasksRequest request) {
        for (String execId : request.getExecIdsList()) {
            takeBack(request, execId);
        }
        return Future.succeededFuture(ReturnTasksResponse.getDefaultInstance());
    }

    private void takeBack(ReturnTasksRequest request, String execId) {
        RemoteTask lost;
        synchronized (this) {
            RemoteTask task = givenOut(execId, request.getTenantId(), request.getGatewayId());
            if (task == null) {
                return;
            }
            task.gatewayId = null;
            task.losses += request.getUntouched() ? 0 : 1;
            if (task.losses < MOST_LOSSES) {
                task.waitsSinceNanos = nanoTime.getAsLong();
                await(task);
                return;
            }
            remove(task);
            lost = task;
        }
        lost.outcome.complete(TaskOutcome.failure(
                "worker_lost", MOST_LOSSES + " workers went silent while they had the attempt in hand", true));
    }

    /** A gateway is there. */
    synchronized void heard(String gatewayId) {
        gatewaysHeardAt.put(gatewayId, nanoTime.getAsLong());
    }

    /** Lets time act: to be called several times a second. */
    void tick() {
        long now = nanoTime.getAsLong();
        List<RemoteTask> unserved = new ArrayList<>();
        synchronized (this) {
            missGateways(now);
            endHoldingBack(now);
            waiting.values().forEach(queue -> collectUnserved(queue, now, unserved));
            unserved.forEach(this::remove);
            if (now - announcedAtNanos >= ANNOUNCE_NANOS) {
                announce(waiting.keySet());
                announcedAtNanos = now;
            }
        }
        unserved.forEach(RemoteTasks::park);
    }

    private void missGateways(long now) {
        Set<String> silent = new LinkedHashSet<>();
        gatewaysHeardAt.forEach((gateway, heardAt) -> {
            if (now - heardAt > GATEWAY_SILENCE.toNanos()) {
                silent.add(gateway);
            }
        });
        if (silent.isEmpty()) {
            return;
        }
        gatewaysHeardAt.keySet().removeAll(silent);
        for (RemoteTask task : tasks.values()) {
            if (task.isOut() && silent.contains(task.gatewayId)) {
                task.gatewayId = null;
                task.waitsSinceNanos = now;
                holdBack(task);
            }
        }
    }

    private void endHoldingBack(long now) {
        for (Iterator<RemoteTask> each = heldBack.iterator(); each.hasNext(); ) {
            RemoteTask task = each.next();
            if (now - task.heldBackUntilNanos >= 0) {
                each.remove();
                task.waitsSinceNanos = now;
                await(task);
            }
        }
    }

    /** In the order in which they came, so that the first which still may wait ends the search. */
    private static void collectUnserved(Set<RemoteTask> queue, long now, List<RemoteTask> unserved) {
        for (RemoteTask task : queue) {
            if (now - task.waitsSinceNanos < PATIENCE.toNanos()) {
                return;
            }
            unserved.add(task);
        }
    }

    private static void park(RemoteTask task) {
        task.outcome.complete(TaskOutcome.waitForWorker(task.type.taskType()));
    }

    private void holdBack(RemoteTask task) {
        task.heldBackUntilNanos = task.waitsSinceNanos
                + Duration.ofMillis(task.assignment.getHeartbeatTimeoutMs()).toNanos();
        heldBack.add(task);
    }

    private void await(RemoteTask task) {
        Set<RemoteTask> queue = waiting.computeIfAbsent(task.type, type -> new LinkedHashSet<>());
        queue.add(task);
        if (queue.size() == 1) {
            announce(Set.of(task.type));
        }
    }

    private void remove(RemoteTask task) {
        tasks.remove(task.execId());
        unqueue(task);
    }

    private void unqueue(RemoteTask task) {
        heldBack.remove(task);
        Set<RemoteTask> queue = waiting.get(task.type);
        if (queue != null && queue.remove(task)) {
            forgetEmpty(task.type, queue);
        }
    }

    private void forgetEmpty(RemoteTask.Type type, Set<RemoteTask> queue) {
        if (queue.isEmpty()) {
            waiting.remove(type);
        }
    }

    private void announce(Set<RemoteTask.Type> types) {
        OpenWork.Builder work = OpenWork.newBuilder().setExecutorId(executorId);
        for (RemoteTask.Type type : types) {
            work.addTasks(OpenTasks.newBuilder().setTenantId(type.tenantId()).setTaskType(type.taskType()));
        }
        bus.publish(Addresses.EXECUTOR_OPEN_WORK, work.build());
    }
}
