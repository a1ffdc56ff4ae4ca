package io.ticktock.api.grpc;

import io.ticktock.api.access.Caller;
import io.ticktock.api.event.EventSink;
import io.ticktock.api.event.Watch;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.proto.v1.WatchLifetimeResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A lifetime's events as the stream of an rpc. */
final class RpcEvents implements EventSink {

    private static final int PING_BYTES = 8;

    private final GrpcServerRequest<WatchLifetimeRequest, WatchLifetimeResponse> call;
    private final GrpcServerResponse<WatchLifetimeRequest, WatchLifetimeResponse> response;
    private final Watch watch;
    private final Consumer<Failure> fail;

    private RpcEvents(
            GrpcServerRequest<WatchLifetimeRequest, WatchLifetimeResponse> call, Watch watch, Consumer<Failure> fail) {
        this.call = call;
        this.response = call.response();
        this.watch = watch;
        this.fail = fail;
    }

    /** @param fail ends the rpc with a failure */
    static void begin(
            GrpcServerRequest<WatchLifetimeRequest, WatchLifetimeResponse> call,
            Watch watch,
            Supplier<Future<Caller>> credential,
            Consumer<Failure> fail) {
        GrpcServerResponse<WatchLifetimeRequest, WatchLifetimeResponse> response = call.response();
        if (watch.isOver()) {
            watch.close();
            response.end();
            return;
        }
        response.writeHead();
        watch.begin(new RpcEvents(call, watch, fail), credential);
    }

    @Override
    public void send(LifetimeEvent event) {
        response.write(WatchLifetimeResponse.newBuilder().setEvent(event).build());
    }

    /** Between gRPC's two ends a ping of HTTP/2 does, which readers of the stream never see. */
    @Override
    public void heartbeat() {
        call.connection().ping(Buffer.buffer(new byte[PING_BYTES])).onFailure(gone -> watch.close());
    }

    @Override
    public boolean isFull() {
        return response.writeQueueFull();
    }

    @Override
    public void onDrain(Runnable drained) {
        response.drainHandler(nothing -> drained.run());
    }

    @Override
    public void end() {
        response.end();
    }

    @Override
    public void fail(Failure why) {
        fail.accept(why);
    }

    @Override
    public void cut() {
        response.cancel();
    }
}
