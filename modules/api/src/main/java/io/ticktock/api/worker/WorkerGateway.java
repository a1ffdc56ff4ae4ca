package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.GatewayAlive;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.proto.v1.WorkerWelcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.streams.WriteStream;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Brings attempts to workers and their outcomes back. It takes attempts from executors as its workers have room, so that
 * nobody has to guess how much room there is. What it knows is lost with it, and no more: workers that connect again say
 * what they have in hand, and executors keep for them what a worker may have.
 *
 * <p>One for each verticle, used on its event loop.
 */
public final class WorkerGateway {

    private final Vertx vertx;
    private final Bus bus;
    private final String id;
    private final GatewayBounds bounds;
    private final Hands hands;
    private final Outcomes outcomes;
    private final Recovery recovery;
    private final WorkPools pools;
    private final WaitingWorkWaker waker;

    private final Map<String, WorkerSession> sessions = new HashMap<>();
    private final Map<String, Integer> sessionsOfTenant = new HashMap<>();
    private final Set<WorkerSession> dirty = new LinkedHashSet<>();
    private Context context;

    /** @param id names this gateway to executors */
    public WorkerGateway(Vertx vertx, Bus bus, String id, GatewayBounds bounds) {
        this.vertx = vertx;
        this.bus = bus;
        this.id = id;
        this.bounds = bounds;
        this.hands = new Hands(bounds);
        this.outcomes = new Outcomes(vertx, bus, id, bounds, hands);
        Returns returns = new Returns(bus, id);
        this.recovery = new Recovery(bus, id, bounds, hands, outcomes, returns);
        this.pools = new WorkPools(bus, id, bounds, hands, returns);
        this.waker = new WaitingWorkWaker(bus, pools);
    }

    public Future<?> start() {
        context = vertx.getOrCreateContext();
        vertx.setPeriodic(bounds.beat().toMillis(), beat -> beat());
        return Future.all(
                bus.subscribe(Addresses.EXECUTOR_OPEN_WORK, pools::hearOfWork),
                bus.subscribe(Addresses.EXECUTOR_WITHDRAWN_TASKS, hands::withdraw));
    }

    /** Tells every worker that nothing more comes from here. */
    public void drain() {
        for (WorkerSession session : List.copyOf(sessions.values())) {
            session.takeNoMore();
            pools.update(session);
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
        String key = WorkerSession.key(caller.tenantId(), hello.getWorkerId());
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
        recovery.takeOver(session, hello.getHeldList());
        pools.add(session);
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

    void forget(WorkerSession session) {
        sessions.remove(session.key(), session);
        sessionsOfTenant.computeIfPresent(session.tenantId, (tenant, count) -> count == 1 ? null : count - 1);
        hands.away(session);
        pools.remove(session);
    }

    // what workers say

    void receive(WorkerSession session, ConnectRequest message) {
        switch (message.getMessageCase()) {
            case HEARTBEAT ->
                hands.hearHeartbeat(session, message.getHeartbeat().getExecIdsList());
            case COMPLETIONS ->
                message.getCompletions()
                        .getCompletionsList()
                        .forEach(completion -> outcomes.complete(session, completion));
            case DRAIN -> {
                session.takeNoMore();
                pools.update(session);
            }
            case HELLO ->
                session.fail(new Failure(FailureCode.INVALID_ARGUMENT, "a stream begins with its only hello"));
            case MESSAGE_NOT_SET ->
                session.fail(new Failure(
                        FailureCode.INVALID_ARGUMENT, "a message must have one of heartbeat, completions and drain"));
        }
    }

    /**
     * What somebody says whom a worker has passed a token to; completes once it is recorded. NOT_FOUND when the execution is
     * in nobody's hand by this token.
     */
    public Future<Void> complete(String tenantId, TaskCompletion completion) {
        return outcomes.complete(tenantId, completion);
    }

    /** As above: the execution is alive. */
    public Future<Void> heartbeat(String tenantId, String execId, ByteString token) {
        return hands.heartbeat(tenantId, execId, token);
    }

    // time

    private void beat() {
        long now = System.nanoTime();
        bus.publish(
                Addresses.API_GATEWAY_ALIVE,
                GatewayAlive.newBuilder().setGatewayId(id).build());
        recovery.missExecutors(pools.missExecutors(now), now);
        recovery.attend(pools.executors(), now);
        for (WorkerSession session : List.copyOf(sessions.values())) {
            attend(session, now);
        }
        waker.wake();
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
                pools.update(session);
            }
        }
    }
}
