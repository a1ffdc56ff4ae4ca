package io.ticktock.api;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.BindException;
import java.util.concurrent.TimeUnit;

/**
 * A port that the process answers HTTP on.
 *
 * @param key by which the configuration sets it
 */
record HttpPort(String host, int port, String key) {

    static final int MOST_HEADER_BYTES = 8 * 1024;

    static HttpServerOptions options(int idleS) {
        return new HttpServerOptions()
                .setMaxHeaderSize(MOST_HEADER_BYTES)
                .setMaxInitialLineLength(MOST_HEADER_BYTES)
                .setIdleTimeout(idleS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
    }

    /** The number of the port once it is bound; where {@link #port} is 0, the system chooses it. */
    Future<Integer> listen(Vertx vertx, HttpServerOptions options, Handler<HttpServerRequest> handler) {
        return vertx.createHttpServer(options)
                .requestHandler(handler)
                .listen(port, host)
                .map(HttpServer::actualPort)
                .recover(cause -> Future.failedFuture(notBound(cause)));
    }

    private Throwable notBound(Throwable cause) {
        return cause instanceof BindException
                ? new Failure(
                        FailureCode.FAILED_PRECONDITION,
                        "port " + port + " of " + host + " cannot be bound: " + cause.getMessage()
                                + "; end what uses it, or set " + key + " to another",
                        cause)
                : cause;
    }
}
