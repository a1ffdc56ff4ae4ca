package io.ticktock.api.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ticktock.bus.FailureCode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What the way in counts. Labels have the values of its tables of routes and rpcs, none of which is of a tenant. */
public final class ApiMeters {

    /** The route of what has none. */
    public static final String NO_ROUTE = "none";

    private static final Duration[] REQUEST_TIMES = {
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final Map<Request, Timer> requests = new ConcurrentHashMap<>();
    private final Map<Rpc, Timer> rpcs = new ConcurrentHashMap<>();
    private final Map<Refusal, Counter> refusals = new ConcurrentHashMap<>();

    private record Request(String method, String route, int status) {}

    private record Rpc(String rpc, String status) {}

    private record Refusal(String protocol, String reason) {}

    public ApiMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * @param listeners how many streams of events are open
     * @param workers how many workers are connected
     */
    public void watch(IntSupplier listeners, IntSupplier workers) {
        gauge(
                "ticktock.api.event.streams",
                "Streams of events that are open, as server-sent events or of gRPC.",
                listeners);
        gauge("ticktock.api.workers", "Workers that are connected.", workers);
    }

    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    /**
     * An HTTP request is answered: its answer's head is on its way.
     *
     * @param route as in the table of routes, or {@link #NO_ROUTE}
     */
    public void answered(String method, String route, int status, long startedNanos) {
        requests.computeIfAbsent(new Request(method, route, status), this::timer)
                .record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Request request) {
        return Timer.builder("ticktock.api.http.requests")
                .description("Time from a request's head to its answer's head.")
                .tag("method", request.method)
                .tag("route", request.route)
                .tag("status", Integer.toString(request.status))
                .serviceLevelObjectives(REQUEST_TIMES)
                .register(registry);
    }

    /** An rpc has ended, or its stream has begun. */
    public void called(String rpc, String status, long startedNanos) {
        rpcs.computeIfAbsent(new Rpc(rpc, status), this::timer)
                .record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Rpc rpc) {
        return Timer.builder("ticktock.api.grpc.requests")
                .description("Time from an rpc's head to its answer, or to the beginning of its stream.")
                .tag("rpc", rpc.rpc)
                .tag("status", rpc.status)
                .serviceLevelObjectives(REQUEST_TIMES)
                .register(registry);
    }

    public void refusedHttp(FailureCode code) {
        refused("http", code);
    }

    public void refusedGrpc(FailureCode code) {
        refused("grpc", code);
    }

    /** What is wrong with a request, or cannot be found, is no refusal: it counts among the answers. */
    private void refused(String protocol, FailureCode code) {
        switch (code) {
            case UNAUTHENTICATED, PERMISSION_DENIED, OVERLOADED, QUOTA_EXCEEDED, UNAVAILABLE, FENCED ->
                refusals.computeIfAbsent(new Refusal(protocol, code.name().toLowerCase(Locale.ROOT)), this::counter)
                        .increment();
            case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, STALE, INTERNAL -> {}
        }
    }

    private Counter counter(Refusal refusal) {
        return Counter.builder("ticktock.api.refused.requests")
                .description("Requests that were refused, by what for.")
                .tag("protocol", refusal.protocol)
                .tag("reason", refusal.reason)
                .register(registry);
    }
}
