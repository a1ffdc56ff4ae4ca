package io.ticktock.api.worker;

import com.google.protobuf.ByteString;
import io.ticktock.api.access.Caller;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.TaskCompletions;
import io.ticktock.proto.v1.WorkerDrain;
import io.ticktock.proto.v1.WorkerHeartbeat;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.streams.WriteStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker's end of a stream, without the network in between. */
final class TestWorker implements WriteStream<ConnectResponse> {

    private static final int PATIENCE_S = 20;

    final BlockingQueue<TaskAssignment> assignments = new LinkedBlockingQueue<>();
    final BlockingQueue<TaskAcknowledgement> acknowledgements = new LinkedBlockingQueue<>();
    final BlockingQueue<HeldTask> cancellations = new LinkedBlockingQueue<>();
    final BlockingQueue<Failure> failures = new LinkedBlockingQueue<>();
    volatile Future<Caller> credential = Future.succeededFuture();
    volatile boolean isFull;

    private final Context context;
    private final WorkerGateway gateway;
    private WorkerSession session;

    TestWorker(Context context, WorkerGateway gateway) {
        this.context = context;
        this.gateway = gateway;
    }

    static WorkerHello.Builder hello(String workerId, int capacity) {
        return WorkerHello.newBuilder()
                .setWorkerId(workerId)
                .addTaskTypes(FakeExecutor.TYPE)
                .setCapacity(capacity);
    }

    TestWorker open(String tenantId, WorkerHello.Builder hello) {
        Awaiting.result(tryToOpen(tenantId, hello));
        return this;
    }

    Future<Void> tryToOpen(String tenantId, WorkerHello.Builder hello) {
        Caller caller = new Caller(tenantId, "key:1", Set.of(Role.ROLE_WORKER), "127.0.0.1");
        return onLoop(() -> session = gateway.open(caller, hello.build(), this, failures::add, () -> credential));
    }

    void disconnect() {
        Awaiting.result(onLoop(() -> session.close()));
    }

    void heartbeat(String... execIds) {
        say(ConnectRequest.newBuilder()
                .setHeartbeat(WorkerHeartbeat.newBuilder().addAllExecIds(List.of(execIds))));
    }

    void drain() {
        say(ConnectRequest.newBuilder().setDrain(WorkerDrain.getDefaultInstance()));
    }

    void complete(String execId, ByteString token) {
        complete(execId, token, "1");
    }

    void complete(TaskAssignment assignment, String result) {
        complete(assignment.getExecId(), assignment.getToken(), result);
    }

    private void complete(String execId, ByteString token, String result) {
        say(ConnectRequest.newBuilder()
                .setCompletions(TaskCompletions.newBuilder()
                        .addCompletions(TaskCompletion.newBuilder()
                                .setExecId(execId)
                                .setToken(token)
                                .setResult(Payload.newBuilder().setInline(ByteString.copyFromUtf8(result))))));
    }

    void complete(TaskAssignment assignment) {
        complete(assignment.getExecId(), assignment.getToken());
    }

    void say(ConnectRequest.Builder message) {
        Awaiting.result(onLoop(() -> session.receive(message.build())));
    }

    /** The next one; fails when none comes. */
    static <T> T next(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(PATIENCE_S, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Future<Void> onLoop(Runnable action) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                action.run();
                done.complete();
            } catch (RuntimeException e) {
                done.fail(e);
            }
        });
        return done.future();
    }

    @Override
    public Future<Void> write(ConnectResponse message) {
        assignments.addAll(message.getAssignments().getAssignmentsList());
        acknowledgements.addAll(message.getAcknowledgements().getAcknowledgementsList());
        cancellations.addAll(message.getCancellations().getTasksList());
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> end() {
        return Future.succeededFuture();
    }

    @Override
    public boolean writeQueueFull() {
        return isFull;
    }

    @Override
    public TestWorker setWriteQueueMaxSize(int size) {
        return this;
    }

    @Override
    public TestWorker drainHandler(Handler<Void> handler) {
        return this;
    }

    @Override
    public TestWorker exceptionHandler(Handler<Throwable> handler) {
        return this;
    }
}
