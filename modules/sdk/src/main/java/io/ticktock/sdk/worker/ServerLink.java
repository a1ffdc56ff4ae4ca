package io.ticktock.sdk.worker;

import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.WorkerDrain;
import io.ticktock.proto.v1.WorkerHeartbeat;
import io.ticktock.proto.v1.WorkerHello;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a stream to the server, one after the other, and lets it and the hand know of each other. Of one event loop. */
final class ServerLink {

    private static final Logger LOG = LoggerFactory.getLogger(ServerLink.class);

    private static final ServiceMethod<ConnectResponse, ConnectRequest> CONNECT = ServiceMethod.client(
            ServiceName.create("ticktock.v1.WorkerService"),
            "Connect",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(ConnectResponse.getDefaultInstance()));

    private static final int TICK_MS = 50;
    private static final int TOKEN_BYTES = 16;
    private static final long LONGEST_INTERVAL_MS = Duration.ofHours(1).toMillis();

    /** One that was welcome before may be again: its key is being replaced, say. */
    private static final int MOST_REFUSALS = 5;

    private final Vertx vertx;
    private final Context context;
    private final GrpcClient client;
    private final WorkerSettings settings;
    private final Hand hand;
    private final Backoff backoff;
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private Optional<Session> session = Optional.empty();
    private boolean everWelcomed;
    private boolean draining;
    private boolean flushing;
    private int refusals;

    ServerLink(Vertx vertx, Context context, GrpcClient client, WorkerSettings settings, TaskRunner runner) {
        this.vertx = vertx;
        this.context = context;
        this.client = client;
        this.settings = settings;
        this.hand = new Hand(settings.capacity(), runner, context, this::flushSoon);
        this.backoff = new Backoff(settings.timing(), RandomGenerator.getDefault());
    }

    /** Completes when the server welcomes the worker for the first time; fails when it refuses it. */
    CompletionStage<Void> connected() {
        return connected;
    }

    /** Completes when the worker has ended; fails when the server refuses it. */
    CompletionStage<Void> ended() {
        return ended;
    }

    void start() {
        vertx.setPeriodic(TICK_MS, tick -> tick());
        connect();
    }

    /** Takes nothing more, and ends when nothing is in hand any more. */
    void drain() {
        if (draining || ended.isDone()) {
            return;
        }
        draining = true;
        session.filter(Session::isWelcomed).ifPresent(ServerLink::sayDrain);
        finishIfDrained();
    }

    /** Ends at once. */
    void close() {
        ended.complete(null);
        session.ifPresent(open -> open.end(Session.End.lost("the worker closes")));
        hand.dropAll();
    }

    private void connect() {
        if (ended.isDone()) {
            return;
        }
        client.request(CONNECT).onComplete(this::open, cause -> lost(Session.End.lost(cause)));
    }

    private void open(GrpcClientRequest<ConnectRequest, ConnectResponse> request) {
        if (ended.isDone()) {
            request.cancel();
            return;
        }
        String token = settings.credential().get();
        if (!token.isEmpty()) {
            request.headers().set("authorization", "Bearer " + token);
        }
        session = Optional.of(Session.open(request, hello(), this::receive, this::lost));
    }

    private ConnectRequest hello() {
        return ConnectRequest.newBuilder()
                .setHello(WorkerHello.newBuilder()
                        .setWorkerId(settings.workerId())
                        .addAllTaskTypes(settings.handlers().keySet())
                        .setCapacity(settings.capacity())
                        .addAllHeld(hand.held()))
                .build();
    }

    private void receive(ConnectResponse message) {
        switch (message.getMessageCase()) {
            case WELCOME -> welcomed(message.getWelcome().getHeartbeatIntervalMs());
            case ASSIGNMENTS -> message.getAssignments().getAssignmentsList().forEach(this::take);
            case ACKNOWLEDGEMENTS ->
                message.getAcknowledgements().getAcknowledgementsList().forEach(hand::acknowledge);
            case CANCELLATIONS -> message.getCancellations().getTasksList().forEach(hand::cancel);
            case DRAIN -> LOG.info("{} is about to stop; this worker goes on", settings.server());
            // From a server that knows more than this worker.
            case MESSAGE_NOT_SET -> LOG.debug("the server sent what this worker does not know");
        }
        finishIfDrained();
    }

    private void welcomed(long heartbeatIntervalMillis) {
        if (heartbeatIntervalMillis < 1 || heartbeatIntervalMillis > LONGEST_INTERVAL_MS) {
            fault("a heartbeat interval of " + heartbeatIntervalMillis + " ms");
            return;
        }
        Session welcome = session.orElseThrow();
        if (welcome.isWelcomed()) {
            fault("a second welcome");
            return;
        }
        LOG.info("connected to {} as {}, with {} in hand", settings.server(), settings.workerId(), hand.size());
        everWelcomed = true;
        connected.complete(null);
        refusals = 0;
        welcome.welcome(heartbeatIntervalMillis);
        if (draining) {
            sayDrain(welcome);
        }
        hand.resend();
        flush();
    }

    private void take(TaskAssignment assignment) {
        if (session.filter(Session::isWelcomed).isEmpty()) {
            fault("an assignment without a welcome");
        } else if (assignment.getExecId().isEmpty() || assignment.getToken().size() != TOKEN_BYTES) {
            fault("an assignment without an exec_id or a token of 16 bytes");
        } else {
            hand.take(assignment);
        }
    }

    /** What no server of this protocol sends: who knows what the rest of the stream means. */
    private void fault(String what) {
        session.ifPresent(open -> open.end(
                new Session.End(GrpcStatus.INTERNAL, "the server does not keep to the protocol: it sent " + what)));
    }

    private void tick() {
        long now = System.nanoTime();
        hand.stopOverdue(now);
        session.filter(open -> open.takeHeartbeat(now, hand.heartbeatMillis(open.heartbeatIntervalMillis())))
                .ifPresent(this::sayHeartbeat);
        session.ifPresent(open -> open.watch(now, settings.timing()));
    }

    private void sayHeartbeat(Session open) {
        if (!hand.isEmpty()) {
            open.write(ConnectRequest.newBuilder()
                    .setHeartbeat(WorkerHeartbeat.newBuilder().addAllExecIds(hand.execIds()))
                    .build());
        }
    }

    private static void sayDrain(Session open) {
        open.write(ConnectRequest.newBuilder()
                .setDrain(WorkerDrain.getDefaultInstance())
                .build());
    }

    /** Once for all that ends in this turn of the event loop. */
    private void flushSoon() {
        if (!flushing) {
            flushing = true;
            context.runOnContext(turn -> flush());
        }
    }

    private void flush() {
        flushing = false;
        session.filter(Session::isWelcomed).ifPresent(this::flush);
    }

    private void flush(Session open) {
        while (hand.hasUnsent()) {
            if (open.isFull()) {
                open.onDrain(this::flush);
                return;
            }
            open.write(
                    ConnectRequest.newBuilder().setCompletions(hand.nextBatch()).build());
        }
    }

    private void finishIfDrained() {
        if (!draining || !hand.isEmpty()) {
            return;
        }
        if (session.filter(Session::isWelcomed).isPresent()) {
            session.get().finish();
        } else {
            ended.complete(null);
        }
    }

    private void lost(Session.End why) {
        boolean held = session.filter(open ->
                        open.isWelcomed() && open.isOlderThan(settings.timing().longestRetry()))
                .isPresent();
        session = Optional.empty();
        if (ended.isDone()) {
            return;
        }
        if (draining && hand.isEmpty()) {
            ended.complete(null);
            return;
        }
        if (isRefusal(why.status()) && (!everWelcomed || ++refusals >= MOST_REFUSALS)) {
            refused(why);
            return;
        }
        if (held) {
            backoff.reset();
        }
        long delayMillis = backoff.delayMillis();
        LOG.warn("no stream to {}: {}; next try in {} ms", settings.server(), why, delayMillis);
        vertx.setTimer(delayMillis, fired -> connect());
    }

    private void refused(Session.End why) {
        String advice = why.status() == GrpcStatus.UNAUTHENTICATED || why.status() == GrpcStatus.PERMISSION_DENIED
                ? "; the key must be of a tenant and have the role worker"
                : "";
        WorkerRefused refused = new WorkerRefused(settings.server() + " refuses this worker: " + why + advice);
        connected.completeExceptionally(refused);
        ended.completeExceptionally(refused);
        hand.dropAll();
    }

    private static boolean isRefusal(GrpcStatus status) {
        return status == GrpcStatus.UNAUTHENTICATED
                || status == GrpcStatus.PERMISSION_DENIED
                || status == GrpcStatus.INVALID_ARGUMENT
                || status == GrpcStatus.UNIMPLEMENTED;
    }
}
