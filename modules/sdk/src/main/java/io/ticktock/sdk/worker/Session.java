package io.ticktock.sdk.worker;

import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ConnectResponse;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.time.Duration;
import java.util.function.Consumer;

/** One stream to the server, from its hello to whatever ends it. Of one event loop alone. */
final class Session {

    /** Why a stream ended. */
    record End(GrpcStatus status, String message) {

        static End lost(String message) {
            return new End(GrpcStatus.UNAVAILABLE, message);
        }

        /** Not every cause has a message. */
        static End lost(Throwable cause) {
            return lost(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
        }

        @Override
        public String toString() {
            return message.isEmpty() ? status.name() : status.name() + ": " + message;
        }
    }

    private static final int PING_BYTES = 8;
    private static final int LONGEST_PING_MS = 3_000;

    private final GrpcClientRequest<ConnectRequest, ConnectResponse> request;
    private final Consumer<ConnectResponse> received;
    private final Consumer<End> ended;
    private final long openedNanos = System.nanoTime();
    private long heardNanos = openedNanos;
    private long heartbeatNanos;
    private long pingNanos = openedNanos;
    private long watchedNanos = openedNanos;
    private long heartbeatIntervalMillis;
    private boolean over;

    private Session(
            GrpcClientRequest<ConnectRequest, ConnectResponse> request,
            Consumer<ConnectResponse> received,
            Consumer<End> ended) {
        this.request = request;
        this.received = received;
        this.ended = ended;
    }

    /** @param ended is told once, whatever ends it */
    static Session open(
            GrpcClientRequest<ConnectRequest, ConnectResponse> request,
            ConnectRequest hello,
            Consumer<ConnectResponse> received,
            Consumer<End> ended) {
        Session session = new Session(request, received, ended);
        request.exceptionHandler(cause -> session.end(End.lost(cause)));
        request.response()
                .onComplete(session::listen, cause -> session.end(End.lost("no answer: " + cause.getMessage())));
        session.write(hello);
        return session;
    }

    private void listen(GrpcClientResponse<ConnectRequest, ConnectResponse> response) {
        response.invalidMessageHandler(
                fault -> end(new End(GrpcStatus.INTERNAL, "the server sent a message that cannot be read")));
        response.exceptionHandler(cause -> end(End.lost(cause)));
        response.errorHandler(error -> end(End.lost("the stream was cut: " + error)));
        response.endHandler(none -> end(new End(
                response.status() == null ? GrpcStatus.UNKNOWN : response.status(),
                response.statusMessage() == null ? "" : response.statusMessage())));
        response.handler(this::hear);
    }

    private void hear(ConnectResponse message) {
        if (!over) {
            heardNanos = System.nanoTime();
            received.accept(message);
        }
    }

    /** From now on heartbeats are due. */
    void welcome(long intervalMillis) {
        heartbeatIntervalMillis = intervalMillis;
        heartbeatNanos = System.nanoTime();
    }

    boolean isWelcomed() {
        return heartbeatIntervalMillis > 0;
    }

    /** Whether it has gone on for so long. */
    boolean isOlderThan(Duration age) {
        return System.nanoTime() - openedNanos > age.toNanos();
    }

    /** At most so long between two heartbeats; 0 before the welcome. */
    long heartbeatIntervalMillis() {
        return heartbeatIntervalMillis;
    }

    /** Whether it is time for a heartbeat; if so, the next one is due an interval later. */
    boolean takeHeartbeat(long nowNanos, long intervalMillis) {
        if (!isWelcomed()
                || nowNanos - heartbeatNanos < Duration.ofMillis(intervalMillis).toNanos()) {
            return false;
        }
        heartbeatNanos = nowNanos;
        return true;
    }

    /** Asks whether the other end is there, and gives the stream up when nothing came for too long. */
    void watch(long nowNanos, Timing timing) {
        if (!isWelcomed() && isOlderThan(timing.welcome())) {
            end(End.lost("no welcome within " + timing.welcome().toMillis() + " ms"));
            return;
        }
        if (nowNanos - watchedNanos > timing.silence().toNanos() / 4) {
            // This process stood still: what came meanwhile has not been read yet.
            heardNanos = nowNanos;
        }
        watchedNanos = nowNanos;
        if (nowNanos - heardNanos > timing.silence().toNanos()) {
            end(End.lost("nothing heard for " + timing.silence().toMillis() + " ms"));
            return;
        }
        long pingMillis = Math.min(LONGEST_PING_MS, timing.silence().toMillis() / 3);
        if (nowNanos - pingNanos > Duration.ofMillis(pingMillis).toNanos()) {
            pingNanos = nowNanos;
            request.connection().ping(Buffer.buffer(new byte[PING_BYTES])).onSuccess(pong -> {
                heardNanos = System.nanoTime();
            });
        }
    }

    void write(ConnectRequest message) {
        if (!over) {
            request.write(message);
        }
    }

    boolean isFull() {
        return request.writeQueueFull();
    }

    void onDrain(Runnable drained) {
        request.drainHandler(none -> drained.run());
    }

    /** Nothing more will be said; the server's end follows. */
    void finish() {
        if (!over) {
            request.end();
        }
    }

    /** Ends it at once. The connection goes with it: who knows in what state it is. */
    void end(End why) {
        if (over) {
            return;
        }
        over = true;
        request.connection().close();
        ended.accept(why);
    }
}
