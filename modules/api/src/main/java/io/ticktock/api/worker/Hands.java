package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.ClaimedTask;
import io.ticktock.proto.v1.CompleteTaskRequest;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.ReturnTasksRequest;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.WithdrawnTasks;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workers have in hand: who may complete it, who waits for its outcome, and what becomes of it when either of them is
 * gone.
 */
final class Hands {

    private static final Logger LOG = LoggerFactory.getLogger(Hands.class);

    private static final int MOST_WAITERS = 10;
    private static final int MOST_CLAIMED = 1_000;
    private static final int TOKEN_BYTES = 16;

    private final Bus bus;
    private final String gatewayId;
    private final GatewayBounds bounds;
    private final SecureRandom random = new SecureRandom();

    /** By tenant, too: what another tenant's worker says it has is no concern of this one's. */
    private final Map<Hand.Key, Hand> hands = new HashMap<>();
    /** What workers have that are not connected now, by worker. */
    private final Map<String, Set<Hand>> handsOfAway = new HashMap<>();

    private final Places unclaimed;
    private final RecentAnswers recent = new RecentAnswers();
    /** Of completions that are not recorded yet. */
    private long completionBytes;

    Hands(Bus bus, String gatewayId, GatewayBounds bounds) {
        this.bus = bus;
        this.gatewayId = gatewayId;
        this.bounds = bounds;
        this.unclaimed = new Places(bounds.unclaimed());
    }

    // who has what

    /** Gives an attempt to a worker, under a token of its own. */
    TaskAssignment give(WorkerSession session, String executorId, TaskAssignment assignment) {
        byte[] token = new byte[TOKEN_BYTES];
        random.nextBytes(token);
        HeldTask task = HeldTask.newBuilder()
                .setExecId(assignment.getExecId())
                .setToken(ByteString.copyFrom(token))
                .setLifetimeId(assignment.getLifetimeId())
                .build();
        Hand hand = new Hand(
                session.tenantId,
                session.workerId,
                task,
                Duration.ofMillis(assignment.getHeartbeatTimeoutMs()).toNanos());
        hand.executorId = executorId;
        Hand earlier = hands.put(hand.key(), hand);
        if (earlier != null) {
            cancel(earlier);
        }
        hold(session, hand);
        return assignment.toBuilder().setToken(hand.token).build();
    }

    /** What the worker has of an earlier stream stays its own; what it has lost goes to others. */
    void takeOver(WorkerSession session, List<HeldTask> held) {
        Set<String> kept = new LinkedHashSet<>();
        for (HeldTask task : held) {
            if (takeOver(session, task)) {
                kept.add(task.getExecId());
            }
        }
        Set<Hand> away = handsOfAway.remove(session.key());
        if (away != null) {
            giveBack(away.stream()
                    .filter(hand -> !kept.contains(hand.execId) && hand.completion == null)
                    .toList());
        }
    }

    private boolean takeOver(WorkerSession session, HeldTask task) {
        TaskAcknowledgement answer = recent.find(session.tenantId, task.getToken(), task.getExecId());
        if (answer != null) {
            session.acknowledge(answer);
            return false;
        }
        Hand hand = hands.get(new Hand.Key(session.tenantId, task.getExecId()));
        if (hand == null) {
            Optional<Place> place = unclaimed.take(session.tenantId);
            if (place.isEmpty()) {
                session.cancel(task);
                return false;
            }
            long graceNanos = bounds.orphanGrace().toNanos();
            hand = new Hand(session.tenantId, session.workerId, task, graceNanos);
            hand.unclaimed = place.get();
            hand.orphan(System.nanoTime());
            hands.put(hand.key(), hand);
        } else if (!hand.has(task.getToken())) {
            session.cancel(task);
            return false;
        }
        hold(session, hand);
        return true;
    }

    private static void hold(WorkerSession session, Hand hand) {
        hand.heardAtNanos = System.nanoTime();
        hand.session = session;
        session.hands.add(hand);
    }

    /** What the worker has stays so until it has been silent for too long. */
    void away(WorkerSession session) {
        if (!session.hands.isEmpty()) {
            session.hands.forEach(hand -> hand.session = null);
            handsOfAway.put(session.key(), session.hands);
        }
    }

    /** Null when it is in nobody's hand by this token. */
    private Hand find(String tenantId, String execId, ByteString token) {
        Hand hand = hands.get(new Hand.Key(tenantId, execId));
        return hand != null && hand.has(token) ? hand : null;
    }

    private void drop(Hand hand) {
        hands.remove(hand.key(), hand);
        completionBytes -= hand.completionBytes();
        hand.leaveUnclaimed();
        if (hand.session != null) {
            hand.session.hands.remove(hand);
            hand.session.touch();
            hand.session = null;
            return;
        }
        handsOfAway.computeIfPresent(WorkerSession.key(hand.tenantId, hand.workerId), (worker, away) -> {
            away.remove(hand);
            return away.isEmpty() ? null : away;
        });
    }

    // what workers say

    void hearHeartbeat(WorkerSession session, List<String> execIds) {
        long now = System.nanoTime();
        for (String execId : execIds) {
            Hand hand = hands.get(new Hand.Key(session.tenantId, execId));
            if (hand != null && hand.session == session) {
                hand.heardAtNanos = now;
            } else {
                session.cancel(HeldTask.newBuilder().setExecId(execId).build());
            }
        }
    }

    void complete(WorkerSession session, TaskCompletion completion) {
        TaskAcknowledgement answer = recent.find(session.tenantId, completion.getToken(), completion.getExecId());
        if (answer != null) {
            session.acknowledge(answer);
            return;
        }
        Hand hand = find(session.tenantId, completion.getExecId(), completion.getToken());
        if (hand == null) {
            session.acknowledge(answer(
                    completion.getExecId(),
                    completion.getToken(),
                    false,
                    "another worker has it by now, or nobody waits for it any more"));
        } else if (!take(hand, completion)) {
            session.fail(tooMuch());
        }
    }

    // what others say who have a token

    /** Completes once it is recorded. NOT_FOUND when it is in nobody's hand by this token. */
    Future<Void> complete(String tenantId, TaskCompletion completion) {
        TaskAcknowledgement answer = recent.find(tenantId, completion.getToken(), completion.getExecId());
        if (answer != null) {
            return accepted(answer);
        }
        Hand hand = find(tenantId, completion.getExecId(), completion.getToken());
        if (hand == null) {
            return Future.failedFuture(notInHand());
        }
        if (hand.waiters.size() >= MOST_WAITERS) {
            return Future.failedFuture(
                    new Failure(FailureCode.OVERLOADED, "the execution is being completed; ask again later"));
        }
        Promise<TaskAcknowledgement> waiter = Promise.promise();
        hand.waiters.add(waiter);
        if (!take(hand, completion)) {
            hand.waiters.remove(waiter);
            return Future.failedFuture(tooMuch());
        }
        return waiter.future()
                .timeout(bounds.orphanGrace().toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(over -> hand.waiters.remove(waiter))
                .recover(cause -> Future.failedFuture(
                        cause instanceof TimeoutException
                                ? new Failure(FailureCode.UNAVAILABLE, "it is not recorded yet; say it again")
                                : cause))
                .compose(Hands::accepted);
    }

    private static Future<Void> accepted(TaskAcknowledgement answer) {
        return answer.getRecorded()
                ? Future.succeededFuture()
                : Future.failedFuture(new Failure(FailureCode.FAILED_PRECONDITION, answer.getReason()));
    }

    /** NOT_FOUND when it is in nobody's hand by this token. */
    Future<Void> heartbeat(String tenantId, String execId, ByteString token) {
        Hand hand = find(tenantId, execId, token);
        if (hand == null) {
            return Future.failedFuture(notInHand());
        }
        hand.heardAtNanos = System.nanoTime();
        return Future.succeededFuture();
    }

    private static Failure notInHand() {
        return new Failure(FailureCode.NOT_FOUND, "no worker has such an execution by this token");
    }

    private static Failure tooMuch() {
        return new Failure(FailureCode.OVERLOADED, "too many outcomes wait to be recorded; say it again later");
    }

    // outcomes

    /** False where there is no memory for it now. */
    private boolean take(Hand hand, TaskCompletion completion) {
        hand.heardAtNanos = System.nanoTime();
        if (hand.completion == null) {
            if (completionBytes + completion.getSerializedSize() > bounds.completionBytes()) {
                return false;
            }
            hand.completion = completion;
            completionBytes += hand.completionBytes();
        }
        if (!hand.isOrphaned()) {
            settle(hand);
        }
        return true;
    }

    /** Hands the completion to who waits for it; the worker hears of it once it is durable. */
    private void settle(Hand hand) {
        if (hand.isSettling) {
            return;
        }
        hand.isSettling = true;
        CompleteTaskRequest request = CompleteTaskRequest.newBuilder()
                .setGatewayId(gatewayId)
                .setTenantId(hand.tenantId)
                .setWorkerId(hand.workerId)
                .setCompletion(hand.completion)
                .build();
        bus.request(Addresses.EXECUTOR_COMPLETE_TASK.at(hand.executorId), request)
                .onComplete(
                        settled -> finish(hand, settled.getRecorded(), settled.getReason()),
                        cause -> unsettled(hand, Failure.of(cause)));
    }

    private void unsettled(Hand hand, Failure why) {
        hand.isSettling = false;
        if (why.code() == FailureCode.NOT_FOUND) {
            finish(hand, false, "nobody waits for it any more");
            return;
        }
        LOG.debug("the completion of {} was not taken, looking for another executor", hand.execId, why);
        hand.orphan(System.nanoTime());
    }

    private void finish(Hand hand, boolean recorded, String reason) {
        TaskAcknowledgement answer = answer(hand.execId, hand.token, recorded, reason);
        recent.add(hand.tenantId, answer);
        WorkerSession session = hand.session;
        drop(hand);
        if (session != null) {
            session.acknowledge(answer);
        }
        List.copyOf(hand.waiters).forEach(waiter -> waiter.tryComplete(answer));
    }

    private static TaskAcknowledgement answer(String execId, ByteString token, boolean recorded, String reason) {
        return TaskAcknowledgement.newBuilder()
                .setExecId(execId)
                .setToken(token)
                .setRecorded(recorded)
                .setReason(reason)
                .build();
    }

    void withdraw(WithdrawnTasks withdrawn) {
        for (String execId : withdrawn.getExecIdsList()) {
            Hand hand = hands.get(new Hand.Key(withdrawn.getTenantId(), execId));
            if (hand != null && !hand.isSettling) {
                cancel(hand);
            }
        }
    }

    private void cancel(Hand hand) {
        WorkerSession session = hand.session;
        drop(hand);
        if (session != null) {
            session.cancel(hand.task());
        }
        List.copyOf(hand.waiters).forEach(waiter -> waiter.tryFail(notInHand()));
    }

    // what is lost

    private void giveBack(Collection<Hand> lost) {
        Map<String, Map<String, List<String>>> byExecutor = new HashMap<>();
        for (Hand hand : lost) {
            if (!hand.isOrphaned()) {
                byExecutor
                        .computeIfAbsent(hand.executorId, none -> new HashMap<>())
                        .computeIfAbsent(hand.tenantId, none -> new ArrayList<>())
                        .add(hand.execId);
            }
            cancel(hand);
        }
        byExecutor.forEach((executorId, byTenant) ->
                byTenant.forEach((tenantId, execIds) -> giveBack(executorId, tenantId, execIds, false)));
    }

    /**
     * Gives attempts back to their executor. Should that not arrive, the executor misses this gateway, or this gateway the
     * executor, before long.
     *
     * @param untouched no worker has got to know of them
     */
    void giveBack(String executorId, String tenantId, List<String> execIds, boolean untouched) {
        ReturnTasksRequest request = ReturnTasksRequest.newBuilder()
                .setGatewayId(gatewayId)
                .setTenantId(tenantId)
                .addAllExecIds(execIds)
                .setUntouched(untouched)
                .build();
        bus.request(Addresses.EXECUTOR_RETURN_TASKS.at(executorId), request)
                .onFailure(
                        cause -> LOG.warn("{} attempts were not given back: {}", execIds.size(), cause.getMessage()));
    }

    /** These executors are gone: another one may have their attempts, or will. */
    void missExecutors(Set<String> gone, long now) {
        for (Hand hand : hands.values()) {
            if (!hand.isOrphaned() && gone.contains(hand.executorId)) {
                hand.orphan(now);
            }
        }
    }

    /** Gives back what silent workers had, and looks for who waits for the rest. */
    void attend(Collection<String> executors, long now) {
        List<Hand> lost = new ArrayList<>();
        Map<String, List<String>> orphans = new HashMap<>();
        for (Hand hand : hands.values()) {
            if (hand.isSettling) {
                continue;
            }
            if (hand.completion == null && hand.isSilent(now)) {
                lost.add(hand);
            } else if (hand.isOrphaned()) {
                orphans.computeIfAbsent(hand.tenantId, none -> new ArrayList<>())
                        .add(hand.execId);
                askForRecord(hand, now);
            }
        }
        giveBack(lost);
        orphans.forEach((tenantId, execIds) -> claim(executors, tenantId, execIds));
    }

    /** Whether an executor has them by now, and takes this gateway's word for it that a worker has them, too. */
    private void claim(Collection<String> executors, String tenantId, List<String> execIds) {
        for (int from = 0; from < execIds.size(); from += MOST_CLAIMED) {
            List<String> some = execIds.subList(from, Math.min(execIds.size(), from + MOST_CLAIMED));
            ClaimTasksRequest request = ClaimTasksRequest.newBuilder()
                    .setGatewayId(gatewayId)
                    .setTenantId(tenantId)
                    .addAllExecIds(some)
                    .build();
            for (String executorId : executors) {
                bus.request(Addresses.EXECUTOR_CLAIM_TASKS.at(executorId), request)
                        .onSuccess(
                                claimed -> claimed.getTasksList().forEach(task -> claimed(executorId, tenantId, task)))
                        .onFailure(cause -> LOG.debug("executor {} was not asked", executorId, cause));
            }
        }
    }

    private void claimed(String executorId, String tenantId, ClaimedTask task) {
        Hand hand = hands.get(new Hand.Key(tenantId, task.getExecId()));
        if (hand == null) {
            // Its worker was lost while the executor was asked.
            giveBack(executorId, tenantId, List.of(task.getExecId()), true);
            return;
        }
        if (!hand.isOrphaned() || hand.isSettling) {
            return;
        }
        hand.executorId = executorId;
        hand.leaveUnclaimed();
        hand.heartbeatTimeoutNanos =
                Duration.ofMillis(task.getHeartbeatTimeoutMs()).toNanos();
        if (hand.completion != null) {
            settle(hand);
        }
    }

    /** No executor may ever ask for what is recorded; and what has waited for long without a record, nobody wants. */
    private void askForRecord(Hand hand, long now) {
        boolean isOld = now - hand.orphanedAtNanos > bounds.orphanGrace().toNanos();
        if (hand.isLookedFor || (hand.completion == null && !isOld)) {
            return;
        }
        hand.isLookedFor = true;
        GetExecutionsRequest request = GetExecutionsRequest.newBuilder()
                .setTenantId(hand.tenantId)
                .setLifetimeId(hand.lifetimeId)
                .addTaskExecIds(hand.execId)
                .build();
        bus.request(Addresses.STATE_GET_EXECUTIONS, request).onComplete(found -> {
            hand.isLookedFor = false;
            if (hands.get(hand.key()) != hand || !hand.isOrphaned()) {
                // An executor has claimed it meanwhile.
                return;
            }
            if (found.succeeded() && found.result().getTasksCount() > 0) {
                finishRecorded(hand, found.result());
            } else if (isOld && (found.succeeded() || Failure.is(found.cause(), FailureCode.NOT_FOUND))) {
                finish(hand, false, "nobody waits for it any more");
            }
        });
    }

    private void finishRecorded(Hand hand, GetExecutionsResponse found) {
        boolean isItsOwn = found.getTasks(0).getHeaders().getWorkerId().equals(hand.workerId);
        finish(hand, isItsOwn, isItsOwn ? "" : "another record of it came first");
    }
}
