package io.ticktock.api.http;

import io.netty.channel.ChannelFuture;
import io.ticktock.api.access.Caller;
import io.ticktock.api.event.EventSink;
import io.ticktock.api.event.Watch;
import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Events as an event stream of HTML's living standard. */
final class ServerSentEvents implements EventSink {

    static final Map<String, String> HEADERS = Map.of(
            "Content-Type", "text/event-stream",
            "Cache-Control", "no-store",
            // Proxies that gather answers before they pass them on would hold events back.
            "X-Accel-Buffering", "no");

    private static final int SOONEST_RETRY_MS = 1_000;
    private static final int LATEST_RETRY_MS = 3_000;
    private static final Buffer HEARTBEAT = Buffer.buffer(": heartbeat\n\n");

    private final HttpServerResponse response;
    private final HttpConnection connection;

    private ServerSentEvents(HttpServerResponse response, HttpConnection connection) {
        this.response = response;
        this.connection = connection;
    }

    static void begin(
            HttpServerResponse response, HttpConnection connection, Watch watch, Supplier<Future<Caller>> credential) {
        if (response.closed()) {
            watch.close();
            return;
        }
        response.closeHandler(closed -> watch.close());
        response.exceptionHandler(cause -> watch.close());
        response.setChunked(true).write(retry());
        watch.begin(new ServerSentEvents(response, connection), credential);
    }

    /** Those who lose their connections together do not come back together. */
    private static String retry() {
        return "retry: " + ThreadLocalRandom.current().nextInt(SOONEST_RETRY_MS, LATEST_RETRY_MS) + "\n\n";
    }

    @Override
    public void send(String position, LifetimeEvent event) {
        response.write(Buffer.buffer("id: " + position + "\nevent: " + EventJson.type(event) + "\ndata: ")
                .appendBytes(JsonText.bytes(EventJson.of(event)))
                .appendString("\n\n"));
    }

    /** Without an id: a client that comes again still says which event of the log it heard last. */
    @Override
    public void send(ExecutionDelta delta) {
        response.write(Buffer.buffer("event: delta\ndata: ")
                .appendBytes(JsonText.bytes(EventJson.of(delta)))
                .appendString("\n\n"));
    }

    @Override
    public void heartbeat(Optional<String> position) {
        response.write(position.map(ServerSentEvents::place).orElse(HEARTBEAT));
    }

    /** Without data it is no event: a client only notes the id. */
    private static Buffer place(String position) {
        return Buffer.buffer("id: " + position + "\n").appendBuffer(HEARTBEAT);
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

    /** The client comes again and is told why not. */
    @Override
    public void fail(Failure why) {
        response.end();
    }

    /** A connection of HTTP/1 that is closed in good order would first wait for its client to read. */
    @Override
    public void cut() {
        if (response.streamId() < 0 && connection instanceof ConnectionBase channel) {
            ChannelFuture unused = channel.channelHandlerContext().close();
        } else {
            response.reset();
        }
    }
}
