package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.WithdrawnTasks;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who has what: each attempt is in one worker's hand, under a token that only this worker was given. */
final class Hands {

    private static final int TOKEN_BYTES = 16;

    private final GatewayBounds bounds;
    private final SecureRandom random = new SecureRandom();

    /** By tenant, too: what another tenant's worker says it has is no concern of this one's. */
    private final Map<Hand.Key, Hand> hands = new HashMap<>();
    /** What workers have that are not connected now, by worker. */
    private final Map<String, Set<Hand>> handsOfAway = new HashMap<>();

    private final Places unclaimed;
    /** Of completions that are not recorded yet. */
    private long completionBytes;

    Hands(GatewayBounds bounds) {
        this.bounds = bounds;
        this.unclaimed = new Places(bounds.unclaimed());
    }

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

    /** False where it is not this worker's, or there is no room for what nobody knows of. The worker is told so. */
    boolean takeOver(WorkerSession session, HeldTask task) {
        Hand hand = find(session.tenantId, task.getExecId());
        if (hand == null) {
            Optional<Place> place = unclaimed.take(session.tenantId);
            if (place.isEmpty()) {
                session.cancel(task);
                return false;
            }
            hand = unclaimed(session, task, place.get());
        } else if (!hand.has(task.getToken())) {
            session.cancel(task);
            return false;
        }
        hold(session, hand);
        return true;
    }

    private Hand unclaimed(WorkerSession session, HeldTask task, Place place) {
        Hand hand = new Hand(
                session.tenantId, session.workerId, task, bounds.orphanGrace().toNanos());
        hand.unclaimed = place;
        hand.orphan(System.nanoTime());
        hands.put(hand.key(), hand);
        return hand;
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

    /** What the worker had when it went and did not take over now that it is back. */
    List<Hand> left(WorkerSession session, Set<String> takenOver) {
        Set<Hand> away = handsOfAway.remove(session.key());
        return away == null
                ? List.of()
                : away.stream()
                        .filter(hand -> !takenOver.contains(hand.execId) && hand.completion == null)
                        .toList();
    }

    Collection<Hand> all() {
        return hands.values();
    }

    /** Null when it is in nobody's hand. */
    Hand find(String tenantId, String execId) {
        return hands.get(new Hand.Key(tenantId, execId));
    }

    /** Null when it is in nobody's hand by this token. */
    Hand find(String tenantId, String execId, ByteString token) {
        Hand hand = find(tenantId, execId);
        return hand != null && hand.has(token) ? hand : null;
    }

    /** False where there is no memory for it now. */
    boolean keep(Hand hand, TaskCompletion completion) {
        if (completionBytes + completion.getSerializedSize() > bounds.completionBytes()) {
            return false;
        }
        hand.completion = completion;
        completionBytes += hand.completionBytes();
        return true;
    }

    /** It is in nobody's hand any more. */
    void drop(Hand hand) {
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

    void hearHeartbeat(WorkerSession session, List<String> execIds) {
        long now = System.nanoTime();
        for (String execId : execIds) {
            Hand hand = find(session.tenantId, execId);
            if (hand != null && hand.session == session) {
                hand.heardAtNanos = now;
            } else {
                session.cancel(HeldTask.newBuilder().setExecId(execId).build());
            }
        }
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

    static Failure notInHand() {
        return new Failure(FailureCode.NOT_FOUND, "no worker has such an execution by this token");
    }

    void withdraw(WithdrawnTasks withdrawn) {
        for (String execId : withdrawn.getExecIdsList()) {
            Hand hand = find(withdrawn.getTenantId(), execId);
            if (hand != null && !hand.isSettling) {
                cancel(hand);
            }
        }
    }

    /** Takes it out of its worker's hand, and tells everybody who wants to know. */
    void cancel(Hand hand) {
        WorkerSession session = hand.session;
        drop(hand);
        if (session != null) {
            session.cancel(hand.task());
        }
        List.copyOf(hand.waiters).forEach(waiter -> waiter.tryFail(notInHand()));
    }
}
