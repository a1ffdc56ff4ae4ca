package io.ticktock.launcher.bench;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.net.URI;

/** Starts lifetimes as other programs do: over HTTP, on a bounded number of connections that are kept. */
public final class HttpStarts {

    private static final String PATH = "/v1/lifetimes";

    private final HttpClient client;

    /** @param address of the way in */
    public HttpStarts(Vertx vertx, String address, int connections) {
        URI uri = URI.create(address);
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost(uri.getHost()).setDefaultPort(uri.getPort()),
                new PoolOptions().setHttp1MaxSize(connections));
    }

    /** Fails as OVERLOADED or UNAVAILABLE when it is worth trying again. */
    public Future<Void> start(StartLifetimeRequest request) {
        Buffer body = body(request);
        return client.request(HttpMethod.POST, PATH)
                .compose(call -> call.send(body))
                .compose(HttpStarts::answered);
    }

    private static Buffer body(StartLifetimeRequest request) {
        String head = "{\"lifetime_id\":\"" + request.getLifetimeId() + "\",\"graph\":\"" + request.getGraphName()
                + "\",\"version\":\"" + request.getGraphVersion() + "\",\"input\":";
        return Buffer.buffer(head)
                .appendBytes(request.getInput().getInline().toByteArray())
                .appendString("}");
    }

    private static Future<Void> answered(HttpClientResponse response) {
        return response.body().compose(body -> switch (response.statusCode()) {
            case 200, 201 -> Future.succeededFuture();
            case 429 -> Future.failedFuture(new Failure(FailureCode.OVERLOADED, body.toString()));
            case 503 -> Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, body.toString()));
            default -> Future.failedFuture(new Failure(FailureCode.INTERNAL, body.toString()));
        });
    }
}
