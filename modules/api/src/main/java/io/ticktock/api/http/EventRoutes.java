package io.ticktock.api.http;

import io.ticktock.api.event.Watch;
import io.ticktock.api.operation.LifetimeOperations;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.vertx.core.Future;
import java.util.List;

/** Routes of the events of a lifetime, and of all of the tenant's. */
final class EventRoutes {

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private final LifetimeOperations lifetimes;

    EventRoutes(LifetimeOperations lifetimes) {
        this.lifetimes = lifetimes;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.get(
                        "/v1/lifetimes/{id}/events",
                        "Streams its events as they become durable, until the one that ends it.",
                        this::watch),
                HttpRoute.get(
                        "/v1/events", "Streams the events of all lifetimes as they become durable.", this::watchAll));
    }

    private Future<HttpAnswer> watchAll(HttpCall call) {
        call.requireQuery("position", "graph", "type", "until_now");
        WatchEventsRequest request = WatchEventsRequest.newBuilder()
                .setPosition(call.header(LAST_EVENT_ID)
                        .or(() -> call.query("position"))
                        .orElse(""))
                .setGraphName(call.query("graph").orElse(""))
                .addAllTypes(call.queries("type"))
                .setUntilNow(call.flag("until_now"))
                .build();
        return call.perform(lifetimes.watchAll, request).map(watch -> answer(call, watch));
    }

    private Future<HttpAnswer> watch(HttpCall call) {
        call.requireQuery("after", "deltas");
        WatchLifetimeRequest request = WatchLifetimeRequest.newBuilder()
                .setLifetimeId(call.path("id"))
                .setAfterSeq(after(call))
                .setDeltas(call.flag("deltas"))
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
