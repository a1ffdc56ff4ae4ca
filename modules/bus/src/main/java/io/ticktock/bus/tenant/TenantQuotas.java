package io.ticktock.bus.tenant;

import io.ticktock.bus.LastingFault;
import io.ticktock.proto.v1.GetQuotasRequest;
import io.ticktock.proto.v1.GetQuotasResponse;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants may have, as far as this process knows: what is used is asked for again from time to time, so that a change
 * is heard of. For one event loop.
 */
public final class TenantQuotas {

    /** A change takes effect at most so much later, and the time that asking takes. */
    public static final Duration REFRESH = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(TenantQuotas.class);
    private static final int MOST_TENANTS = 10_000;

    private final Function<GetQuotasRequest, Future<GetQuotasResponse>> source;
    private final LongSupplier nanos;
    private final LastingFault notAsked = new LastingFault(LOG, "the quotas of a tenant stay as they were known");
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST_TENANTS;
        }
    };

    private static final class Known {
        GetQuotasResponse last;
        Future<GetQuotasResponse> asked;
        long askedNanos;
    }

    /** @param source the data plane */
    public TenantQuotas(Function<GetQuotasRequest, Future<GetQuotasResponse>> source) {
        this(source, System::nanoTime);
    }

    public TenantQuotas(Function<GetQuotasRequest, Future<GetQuotasResponse>> source, LongSupplier nanos) {
        this.source = source;
        this.nanos = nanos;
    }

    /** What is known; asks, and waits for that, only when nothing is. */
    public Future<GetQuotasResponse> get(String tenantId) {
        Known tenant = refreshed(tenantId);
        return tenant.last == null ? tenant.asked : Future.succeededFuture(tenant.last);
    }

    /** What is known by now; as if nothing had been set when nothing is. */
    public GetQuotasResponse now(String tenantId) {
        Known tenant = refreshed(tenantId);
        return tenant.last == null ? GetQuotasResponse.getDefaultInstance() : tenant.last;
    }

    private Known refreshed(String tenantId) {
        Known tenant = known.computeIfAbsent(tenantId, id -> new Known());
        boolean isDue = tenant.asked == null
                || (tenant.asked.isComplete() && nanos.getAsLong() - tenant.askedNanos >= REFRESH.toNanos())
                || (tenant.asked.failed() && tenant.last == null);
        if (isDue) {
            ask(tenantId, tenant);
        }
        return tenant;
    }

    private void ask(String tenantId, Known tenant) {
        tenant.askedNanos = nanos.getAsLong();
        tenant.asked = source.apply(
                        GetQuotasRequest.newBuilder().setTenantId(tenantId).build())
                .onSuccess(response -> {
                    notAsked.over();
                    tenant.last = response;
                })
                .onFailure(notAsked::failed);
    }
}
