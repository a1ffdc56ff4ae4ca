package io.ticktock.api.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads a body as the bytes that it is, up to a bound: whatever its content type says, since {@code curl} calls everything a
 * form. The request was paused until it was known who sends it.
 */
final class BodyReader implements Handler<RoutingContext> {

    private static final int MOST_BYTES = 1 << 20;
    private static final String BODY = "body";
    private static final int TOO_LARGE = 413;

    /** Of a request that went through here. */
    static byte[] body(RoutingContext context) {
        return context.<Buffer>get(BODY).getBytes();
    }

    /** Whether its head says that its body, if any, is within the bound. */
    static boolean isSmall(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        if (length == null) {
            return request.getHeader("Transfer-Encoding") == null;
        }
        try {
            return Long.parseLong(length) <= MOST_BYTES;
        } catch (NumberFormatException notLength) {
            return false;
        }
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            // It sends nothing before it hears that it may, or how it was refused.
            if (isTooLarge(request)) {
                refuse(context);
                return;
            }
            context.response().writeContinue();
        }
        Buffer body = Buffer.buffer();
        request.exceptionHandler(gone -> {});
        request.handler(chunk -> {
            if (body.length() + chunk.length() <= MOST_BYTES) {
                body.appendBuffer(chunk);
                return;
            }
            request.handler(rest -> {}).endHandler(end -> {});
            refuse(context);
        });
        request.endHandler(end -> {
            context.put(BODY, body);
            context.next();
        });
        request.resume();
    }

    private static boolean isTooLarge(HttpServerRequest request) {
        return request.getHeader("Content-Length") != null && !isSmall(request);
    }

    /** What else is sent is not read. */
    private static void refuse(RoutingContext context) {
        context.response().putHeader("Connection", "close");
        context.fail(TOO_LARGE);
    }
}
