package io.ticktock.launcher.isolation;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.WorkerHeartbeat;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A worker's end of its stream, which takes down everything that comes. */
final class WorkerStream implements AutoCloseable {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final String NOBODYS = "00000000-0000-7000-8000-%012d";

    private static final ServiceMethod<ConnectResponse, ConnectRequest> CONNECT = ServiceMethod.client(
            ServiceName.create("ticktock.v1.WorkerService"),
            "Connect",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(ConnectResponse.getDefaultInstance()));

    private final GrpcClient client;
    private final Promise<GrpcClientRequest<ConnectRequest, ConnectResponse>> opened = Promise.promise();
    private final Promise<String> ended = Promise.promise();
    /** One by one, since it is chance what comes together. */
    private final List<Message> heard = new CopyOnWriteArrayList<>();

    private int barriers;

    /** Says hello. */
    WorkerStream(Vertx vertx, SocketAddress server, String key, WorkerHello hello) {
        this.client = GrpcClient.client(vertx);
        // On one event loop, or a short answer is over before it is listened to.
        Context context = vertx.getOrCreateContext();
        context.runOnContext(here -> client.request(server, CONNECT)
                .compose(call -> {
                    call.headers().set("authorization", "Bearer " + key);
                    call.write(ConnectRequest.newBuilder().setHello(hello).build())
                            .onFailure(ended::tryFail);
                    opened.complete(call);
                    return call.response();
                })
                .onSuccess(this::listen)
                .onFailure(ended::tryFail)
                .onFailure(opened::tryFail));
    }

    private void listen(GrpcClientResponse<ConnectRequest, ConnectResponse> response) {
        response.handler(this::hear);
        response.exceptionHandler(ended::tryFail);
        response.endHandler(end -> ended.tryComplete(response.status() + " " + response.statusMessage()));
    }

    private void hear(ConnectResponse message) {
        switch (message.getMessageCase()) {
            case ASSIGNMENTS -> heard.addAll(message.getAssignments().getAssignmentsList());
            case ACKNOWLEDGEMENTS -> heard.addAll(message.getAcknowledgements().getAcknowledgementsList());
            case CANCELLATIONS -> heard.addAll(message.getCancellations().getTasksList());
            case WELCOME, DRAIN, MESSAGE_NOT_SET -> heard.add(message);
        }
    }

    /** Says it, and returns once it has been answered, if it is: streams are answered in order. */
    void say(ConnectRequest message) {
        write(message);
        String execId = NOBODYS.formatted(barriers++);
        write(ConnectRequest.newBuilder()
                .setHeartbeat(WorkerHeartbeat.newBuilder().addExecIds(execId))
                .build());
        await(said -> said.contains(HeldTask.newBuilder().setExecId(execId).build()));
    }

    private void write(ConnectRequest message) {
        Awaiting.result(Awaiting.result(opened.future()).write(message));
    }

    /** What has come by the time that this holds for it. */
    List<Message> await(Predicate<List<Message>> condition) {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!condition.test(heard)) {
            if (ended.future().isComplete() || Instant.now().isAfter(deadline)) {
                throw new AssertionError("a worker has only heard " + heard + ", " + ended.future());
            }
            pause();
        }
        return List.copyOf(heard);
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The latest attempt, once it has been given so many. */
    TaskAssignment assignment(int count) {
        return await(said -> all(TaskAssignment.class, said).size() == count, TaskAssignment.class)
                .get(count - 1);
    }

    /** What the latest completion has come to, once so many have been acknowledged. */
    TaskAcknowledgement acknowledgement(int count) {
        return await(said -> all(TaskAcknowledgement.class, said).size() == count, TaskAcknowledgement.class)
                .get(count - 1);
    }

    private <T> List<T> await(Predicate<List<Message>> condition, Class<T> type) {
        return all(type, await(condition));
    }

    private static <T> List<T> all(Class<T> type, List<Message> said) {
        return said.stream().filter(type::isInstance).map(type::cast).toList();
    }

    List<Message> heard() {
        return List.copyOf(heard);
    }

    /** Ends it, and tells how it has ended. */
    String end() {
        Awaiting.result(Awaiting.result(opened.future()).end());
        return Awaiting.result(ended.future());
    }

    @Override
    public void close() {
        Awaiting.result(client.close());
    }
}
