package io.ticktock.api.http;

import io.ticktock.api.event.Watch;
import io.ticktock.api.operation.LifetimeOperations;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.vertx.core.Future;
import java.util.List;

/** The route of a lifetime's events. */
final class EventRoutes {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final LifetimeOperations lifetimes;

    EventRoutes(LifetimeOperations lifetimes) {
        this.lifetimes = lifetimes;
    }

    List<HttpRoute> routes() {
        return List.of(HttpRoute.get(
                "/v1/lifetimes/{id}/events",
                "Streams its events as they become durable, until the one that ends it.",
                this::watch));
    }

    private Future<HttpAnswer> watch(HttpCall call) {
        call.requireQuery("after");
        WatchLifetimeRequest request = WatchLifetimeRequest.newBuilder()
                .setLifetimeId(call.path("id"))
                .setAfterSeq(after(call))
                .build();
        return call.perform(lifetimes.watch, request).map(watch -> answer(call, watch));
    }

    /** A client that connects anew asks for the same address, and says in the header how far it got. */
    private static long after(HttpCall call) {
        return call.header(LAST_EVENT_ID)
                .map(text -> seq(LAST_EVENT_ID, text))
                .or(() -> call.query("after").map(text -> seq("after", text)))
                .orElse(0L);
    }

    private static long seq(String name, String text) {
        try {
            long seq = Long.parseLong(text);
            if (seq >= 0) {
                return seq;
            }
        } catch (NumberFormatException notNumber) {
            throw notSeq(name, text);
        }
        throw notSeq(name, text);
    }

    private static RuntimeException notSeq(String name, String text) {
        return JsonBody.invalid(name + " must be the id of an event, such as 12, not '" + text + "'");
    }

    /** To a client that has all there is, it is said that it need not come again. */
    private static HttpAnswer answer(HttpCall call, Watch watch) {
        if (watch.isOver()) {
            watch.close();
            return HttpAnswer.noContent();
        }
        return HttpAnswer.streaming(
                ServerSentEvents.HEADERS,
                response -> ServerSentEvents.begin(response, call.connection(), watch, call.credential()));
    }
}
