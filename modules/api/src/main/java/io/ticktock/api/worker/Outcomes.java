package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Deadline;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.CompleteTaskRequest;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskCompletion;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How attempts ended: tells the executor that waits, and acknowledges once the outcome is durable. */
final class Outcomes {

    private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);

    private static final int MOST_WAITERS = 10;

    private final Vertx vertx;
    private final Bus bus;
    private final String gatewayId;
    private final GatewayBounds bounds;
    private final Hands hands;
    private final RecentAnswers recent = new RecentAnswers();

    Outcomes(Vertx vertx, Bus bus, String gatewayId, GatewayBounds bounds, Hands hands) {
        this.vertx = vertx;
        this.bus = bus;
        this.gatewayId = gatewayId;
        this.bounds = bounds;
        this.hands = hands;
    }

    /** Tells the worker what has become of it; false where that is not known, or not any more. */
    boolean tellAgain(WorkerSession session, String execId, ByteString token) {
        TaskAcknowledgement answer = recent.find(session.tenantId, token, execId);
        if (answer == null) {
            return false;
        }
        session.acknowledge(answer);
        return true;
    }

    /** What the worker says whose stream this is. */
    void complete(WorkerSession session, TaskCompletion completion) {
        if (tellAgain(session, completion.getExecId(), completion.getToken())) {
            return;
        }
        Hand hand = hands.find(session.tenantId, completion.getExecId(), completion.getToken());
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

    /** What somebody else says who has the token; completes once it is recorded. NOT_FOUND when it is in nobody's hand by this token. */
    Future<Void> complete(String tenantId, TaskCompletion completion) {
        TaskAcknowledgement answer = recent.find(tenantId, completion.getToken(), completion.getExecId());
        if (answer != null) {
            return accepted(answer);
        }
        Hand hand = hands.find(tenantId, completion.getExecId(), completion.getToken());
        if (hand == null) {
            return Future.failedFuture(Hands.notInHand());
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
        return Deadline.within(vertx, bounds.orphanGrace(), waiter.future())
                .onComplete(over -> hand.waiters.remove(waiter))
                .recover(cause -> Future.failedFuture(
                        cause instanceof TimeoutException
                                ? new Failure(FailureCode.UNAVAILABLE, "it is not recorded yet; say it again")
                                : cause))
                .compose(Outcomes::accepted);
    }

    private static Future<Void> accepted(TaskAcknowledgement answer) {
        return answer.getRecorded()
                ? Future.succeededFuture()
                : Future.failedFuture(new Failure(FailureCode.FAILED_PRECONDITION, answer.getReason()));
    }

    private static Failure tooMuch() {
        return new Failure(FailureCode.OVERLOADED, "too many outcomes wait to be recorded; say it again later");
    }

    /** False where there is no memory for it now. */
    private boolean take(Hand hand, TaskCompletion completion) {
        hand.heardAtNanos = System.nanoTime();
        if (hand.completion == null && !hands.keep(hand, completion)) {
            return false;
        }
        if (!hand.isOrphaned()) {
            settle(hand);
        }
        return true;
    }

    /** Hands the completion to who waits for it; the worker hears of it once it is durable. */
    void settle(Hand hand) {
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

    /** Tells everybody who wants to know. */
    void finish(Hand hand, boolean recorded, String reason) {
        TaskAcknowledgement answer = answer(hand.execId, hand.token, recorded, reason);
        recent.add(hand.tenantId, answer);
        WorkerSession session = hand.session;
        hands.drop(hand);
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
}
