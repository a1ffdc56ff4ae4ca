package io.ticktock.api.operation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.ticktock.api.ApiLimits;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.bus.tenant.TenantQuotas;
import io.ticktock.bus.tenant.TokenBucket;
import io.ticktock.bus.tenant.Turns;
import io.ticktock.proto.v1.QuotaExcess;
import io.ticktock.proto.v1.Quotas;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets starts in: not more at once than are soon done, and of each tenant no more in a second than it may. Whatever is
 * refused is refused before anything is done for it. For one event loop.
 */
final class StartAdmission {

    private static final int MOST_TENANTS = 10_000;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ApiLimits limits;
    private final TenantQuotas quotas;
    private final Places places;
    private final Turns turns;
    /** One that is forgotten has its burst again; by then it has not been used for long. */
    private final Cache<String, Rate> rates =
            Caffeine.newBuilder().maximumSize(MOST_TENANTS).build();

    private static final class Rate {
        final TokenBucket bucket = new TokenBucket();
        long secondNanos = System.nanoTime();
        long inSecond;

        /** How many were asked for in the present second, this one included. */
        long note(long nowNanos) {
            if (nowNanos - secondNanos >= SECOND_NANOS) {
                secondNanos = nowNanos;
                inSecond = 0;
            }
            return ++inSecond;
        }
    }

    StartAdmission(Bus bus, ApiLimits limits) {
        this.limits = limits;
        this.places = new Places(limits.maxStarts());
        this.turns = new Turns(limits.parallelStarts());
        this.quotas = new TenantQuotas(request -> bus.request(Addresses.STATE_GET_QUOTAS, request));
    }

    /** Starts when that is let in, else fails as OVERLOADED or QUOTA_EXCEEDED. */
    <R> Future<R> admit(String tenantId, Supplier<Future<R>> start) {
        Optional<Place> place = places.take(tenantId);
        if (place.isEmpty()) {
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED, "too many starts are in progress (api.max_starts); try again later"));
        }
        return quotas.get(tenantId)
                .compose(known -> withinRate(tenantId, known.getQuotas()))
                .compose(let -> turns.take(tenantId, start))
                .onComplete(done -> place.get().leave());
    }

    private Future<Void> withinRate(String tenantId, Quotas own) {
        long perSecond = own.hasStartsPerSecond() ? own.getStartsPerSecond() : limits.startsPerSecond();
        long burst = own.hasStartBurst() ? own.getStartBurst() : defaultBurst(own, perSecond);
        long nowNanos = System.nanoTime();
        Rate rate = rates.get(tenantId, id -> new Rate());
        long observed = rate.note(nowNanos);
        long waitNanos = rate.bucket.take(perSecond, burst, nowNanos);
        if (waitNanos == 0) {
            return Future.succeededFuture();
        }
        return Future.failedFuture(Failure.quotaExceeded(QuotaExcess.newBuilder()
                .setQuota("starts_per_second")
                .setLimit(perSecond)
                .setObserved(observed)
                .setRetryAfterS((int) ((waitNanos + SECOND_NANOS - 1) / SECOND_NANOS))
                .build()));
    }

    /** The configuration's burst is for the configuration's rate: a rate of its own has a burst of one second. */
    private long defaultBurst(Quotas own, long perSecond) {
        return own.hasStartsPerSecond() ? perSecond : limits.startBurst();
    }
}
