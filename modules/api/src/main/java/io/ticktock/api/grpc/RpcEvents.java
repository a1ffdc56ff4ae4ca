package io.ticktock.api.grpc;

import io.ticktock.api.access.Caller;
import io.ticktock.api.event.EventSink;
import io.ticktock.api.event.Watch;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Events as the stream of an rpc. */
final class RpcEvents<Q, R> implements EventSink {

    private static final int PING_BYTES = 8;

    /** What is sent as which message of the rpc. */
    interface Form<R> {

        /** Without an event, of a position alone. */
        R of(String position, Optional<LifetimeEvent> event);

        R of(ExecutionDelta delta);
    }

    private final GrpcServerRequest<Q, R> call;
    private final GrpcServerResponse<Q, R> response;
    private final Watch watch;
    private final Form<R> form;
    private final Consumer<Failure> fail;

    private RpcEvents(GrpcServerRequest<Q, R> call, Watch watch, Form<R> form, Consumer<Failure> fail) {
        this.call = call;
        this.response = call.response();
        this.watch = watch;
        this.form = form;
        this.fail = fail;
    }

    /** @param fail ends the rpc with a failure */
    static <Q, R> void begin(
            GrpcServerRequest<Q, R> call,
            Watch watch,
            Form<R> form,
            Supplier<Future<Caller>> credential,
            Consumer<Failure> fail) {
        GrpcServerResponse<Q, R> response = call.response();
        if (watch.isOver()) {
            watch.close();
            response.end();
            return;
        }
        response.writeHead();
        watch.begin(new RpcEvents<>(call, watch, form, fail), credential);
    }

    @Override
    public void send(String position, LifetimeEvent event) {
        response.write(form.of(position, Optional.of(event)));
    }

    @Override
    public void send(ExecutionDelta delta) {
        response.write(form.of(delta));
    }

    /** Between gRPC's two ends a ping of HTTP/2 does, which readers of the stream never see. */
    @Override
    public void heartbeat(Optional<String> position) {
        position.ifPresent(place -> response.write(form.of(place, Optional.empty())));
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
