package io.ticktock.sdk.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ServerDrain;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAcknowledgements;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskAssignments;
import io.ticktock.proto.v1.TaskCancellations;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.TaskCompletions;
import io.ticktock.proto.v1.WorkerHeartbeat;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.proto.v1.WorkerWelcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.grpc.common.GrpcMessage;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** The server's side of the protocol, said word by word by a test, over real gRPC. */
final class TestGateway implements AutoCloseable {

    static final String KEY = "tt_test";

    private static final int PATIENCE_SECONDS = 20;
    private static final ServiceMethod<ConnectRequest, ConnectResponse> CONNECT = ServiceMethod.server(
            ServiceName.create("ticktock.v1.WorkerService"),
            "Connect",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(ConnectRequest.getDefaultInstance()));

    /** One stream of a worker. */
    static final class Stream {

        private final GrpcServerRequest<ConnectRequest, ConnectResponse> call;
        private final BlockingQueue<ConnectRequest> received = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> ended = new LinkedBlockingQueue<>();
        private final Queue<TaskCompletion> completions = new ArrayDeque<>();

        private Stream(GrpcServerRequest<ConnectRequest, ConnectResponse> call) {
            this.call = call;
            call.handler(received::add);
            call.endHandler(none -> ended.add(true));
            call.exceptionHandler(cause -> ended.add(false));
            call.errorHandler(error -> ended.add(false));
        }

        ConnectRequest next() throws InterruptedException {
            ConnectRequest message = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(message, "the worker says nothing");
            return message;
        }

        WorkerHello hello() throws InterruptedException {
            ConnectRequest message = next();
            assertTrue(message.hasHello(), message::toString);
            return message.getHello();
        }

        /** The next message that is one of these; those before it are passed over. */
        ConnectRequest next(Predicate<ConnectRequest> sought) throws InterruptedException {
            while (true) {
                ConnectRequest message = next();
                if (sought.test(message)) {
                    return message;
                }
            }
        }

        WorkerHeartbeat heartbeat() throws InterruptedException {
            return next(ConnectRequest::hasHeartbeat).getHeartbeat();
        }

        TaskCompletion completion() throws InterruptedException {
            if (completions.isEmpty()) {
                completions.addAll(
                        next(ConnectRequest::hasCompletions).getCompletions().getCompletionsList());
            }
            return completions.remove();
        }

        /** Whether a message other than heartbeats comes within this time. */
        boolean isSilent(int millis) throws InterruptedException {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (true) {
                ConnectRequest message = received.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (message == null) {
                    return true;
                }
                if (!message.hasHeartbeat()) {
                    return false;
                }
            }
        }

        /** Whether the worker ends its side in order; false when it is cut. */
        boolean awaitEnd() throws InterruptedException {
            Boolean inOrder = ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(inOrder, "the worker does not end its stream");
            return inOrder;
        }

        Stream welcome(long heartbeatIntervalMillis) {
            return send(ConnectResponse.newBuilder()
                    .setWelcome(WorkerWelcome.newBuilder().setHeartbeatIntervalMs(heartbeatIntervalMillis)));
        }

        Stream assign(TaskAssignment... assignments) {
            return send(ConnectResponse.newBuilder()
                    .setAssignments(TaskAssignments.newBuilder().addAllAssignments(List.of(assignments))));
        }

        Stream acknowledge(TaskCompletion completion, boolean recorded) {
            return send(ConnectResponse.newBuilder()
                    .setAcknowledgements(TaskAcknowledgements.newBuilder()
                            .addAcknowledgements(TaskAcknowledgement.newBuilder()
                                    .setExecId(completion.getExecId())
                                    .setToken(completion.getToken())
                                    .setRecorded(recorded)
                                    .setReason(recorded ? "" : "another's by now"))));
        }

        Stream acknowledgeAll(TaskCompletions completions) {
            TaskAcknowledgements.Builder all = TaskAcknowledgements.newBuilder();
            completions
                    .getCompletionsList()
                    .forEach(completion -> all.addAcknowledgements(TaskAcknowledgement.newBuilder()
                            .setExecId(completion.getExecId())
                            .setToken(completion.getToken())
                            .setRecorded(true)));
            return send(ConnectResponse.newBuilder().setAcknowledgements(all));
        }

        Stream cancel(TaskAssignment assignment) {
            return send(ConnectResponse.newBuilder()
                    .setCancellations(TaskCancellations.newBuilder().addTasks(held(assignment))));
        }

        Stream drain() {
            return send(ConnectResponse.newBuilder().setDrain(ServerDrain.getDefaultInstance()));
        }

        Stream send(ConnectResponse.Builder message) {
            call.response().write(message.build());
            return this;
        }

        void sendGarbage() {
            call.response().writeMessage(GrpcMessage.message("identity", Buffer.buffer(new byte[] {-1, -1, -1})));
        }

        void end(GrpcStatus status, String message) {
            call.response().status(status).statusMessage(message).end();
        }

        /** As a process that is killed does. */
        void cut() {
            call.connection().close();
        }

        String authorization() {
            return String.valueOf(call.headers().get("authorization"));
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<Stream> streams = new LinkedBlockingQueue<>();
    private final Map<String, Buffer> blobs = new ConcurrentHashMap<>();
    private final AtomicInteger blobReads = new AtomicInteger();
    private final AtomicInteger calls = new AtomicInteger();
    private final HttpServer server;

    TestGateway() {
        this(0);
    }

    TestGateway(int port) {
        GrpcServer grpc = GrpcServer.server(vertx, new GrpcServerOptions().setMaxMessageSize(4 << 20));
        grpc.callHandler(CONNECT, this::accept);
        server = await(vertx.createHttpServer()
                .requestHandler(request -> {
                    if (request.path().startsWith("/v1/blobs/")) {
                        blob(request);
                    } else {
                        grpc.handle(request);
                    }
                })
                .listen(port, "127.0.0.1"));
    }

    private void accept(GrpcServerRequest<ConnectRequest, ConnectResponse> call) {
        calls.incrementAndGet();
        Stream stream = new Stream(call);
        if (!stream.authorization().equals("Bearer " + KEY)) {
            stream.end(GrpcStatus.UNAUTHENTICATED, "a valid API key is needed");
            return;
        }
        streams.add(stream);
    }

    private void blob(HttpServerRequest request) {
        blobReads.incrementAndGet();
        Buffer content = blobs.get(request.path().substring("/v1/blobs/".length()));
        boolean mayRead = ("Bearer " + KEY).equals(request.getHeader("Authorization"));
        if (!mayRead || content == null) {
            request.response().setStatusCode(mayRead ? 404 : 401).end();
            return;
        }
        request.response().end(content);
    }

    int port() {
        return server.actualPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    Stream nextStream() throws InterruptedException {
        Stream stream = streams.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(stream, "no worker connects");
        return stream;
    }

    /** The next stream, with its hello answered. */
    Stream welcomed() throws InterruptedException {
        Stream stream = nextStream();
        stream.hello();
        return stream.welcome(50);
    }

    void blob(String sha256, byte[] content) {
        blobs.put(sha256, Buffer.buffer(content));
    }

    int blobReads() {
        return blobReads.get();
    }

    int calls() {
        return calls.get();
    }

    static HeldTask held(TaskAssignment assignment) {
        return HeldTask.newBuilder()
                .setExecId(assignment.getExecId())
                .setToken(assignment.getToken())
                .setLifetimeId(assignment.getLifetimeId())
                .build();
    }

    static TaskAssignment.Builder assignment(String execId, String json) {
        return TaskAssignment.newBuilder()
                .setExecId(execId)
                .setToken(token(1))
                .setTaskType("acme.test")
                .setLifetimeId("lifetime")
                .setGraph(GraphReference.newBuilder().setTenantId("acme"))
                .setNodeId("node")
                .setIteration(1)
                .setAttempt(1)
                .setIdempotencyKey("key-" + execId)
                .setHeartbeatTimeoutMs(5_000)
                .setInput(Payload.newBuilder().setInline(ByteString.copyFromUtf8(json)));
    }

    static ByteString token(int number) {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) number;
        return ByteString.copyFrom(bytes);
    }

    static void assertResult(String json, TaskCompletion completion) {
        assertEquals(json, completion.getResult().getInline().toStringUtf8(), completion::toString);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
