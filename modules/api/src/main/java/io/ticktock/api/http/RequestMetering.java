package io.ticktock.api.http;

import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.meter.RequestSpan;
import io.ticktock.bus.Failure;
import io.ticktock.bus.trace.TraceParent;
import io.ticktock.bus.trace.Tracing;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** Counts requests, and traces those that are about something of a tenant's, by their routes. */
final class RequestMetering {

    private static final String ROUTE = "route";
    private static final String SPAN = "span";

    private final ApiMeters meters;
    private final Tracing tracing;

    RequestMetering(ApiMeters meters, Tracing tracing) {
        this.meters = meters;
        this.tracing = tracing;
    }

    void measure(RoutingContext context) {
        long startedNanos = System.nanoTime();
        context.addHeadersEndHandler(nothing -> {
            HttpRoute route = context.get(ROUTE);
            int status = context.response().getStatusCode();
            if (route == null) {
                meters.answered(ApiMeters.NO_ROUTE, ApiMeters.NO_ROUTE, status, startedNanos);
            } else {
                meters.answered(route.method().name(), route.path(), status, startedNanos);
            }
            if (context.failure() != null) {
                meters.refusedHttp(Failure.of(context.failure()).code());
            }
        });
        context.next();
    }

    void trace(RoutingContext context) {
        if (tracing.isOn()) {
            HttpServerRequest request = context.request();
            RequestSpan span =
                    RequestSpan.begin(tracing, request.method().name(), request.getHeader(TraceParent.HEADER));
            context.put(SPAN, span);
            context.addHeadersEndHandler(nothing -> {
                HttpRoute route = context.get(ROUTE);
                span.answered(
                        request.method().name(),
                        route == null ? ApiMeters.NO_ROUTE : route.path(),
                        context.response().getStatusCode());
            });
            context.addEndHandler(done -> span.gone());
        }
        context.next();
    }

    /** Does it as what this route is for. */
    <T> Future<T> within(RoutingContext context, HttpRoute route, Supplier<Future<T>> work) {
        context.put(ROUTE, route);
        RequestSpan span = context.get(SPAN);
        return span == null ? work.get() : span.within(work);
    }
}
