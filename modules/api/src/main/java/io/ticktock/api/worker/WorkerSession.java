package io.ticktock.api.worker;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.ServerDrain;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAcknowledgements;
import io.ticktock.proto.v1.TaskAssignments;
import io.ticktock.proto.v1.TaskCancellations;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.proto.v1.WorkerWelcome;
import io.vertx.core.Future;
import io.vertx.core.streams.WriteStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One stream of one worker: what it serves, what it has in hand, and what is on its way to it. */
public final class WorkerSession {

    private final WorkerGateway gateway;
    private final WriteStream<ConnectResponse> stream;
    private final Consumer<Failure> fail;
    private final Supplier<Future<Caller>> credential;
    final String tenantId;
    final String workerId;
    final List<WorkType> types;
    /** Kept when the stream is over, for when the worker comes again. */
    final Set<Hand> hands = new HashSet<>();

    private final TaskAcknowledgements.Builder acknowledgements = TaskAcknowledgements.newBuilder();
    private final TaskCancellations.Builder cancellations = TaskCancellations.newBuilder();
    private int capacity;
    private boolean closed;
    private boolean isFull;
    long fullSinceNanos;
    long credentialAskedAtNanos;
    /** Something waits to be sent, or its room has changed. */
    boolean isDirty;

    /**
     * @param stream to the worker
     * @param fail ends the stream with a failure
     * @param credential tells whether the worker still may; fails once that is not so
     */
    WorkerSession(
            WorkerGateway gateway,
            String tenantId,
            WorkerHello hello,
            WriteStream<ConnectResponse> stream,
            Consumer<Failure> fail,
            Supplier<Future<Caller>> credential) {
        this.gateway = gateway;
        this.stream = stream;
        this.fail = fail;
        this.credential = credential;
        this.tenantId = tenantId;
        this.workerId = hello.getWorkerId();
        this.types = hello.getTaskTypesList().stream()
                .distinct()
                .map(type -> new WorkType(tenantId, type))
                .toList();
        this.capacity = hello.getCapacity();
    }

    /** What the worker says. */
    public void receive(ConnectRequest message) {
        if (!closed) {
            gateway.receive(this, message);
        }
    }

    /** The stream is over; what is in hand stays so until the worker has been silent for too long. */
    public void close() {
        if (!closed) {
            closed = true;
            gateway.forget(this);
        }
    }

    /** Names the worker among those of all tenants. */
    String key() {
        return key(tenantId, workerId);
    }

    static String key(String tenantId, String workerId) {
        return tenantId + '/' + workerId;
    }

    /** Something waits to be sent, or its room has changed: both are seen to at the end of this turn. */
    void touch() {
        gateway.touch(this);
    }

    boolean isOpen() {
        return !closed;
    }

    /** How many more it may have in hand. */
    int room() {
        return closed || isFull ? 0 : Math.max(0, capacity - hands.size());
    }

    void takeNoMore() {
        capacity = 0;
    }

    void welcome(WorkerWelcome welcome) {
        write(ConnectResponse.newBuilder().setWelcome(welcome));
    }

    void assign(TaskAssignments.Builder assignments) {
        write(ConnectResponse.newBuilder().setAssignments(assignments));
    }

    void drain() {
        write(ConnectResponse.newBuilder().setDrain(ServerDrain.getDefaultInstance()));
    }

    void acknowledge(TaskAcknowledgement acknowledgement) {
        acknowledgements.addAcknowledgements(acknowledgement);
        touch();
    }

    void cancel(HeldTask task) {
        cancellations.addTasks(task);
        gateway.touch(this);
    }

    /** Sends what has gathered in one turn of the event loop. */
    void flush() {
        if (acknowledgements.getAcknowledgementsCount() > 0) {
            write(ConnectResponse.newBuilder().setAcknowledgements(acknowledgements.build()));
            acknowledgements.clear();
        }
        if (cancellations.getTasksCount() > 0) {
            write(ConnectResponse.newBuilder().setCancellations(cancellations.build()));
            cancellations.clear();
        }
    }

    void fail(Failure why) {
        close();
        fail.accept(why);
    }

    boolean isFull() {
        return isFull;
    }

    Future<Caller> askCredential() {
        return credential.get();
    }

    private void write(ConnectResponse.Builder message) {
        if (closed) {
            return;
        }
        stream.write(message.build());
        if (!isFull && stream.writeQueueFull()) {
            isFull = true;
            fullSinceNanos = System.nanoTime();
            stream.drainHandler(drained -> {
                isFull = false;
                gateway.touch(this);
            });
        }
    }
}
