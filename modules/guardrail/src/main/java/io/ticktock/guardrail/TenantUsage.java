package io.ticktock.guardrail;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.Window;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What tenants have used in the windows that policies ask for. The least recently asked for are forgotten, and read again
 * when they are asked for. For one event loop.
 */
final class TenantUsage {

    private static final int MOST_KEPT = 10_000;

    private record Key(String tenantId, Window window) {}

    private final Function<GetUsageRequest, Future<GetUsageResponse>> reading;
    private final long refreshNanos;
    private final LongSupplier nanoClock;

    private final Map<Key, WindowUsage> kept = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, WindowUsage> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /** With how old totals may be, apart from what was judged here. */
    TenantUsage(Function<GetUsageRequest, Future<GetUsageResponse>> reading, Duration refresh, LongSupplier nanoClock) {
        this.reading = reading;
        this.refreshNanos = refresh.toNanos();
        this.nanoClock = nanoClock;
    }

    /**
     * The usage in these windows as of this time, ready to add these records to. Fails with UNAVAILABLE when it cannot be
     * read.
     */
    Future<Map<Window, WindowUsage>> of(
            String tenantId, Set<Window> windows, List<ExecutionReference> records, Instant now) {
        Map<Window, WindowUsage> usages = new LinkedHashMap<>();
        List<Future<Void>> prepared = new ArrayList<>(windows.size());
        for (Window window : windows) {
            WindowUsage usage = kept.computeIfAbsent(
                    new Key(tenantId, window), key -> new WindowUsage(tenantId, window, reading, nanoClock));
            usages.put(window, usage);
            prepared.add(usage.prepare(now, records, refreshNanos));
        }
        return Future.all(prepared)
                .transform(done -> done.succeeded()
                        ? Future.succeededFuture(usages)
                        : Future.failedFuture(new Failure(
                                FailureCode.UNAVAILABLE,
                                "the usage of a tenant cannot be read: "
                                        + done.cause().getMessage(),
                                done.cause())));
    }
}
