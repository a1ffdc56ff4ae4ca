package io.ticktock.api.worker;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.LastingFault;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.ClaimedTask;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.HeldTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of attempts when their worker or their executor is gone, and when either is back. */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private static final int MOST_CLAIMED = 1_000;

    private final Bus bus;
    private final String gatewayId;
    private final GatewayBounds bounds;
    private final Hands hands;
    private final Outcomes outcomes;
    private final Returns returns;
    private final LastingFault notAsked =
            new LastingFault(LOG, "an executor was not asked whether it has what workers say they have");
    private final LastingFault notLookedUp =
            new LastingFault(LOG, "the data plane was not asked whether what workers have is recorded");

    Recovery(Bus bus, String gatewayId, GatewayBounds bounds, Hands hands, Outcomes outcomes, Returns returns) {
        this.bus = bus;
        this.gatewayId = gatewayId;
        this.bounds = bounds;
        this.hands = hands;
        this.outcomes = outcomes;
        this.returns = returns;
    }

    /** What the worker has of an earlier stream stays its own; what it has lost goes to others. */
    void takeOver(WorkerSession session, List<HeldTask> held) {
        Set<String> kept = new LinkedHashSet<>();
        for (HeldTask task : held) {
            boolean isOver = outcomes.tellAgain(session, task.getExecId(), task.getToken());
            if (!isOver && hands.takeOver(session, task)) {
                kept.add(task.getExecId());
            }
        }
        giveBack(hands.left(session, kept));
    }

    private void giveBack(Collection<Hand> lost) {
        Map<String, Map<String, List<String>>> byExecutor = new HashMap<>();
        for (Hand hand : lost) {
            if (!hand.isOrphaned()) {
                byExecutor
                        .computeIfAbsent(hand.executorId, none -> new HashMap<>())
                        .computeIfAbsent(hand.tenantId, none -> new ArrayList<>())
                        .add(hand.execId);
            }
            hands.cancel(hand);
        }
        byExecutor.forEach((executorId, byTenant) ->
                byTenant.forEach((tenantId, execIds) -> returns.giveBack(executorId, tenantId, execIds, false)));
    }

    /** These executors are gone: another one may have their attempts, or will. */
    void missExecutors(Set<String> gone, long now) {
        for (Hand hand : hands.all()) {
            if (!hand.isOrphaned() && gone.contains(hand.executorId)) {
                hand.orphan(now);
            }
        }
    }

    /** Gives back what silent workers had, and looks for who waits for the rest. */
    void attend(Collection<String> executors, long now) {
        List<Hand> lost = new ArrayList<>();
        Map<String, List<String>> orphans = new HashMap<>();
        for (Hand hand : hands.all()) {
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
                        .onSuccess(claimed -> {
                            notAsked.over();
                            claimed.getTasksList().forEach(task -> claimed(executorId, tenantId, task));
                        })
                        .onFailure(notAsked::failed);
            }
        }
    }

    private void claimed(String executorId, String tenantId, ClaimedTask task) {
        Hand hand = hands.find(tenantId, task.getExecId());
        if (hand == null) {
            // Its worker was lost while the executor was asked.
            returns.giveBack(executorId, tenantId, List.of(task.getExecId()), true);
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
            outcomes.settle(hand);
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
            boolean isUnknown = found.failed() && Failure.is(found.cause(), FailureCode.NOT_FOUND);
            if (found.succeeded() || isUnknown) {
                notLookedUp.over();
            } else {
                notLookedUp.failed(found.cause());
            }
            if (hands.find(hand.tenantId, hand.execId) != hand || !hand.isOrphaned()) {
                // An executor has claimed it meanwhile.
                return;
            }
            if (found.succeeded() && found.result().getTasksCount() > 0) {
                finishRecorded(hand, found.result());
            } else if (isOld && (found.succeeded() || isUnknown)) {
                outcomes.finish(hand, false, "nobody waits for it any more");
            }
        });
    }

    private void finishRecorded(Hand hand, GetExecutionsResponse found) {
        boolean isItsOwn = found.getTasks(0).getHeaders().getWorkerId().equals(hand.workerId);
        outcomes.finish(hand, isItsOwn, isItsOwn ? "" : "another record of it came first");
    }
}
