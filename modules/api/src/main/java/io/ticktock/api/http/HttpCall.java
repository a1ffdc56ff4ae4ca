package io.ticktock.api.http;

import com.google.protobuf.Message;
import io.ticktock.api.access.Caller;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operation;
import io.vertx.core.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** One request to a route, its caller known and its body read. */
final class HttpCall {

    private static final int MOST_PAGE = 200;

    private final RoutingContext context;
    private final Caller caller;
    private final Supplier<Future<Caller>> credential;
    private final Gate gate;

    /** @param credential what the caller is known by, for asking once more */
    HttpCall(RoutingContext context, Caller caller, Supplier<Future<Caller>> credential, Gate gate) {
        this.context = context;
        this.caller = caller;
        this.credential = credential;
        this.gate = gate;
    }

    Caller caller() {
        return caller;
    }

    Supplier<Future<Caller>> credential() {
        return credential;
    }

    HttpConnection connection() {
        return context.request().connection();
    }

    <Q extends Message, R> Future<R> perform(Operation<Q, R> operation, Q request) {
        return gate.perform(operation, caller, request);
    }

    /** Whether nobody waits for the answer any more. */
    boolean isGone() {
        return context.response().closed();
    }

    Future<Void> pause(long ms) {
        return context.vertx().timer(ms).mapEmpty();
    }

    String path(String name) {
        return context.pathParam(name);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(context.request().getHeader(name));
    }

    /** Of a header that may be given several times, or as a list. */
    List<String> headers(String name) {
        return context.request().headers().getAll(name);
    }

    byte[] body() {
        return BodyReader.body(context);
    }

    /** The body, which may be left out where every field may. */
    JsonBody json(String... fields) {
        byte[] body = body();
        return JsonBody.of(body.length == 0 ? new byte[] {'{', '}'} : body, fields);
    }

    /** Refuses a parameter that the route does not know: a slip in a filter would otherwise list everything. */
    void requireQuery(String... known) {
        Set<String> names = context.queryParams().names();
        for (String name : names) {
            if (!List.of(known).contains(name)) {
                throw JsonBody.invalid("unknown query parameter '" + name + "'"
                        + (known.length == 0 ? "; there are none" : "; there are " + String.join(", ", known)));
            }
        }
    }

    /** Of a parameter that may be given several times. */
    List<String> queries(String name) {
        return context.queryParam(name);
    }

    Optional<String> query(String name) {
        List<String> values = context.queryParam(name);
        if (values.size() > 1) {
            throw JsonBody.invalid("query parameter '" + name + "' is given " + values.size() + " times; give it once");
        }
        return values.stream().findFirst();
    }

    /** Absent: false. */
    boolean flag(String name) {
        return query(name)
                .map(text -> switch (text) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw JsonBody.invalid(name + " must be true or false, not '" + text + "'");
                })
                .orElse(false);
    }

    String pageToken() {
        return query(JsonPage.TOKEN).orElse("");
    }

    int pageSize() {
        return query(JsonPage.SIZE).map(HttpCall::pageSize).orElse(0);
    }

    private static int pageSize(String text) {
        try {
            int size = Integer.parseInt(text);
            if (size >= 1 && size <= MOST_PAGE) {
                return size;
            }
        } catch (NumberFormatException notNumber) {
            throw JsonBody.invalid("page_size must be 1 to " + MOST_PAGE + ", not '" + text + "'");
        }
        throw JsonBody.invalid("page_size must be 1 to " + MOST_PAGE + ", not " + text);
    }

    Optional<Instant> time(String name) {
        return query(name).map(text -> {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw JsonBody.invalid("query parameter '" + name
                        + "' must be a time such as 2026-03-01T12:00:00Z, not '" + text + "'");
            }
        });
    }
}
