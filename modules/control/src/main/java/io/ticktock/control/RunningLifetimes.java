package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.tenant.TenantQuotas;
import io.ticktock.proto.v1.GetQuotasRequest;
import io.ticktock.proto.v1.GetQuotasResponse;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.QuotaExcess;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Refuses starts of tenants that have enough running or stored. The data plane counts from time to time what runs; what
 * begins and ends here meanwhile is counted along. What begins while the data plane counts may count twice until the next
 * time, so that a few starts may be refused too early, and none is let in too much by what is decided here.
 */
final class RunningLifetimes {

    /** When one ends nobody knows; by then it would be known. */
    private static final int RETRY_RUNNING_S = 5;
    /** What is stored does not get less by itself. */
    private static final int RETRY_STORED_S = 60;

    private final ControlQuotas defaults;
    private final TenantQuotas quotas;
    private final Map<String, Count> counts = new HashMap<>();

    private static final class Count {
        long running;
        int starting;
        /** What began since the data plane was asked. */
        int begunSinceAsked;
    }

    /** @param nanoTime what it measures by how old its count is */
    RunningLifetimes(Bus bus, ControlQuotas defaults, LongSupplier nanoTime) {
        this.defaults = defaults;
        this.quotas = new TenantQuotas(request -> ask(bus, request), nanoTime);
    }

    TenantQuotas quotas() {
        return quotas;
    }

    private Future<GetQuotasResponse> ask(Bus bus, GetQuotasRequest request) {
        count(request.getTenantId()).begunSinceAsked = 0;
        return bus.request(
                        Addresses.STATE_GET_QUOTAS,
                        request.toBuilder()
                                .setMostRunningLifetimes(defaults.runningLifetimes())
                                .build())
                .onSuccess(response -> heard(request.getTenantId(), response));
    }

    private void heard(String tenantId, GetQuotasResponse response) {
        Count count = count(tenantId);
        count.running = response.getRunningLifetimes() + count.begunSinceAsked;
        if (count.running == 0 && count.starting == 0) {
            counts.remove(tenantId);
        }
    }

    private Count count(String tenantId) {
        return counts.computeIfAbsent(tenantId, id -> new Count());
    }

    /** Takes a place for a start, which is given back by {@link #settled}; or fails with QUOTA_EXCEEDED. */
    Future<Void> admit(String tenantId) {
        return quotas.get(tenantId).compose(known -> admit(tenantId, known));
    }

    private Future<Void> admit(String tenantId, GetQuotasResponse known) {
        if (known.getStoredBytes() >= known.getMostStoredBytes()) {
            return refused("stored_bytes", known.getMostStoredBytes(), known.getStoredBytes(), RETRY_STORED_S);
        }
        Count count = count(tenantId);
        long most = defaults.runningLifetimesOf(known.getQuotas());
        long observed = count.running + count.starting;
        if (observed >= most) {
            return refused("running_lifetimes", most, observed, RETRY_RUNNING_S);
        }
        count.starting++;
        return Future.succeededFuture();
    }

    /** A child's start takes a place, even where there is none: its parent has one, and waits for it. */
    void admitChild(String tenantId) {
        count(tenantId).starting++;
    }

    private static Future<Void> refused(String quota, long limit, long observed, int retryAfterS) {
        return Future.failedFuture(Failure.quotaExceeded(QuotaExcess.newBuilder()
                .setQuota(quota)
                .setLimit(limit)
                .setObserved(observed)
                .setRetryAfterS(retryAfterS)
                .build()));
    }

    /** An admitted start has come to its end. */
    void settled(String tenantId, boolean begun) {
        Count count = count(tenantId);
        count.starting = Math.max(0, count.starting - 1);
        if (begun) {
            count.running++;
            count.begunSinceAsked++;
        }
    }

    /** These are durable. */
    void happened(String tenantId, List<LifetimeEvent> events) {
        for (LifetimeEvent event : events) {
            if (event.hasCompleted() || event.hasFailed() || event.hasAborted()) {
                ended(tenantId);
            }
        }
    }

    private void ended(String tenantId) {
        Count count = counts.get(tenantId);
        if (count == null) {
            return;
        }
        count.running = Math.max(0, count.running - 1);
        if (count.running == 0 && count.starting == 0) {
            counts.remove(tenantId);
        }
    }
}
