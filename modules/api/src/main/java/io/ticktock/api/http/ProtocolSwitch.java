package io.ticktock.api.http;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;

/**
 * Lets the first request of a connection go on once its client speaks HTTP/2. A client that switches to it with that
 * request, as Java's does unless told otherwise, may lose more than a buffer of what reaches it while it still reads
 * HTTP/1.1, and then waits for ever. Once it answers a ping it has switched.
 */
final class ProtocolSwitch implements Handler<RoutingContext> {

    private static final int FIRST_STREAM = 1;
    private static final int LONGEST_WAIT_S = 5;
    private static final Buffer PING = Buffer.buffer().appendLong(0);

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.isSSL() || request.version() != HttpVersion.HTTP_2 || request.streamId() != FIRST_STREAM) {
            context.next();
            return;
        }
        Context own = Vertx.currentContext();
        request.connection()
                .ping(PING)
                .timeout(LONGEST_WAIT_S, TimeUnit.SECONDS)
                // A client that answers no ping is answered all the same, as if it had never switched.
                .onComplete(pong -> own.runOnContext(nothing -> context.next()));
    }
}
