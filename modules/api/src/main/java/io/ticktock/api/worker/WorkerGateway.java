package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.ClaimedTask;
import io.ticktock.proto.v1.CompleteTaskRequest;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.GatewayAlive;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.OpenWork;
import io.ticktock.proto.v1.ReturnTasksRequest;
import io.ticktock.proto.v1.TakeTasksRequest;
import io.ticktock.proto.v1.TakeTasksResponse;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskAssignments;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.WithdrawnTasks;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.proto.v1.WorkerWelcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.streams.WriteStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings attempts to workers and their outcomes back. It takes attempts from executors as its workers have room, so that
 * nobody has to guess how much room there is. What it knows is lost with it, and no more: workers that connect again say
 * what they have in hand, and executors keep for them what a worker may have.
 *
 * <p>One for each verticle, used on its event loop.
 */
public final class WorkerGateway {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerGateway.class);

    private static final int MOST_TAKEN = 500;
    private static final int MOST_WAITERS = 10;
    private static final int MOST_CLAIMED = 1_000;
    private static final int TOKEN_BYTES = 16;

    private final Vertx vertx;
    private final Bus bus;
    private final String id;
    private final GatewayBounds bounds;
    private final WaitingWorkWaker waker;
    private final SecureRandom random = new SecureRandom();

    private final Map<String, WorkerSession> sessions = new HashMap<>();
    private final Map<String, Integer> sessionsOfTenant = new HashMap<>();
    private final Map<String, Hand> hands = new HashMap<>();
    /** What workers have that are not connected now. */
    private final Map<String, Set<Hand>> handsOfAway = new HashMap<>();

    private final Map<WorkType, WorkPool> pools = new LinkedHashMap<>();
    private final Map<String, Long> executorsHeardAt = new HashMap<>();
    private final RecentAnswers recent = new RecentAnswers();
    private final Set<WorkerSession> dirty = new LinkedHashSet<>();
    private Context context;

    /** @param id names this gateway to executors */
    public WorkerGateway(Vertx vertx, Bus bus, String id, GatewayBounds bounds) {
        this.vertx = vertx;
        this.bus = bus;
        this.id = id;
        this.bounds = bounds;
        this.waker = new WaitingWorkWaker(bus);
    }

    public Future<?> start() {
        context = vertx.getOrCreateContext();
        vertx.setPeriodic(bounds.beat().toMillis(), beat -> beat());
        return Future.all(
                bus.subscribe(Addresses.EXECUTOR_OPEN_WORK, this::hearOfWork),
                bus.subscribe(Addresses.EXECUTOR_WITHDRAWN_TASKS, this::withdraw));
    }

    /** Tells every worker that nothing more comes from here. */
    public void drain() {
        for (WorkerSession session : List.copyOf(sessions.values())) {
            session.takeNoMore();
            update(session);
            session.drain();
        }
    }

    /** How many workers are connected. */
    public int connected() {
        return sessions.size();
    }

    // sessions

    /**
     * Takes a worker in, with what it has in hand. Fails as INVALID_ARGUMENT when its hello is not valid, as OVERLOADED
     * when there is no room.
     */
    public WorkerSession open(
            Caller caller,
            WorkerHello hello,
            WriteStream<ConnectResponse> stream,
            Consumer<Failure> fail,
            Supplier<Future<Caller>> credential) {
        Hellos.check(hello);
        String key = key(caller.tenantId(), hello.getWorkerId());
        WorkerSession earlier = sessions.get(key);
        if (earlier != null) {
            earlier.fail(new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "worker " + hello.getWorkerId() + " has connected again, and this stream is of no use any more"));
        }
        requireRoom(caller.tenantId());
        WorkerSession session = new WorkerSession(this, caller.tenantId(), hello, stream, fail, credential);
        session.credentialAskedAtNanos = System.nanoTime();
        sessions.put(key, session);
        sessionsOfTenant.merge(session.tenantId, 1, Integer::sum);
        session.welcome(WorkerWelcome.newBuilder()
                .setHeartbeatIntervalMs(bounds.heartbeatInterval().toMillis())
                .build());
        takeOver(session, hello.getHeldList());
        for (String taskType : session.taskTypes) {
            pools.computeIfAbsent(new WorkType(session.tenantId, taskType), type -> new WorkPool())
                    .add(session);
        }
        touch(session);
        return session;
    }

    private void requireRoom(String tenantId) {
        if (sessions.size() >= bounds.sessions()) {
            throw full("here", bounds.sessions());
        }
        if (sessionsOfTenant.getOrDefault(tenantId, 0) >= bounds.sessionsOfTenant()) {
            throw full("of this tenant here", bounds.sessionsOfTenant());
        }
    }

    private static Failure full(String where, int most) {
        return new Failure(
                FailureCode.OVERLOADED, most + " workers are connected " + where + ", which is the most: close some");
    }

    private static String key(String tenantId, String workerId) {
        return tenantId + '/' + workerId;
    }

    /** What the worker has of an earlier stream stays its own; what it has lost goes to others. */
    private void takeOver(WorkerSession session, List<HeldTask> held) {
        Set<String> kept = new LinkedHashSet<>();
        for (HeldTask task : held) {
            if (takeOver(session, task)) {
                kept.add(task.getExecId());
            }
        }
        Set<Hand> away = handsOfAway.remove(key(session.tenantId, session.workerId));
        if (away != null) {
            giveBack(
                    away.stream()
                            .filter(hand -> !kept.contains(hand.execId) && hand.completion == null)
                            .toList(),
                    false);
        }
    }

    private boolean takeOver(WorkerSession session, HeldTask task) {
        TaskAcknowledgement answer = recent.find(task.getToken(), task.getExecId());
        if (answer != null) {
            session.acknowledge(answer);
            return false;
        }
        Hand hand = hands.get(task.getExecId());
        if (hand == null) {
            hand = new Hand(
                    session.tenantId,
                    session.workerId,
                    task,
                    bounds.orphanGrace().toNanos());
            hand.orphan(System.nanoTime());
            hands.put(hand.execId, hand);
        } else if (!hand.isOf(session.tenantId, task.getToken())) {
            session.cancel(task);
            return false;
        }
        hand.heardAtNanos = System.nanoTime();
        hand.session = session;
        session.hands.add(hand);
        return true;
    }

    void forget(WorkerSession session) {
        sessions.remove(key(session.tenantId, session.workerId), session);
        sessionsOfTenant.computeIfPresent(session.tenantId, (tenant, count) -> count == 1 ? null : count - 1);
        if (!session.hands.isEmpty()) {
            session.hands.forEach(hand -> hand.session = null);
            handsOfAway.put(key(session.tenantId, session.workerId), session.hands);
        }
        for (String taskType : session.taskTypes) {
            WorkType type = new WorkType(session.tenantId, taskType);
            WorkPool pool = pools.get(type);
            pool.remove(session);
            if (!pool.hasSessions() && !pool.isTaking) {
                pools.remove(type);
            }
        }
    }

    // what workers say

    void receive(WorkerSession session, ConnectRequest message) {
        switch (message.getMessageCase()) {
            case HEARTBEAT -> hearHeartbeat(session, message.getHeartbeat().getExecIdsList());
            case COMPLETIONS ->
                message.getCompletions().getCompletionsList().forEach(completion -> complete(session, completion));
            case DRAIN -> {
                session.takeNoMore();
                update(session);
            }
            case HELLO ->
                session.fail(new Failure(FailureCode.INVALID_ARGUMENT, "a stream begins with its only hello"));
            case MESSAGE_NOT_SET ->
                session.fail(new Failure(
                        FailureCode.INVALID_ARGUMENT, "a message must have one of heartbeat, completions and drain"));
        }
    }

    private void hearHeartbeat(WorkerSession session, List<String> execIds) {
        long now = System.nanoTime();
        for (String execId : execIds) {
            Hand hand = hands.get(execId);
            if (hand != null && hand.session == session) {
                hand.heardAtNanos = now;
            } else {
                session.cancel(HeldTask.newBuilder().setExecId(execId).build());
            }
        }
    }

    private void complete(WorkerSession session, TaskCompletion completion) {
        TaskAcknowledgement answer = recent.find(completion.getToken(), completion.getExecId());
        if (answer != null) {
            session.acknowledge(answer);
            return;
        }
        Hand hand = hands.get(completion.getExecId());
        if (hand == null || !hand.isOf(session.tenantId, completion.getToken())) {
            session.acknowledge(refused(completion, "another worker has it by now, or nobody waits for it any more"));
            return;
        }
        take(hand, completion);
    }

    private static TaskAcknowledgement refused(TaskCompletion completion, String reason) {
        return answer(completion.getExecId(), completion.getToken(), false, reason);
    }

    private static TaskAcknowledgement answer(String execId, ByteString token, boolean recorded, String reason) {
        return TaskAcknowledgement.newBuilder()
                .setExecId(execId)
                .setToken(token)
                .setRecorded(recorded)
                .setReason(reason)
                .build();
    }

    // what others say who have a token

    /** Completes once it is recorded. NOT_FOUND when it is in nobody's hand by this token. */
    public Future<Void> complete(String tenantId, TaskCompletion completion) {
        TaskAcknowledgement answer = recent.find(completion.getToken(), completion.getExecId());
        if (answer != null) {
            return accepted(answer);
        }
        Hand hand = hands.get(completion.getExecId());
        if (hand == null || !hand.isOf(tenantId, completion.getToken())) {
            return Future.failedFuture(notInHand());
        }
        if (hand.waiters.size() >= MOST_WAITERS) {
            return Future.failedFuture(
                    new Failure(FailureCode.OVERLOADED, "the execution is being completed; ask again later"));
        }
        Promise<TaskAcknowledgement> waiter = Promise.promise();
        hand.waiters.add(waiter);
        take(hand, completion);
        return waiter.future()
                .timeout(bounds.orphanGrace().toMillis(), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(
                        cause instanceof TimeoutException
                                ? new Failure(FailureCode.UNAVAILABLE, "it is not recorded yet; say it again")
                                : cause))
                .compose(WorkerGateway::accepted);
    }

    private static Future<Void> accepted(TaskAcknowledgement answer) {
        return answer.getRecorded()
                ? Future.succeededFuture()
                : Future.failedFuture(new Failure(FailureCode.FAILED_PRECONDITION, answer.getReason()));
    }

    /** NOT_FOUND when it is in nobody's hand by this token. */
    public Future<Void> heartbeat(String tenantId, String execId, ByteString token) {
        Hand hand = hands.get(execId);
        if (hand == null || !hand.isOf(tenantId, token)) {
            return Future.failedFuture(notInHand());
        }
        hand.heardAtNanos = System.nanoTime();
        return Future.succeededFuture();
    }

    private static Failure notInHand() {
        return new Failure(FailureCode.NOT_FOUND, "no worker has such an execution by this token");
    }

    // outcomes

    private void take(Hand hand, TaskCompletion completion) {
        hand.heardAtNanos = System.nanoTime();
        if (hand.completion == null) {
            hand.completion = completion;
        }
        if (!hand.isOrphaned()) {
            settle(hand);
        }
    }

    /** Hands the completion to who waits for it; the worker hears of it once it is durable. */
    private void settle(Hand hand) {
        if (hand.isSettling) {
            return;
        }
        hand.isSettling = true;
        CompleteTaskRequest request = CompleteTaskRequest.newBuilder()
                .setGatewayId(id)
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
        recent.add(answer);
        WorkerSession session = hand.session;
        drop(hand);
        if (session != null) {
            session.acknowledge(answer);
        }
        hand.waiters.forEach(waiter -> waiter.tryComplete(answer));
    }

    private void drop(Hand hand) {
        hands.remove(hand.execId, hand);
        if (hand.session != null) {
            hand.session.hands.remove(hand);
            touch(hand.session);
            hand.session = null;
            return;
        }
        handsOfAway.computeIfPresent(key(hand.tenantId, hand.workerId), (worker, away) -> {
            away.remove(hand);
            return away.isEmpty() ? null : away;
        });
    }

    private void withdraw(WithdrawnTasks withdrawn) {
        for (String execId : withdrawn.getExecIdsList()) {
            Hand hand = hands.get(execId);
            if (hand != null && hand.tenantId.equals(withdrawn.getTenantId()) && !hand.isSettling) {
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
        hand.waiters.forEach(waiter -> waiter.tryFail(notInHand()));
    }

    // attempts

    private void hearOfWork(OpenWork work) {
        executorsHeardAt.put(work.getExecutorId(), System.nanoTime());
        work.getTasksList().forEach(tasks -> {
            WorkType type = new WorkType(tasks.getTenantId(), tasks.getTaskType());
            WorkPool pool = pools.get(type);
            if (pool != null) {
                pool.hasWork(work.getExecutorId());
                take(type, pool);
            }
        });
    }

    /** Asks one executor after the other for as many attempts as there is room for. */
    private void take(WorkType type, WorkPool pool) {
        if (pool.isTaking || !pool.hasWork()) {
            return;
        }
        int room = pool.room(MOST_TAKEN);
        if (room == 0) {
            return;
        }
        pool.isTaking = true;
        pool.isNews = false;
        String executorId = pool.nextExecutor();
        TakeTasksRequest request = TakeTasksRequest.newBuilder()
                .setGatewayId(id)
                .setTenantId(type.tenantId())
                .setTaskType(type.taskType())
                .setMost(room)
                .build();
        bus.request(Addresses.EXECUTOR_TAKE_TASKS.at(executorId), request).onComplete(taken -> {
            pool.isTaking = false;
            if (taken.failed()) {
                LOG.debug("executor {} gave no attempts", executorId, taken.cause());
                pool.hasNoWork(executorId);
            } else {
                giveOut(type, pool, executorId, taken.result());
            }
            if (pool.hasSessions()) {
                take(type, pool);
            } else {
                pools.remove(type, pool);
            }
        });
    }

    private void giveOut(WorkType type, WorkPool pool, String executorId, TakeTasksResponse taken) {
        if (!taken.getMore() && !pool.isNews) {
            pool.hasNoWork(executorId);
        }
        Map<WorkerSession, TaskAssignments.Builder> bySession = new LinkedHashMap<>();
        List<String> left = new ArrayList<>();
        for (TaskAssignment assignment : taken.getAssignmentsList()) {
            WorkerSession session = pool.nextReady();
            if (session == null) {
                left.add(assignment.getExecId());
            } else {
                bySession
                        .computeIfAbsent(session, none -> TaskAssignments.newBuilder())
                        .addAssignments(giveOut(session, executorId, assignment));
            }
        }
        bySession.forEach(WorkerSession::assign);
        bySession.keySet().forEach(this::touch);
        if (!left.isEmpty()) {
            giveBack(executorId, type.tenantId(), left, true);
        }
    }

    private TaskAssignment giveOut(WorkerSession session, String executorId, TaskAssignment assignment) {
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
        hand.heardAtNanos = System.nanoTime();
        hand.session = session;
        Hand earlier = hands.put(hand.execId, hand);
        if (earlier != null) {
            cancel(earlier);
        }
        session.hands.add(hand);
        return assignment.toBuilder().setToken(hand.token).build();
    }

    private void giveBack(Collection<Hand> lost, boolean untouched) {
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
                byTenant.forEach((tenantId, execIds) -> giveBack(executorId, tenantId, execIds, untouched)));
    }

    /** Should it not arrive, the executor misses this gateway, or this gateway the executor, before long. */
    private void giveBack(String executorId, String tenantId, List<String> execIds, boolean untouched) {
        ReturnTasksRequest request = ReturnTasksRequest.newBuilder()
                .setGatewayId(id)
                .setTenantId(tenantId)
                .addAllExecIds(execIds)
                .setUntouched(untouched)
                .build();
        bus.request(Addresses.EXECUTOR_RETURN_TASKS.at(executorId), request)
                .onFailure(
                        cause -> LOG.warn("{} attempts were not given back: {}", execIds.size(), cause.getMessage()));
    }

    // time

    private void beat() {
        long now = System.nanoTime();
        bus.publish(
                Addresses.API_GATEWAY_ALIVE,
                GatewayAlive.newBuilder().setGatewayId(id).build());
        missExecutors(now);
        attendHands(now);
        for (WorkerSession session : List.copyOf(sessions.values())) {
            attend(session, now);
        }
        waker.wake(pools);
    }

    private void missExecutors(long now) {
        Set<String> silent = new LinkedHashSet<>();
        executorsHeardAt.forEach((executorId, heardAt) -> {
            if (now - heardAt > bounds.executorSilence().toNanos()) {
                silent.add(executorId);
            }
        });
        if (silent.isEmpty()) {
            return;
        }
        executorsHeardAt.keySet().removeAll(silent);
        pools.values().forEach(pool -> silent.forEach(pool::hasNoWork));
        for (Hand hand : hands.values()) {
            if (!hand.isOrphaned() && silent.contains(hand.executorId)) {
                hand.orphan(now);
            }
        }
    }

    private void attendHands(long now) {
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
        giveBack(lost, false);
        orphans.forEach(this::claim);
    }

    /** Whether an executor has them by now, and takes this gateway's word for it that a worker has them, too. */
    private void claim(String tenantId, List<String> execIds) {
        for (int from = 0; from < execIds.size(); from += MOST_CLAIMED) {
            List<String> some = execIds.subList(from, Math.min(execIds.size(), from + MOST_CLAIMED));
            ClaimTasksRequest request = ClaimTasksRequest.newBuilder()
                    .setGatewayId(id)
                    .setTenantId(tenantId)
                    .addAllExecIds(some)
                    .build();
            for (String executorId : executorsHeardAt.keySet()) {
                bus.request(Addresses.EXECUTOR_CLAIM_TASKS.at(executorId), request)
                        .onSuccess(claimed -> claimed.getTasksList().forEach(task -> claimed(executorId, task)))
                        .onFailure(cause -> LOG.debug("executor {} was not asked", executorId, cause));
            }
        }
    }

    private void claimed(String executorId, ClaimedTask task) {
        Hand hand = hands.get(task.getExecId());
        if (hand == null || !hand.isOrphaned() || hand.isSettling) {
            return;
        }
        hand.executorId = executorId;
        hand.heartbeatTimeoutNanos =
                Duration.ofMillis(task.getHeartbeatTimeoutMs()).toNanos();
        if (hand.completion != null) {
            settle(hand);
        }
    }

    /** No executor may ever ask for what is recorded; and what has waited for long without a record, nobody wants. */
    private void askForRecord(Hand hand, long now) {
        boolean isOld = now - hand.orphanedAtNanos > bounds.orphanGrace().toNanos();
        if (hand.completion == null && !isOld) {
            return;
        }
        hand.isSettling = true;
        GetExecutionsRequest request = GetExecutionsRequest.newBuilder()
                .setTenantId(hand.tenantId)
                .setLifetimeId(hand.lifetimeId)
                .addTaskExecIds(hand.execId)
                .build();
        bus.request(Addresses.STATE_GET_EXECUTIONS, request).onComplete(found -> {
            hand.isSettling = false;
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

    private void attend(WorkerSession session, long now) {
        if (session.isFull() && now - session.fullSinceNanos > bounds.slow().toNanos()) {
            session.fail(new Failure(FailureCode.UNAVAILABLE, "the worker does not read what it is sent"));
        } else if (now - session.credentialAskedAtNanos
                > bounds.credentialInterval().toNanos()) {
            session.credentialAskedAtNanos = now;
            session.askCredential().onFailure(cause -> endIfRefused(session, Failure.of(cause)));
        }
    }

    private static void endIfRefused(WorkerSession session, Failure why) {
        boolean isRefused = why.code() == FailureCode.UNAUTHENTICATED || why.code() == FailureCode.PERMISSION_DENIED;
        if (isRefused && session.isOpen()) {
            session.fail(why);
        }
    }

    // once a turn

    /** Has the session sent what gathers in this turn, and its room noted. */
    void touch(WorkerSession session) {
        if (session.isDirty) {
            return;
        }
        session.isDirty = true;
        dirty.add(session);
        if (dirty.size() == 1) {
            context.runOnContext(nothing -> flush());
        }
    }

    private void flush() {
        List<WorkerSession> changed = List.copyOf(dirty);
        dirty.clear();
        for (WorkerSession session : changed) {
            session.isDirty = false;
            if (session.isOpen()) {
                session.flush();
                update(session);
            }
        }
    }

    private void update(WorkerSession session) {
        for (String taskType : session.taskTypes) {
            WorkType type = new WorkType(session.tenantId, taskType);
            WorkPool pool = pools.get(type);
            pool.update(session);
            take(type, pool);
        }
    }
}
