package io.ticktock.api.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What the process counts, for Prometheus. No key is asked for, as for its health: nothing of it is of a tenant. */
final class MetricsRoute {

    static final String PATH = "/metrics";

    private static final Map<String, String> HEADERS =
            Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8", "Cache-Control", "no-store");

    private final Supplier<String> exposition;

    /** @param exposition the text; may take some milliseconds */
    MetricsRoute(Supplier<String> exposition) {
        this.exposition = exposition;
    }

    List<HttpRoute> routes() {
        return List.of(HttpRoute.get(PATH, "What this process counts, in Prometheus's text format.", call -> text()));
    }

    /** One at a time, on a worker thread: who asks often waits, and holds nobody else up. */
    Future<HttpAnswer> text() {
        Context context = Vertx.currentContext();
        return context.executeBlocking(exposition::get, true)
                .map(text -> HttpAnswer.streaming(HEADERS, response -> response.end(text)));
    }
}
