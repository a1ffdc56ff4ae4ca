package io.ticktock.api.operation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.ticktock.bus.tenant.Places;
import io.ticktock.bus.tenant.Places.Place;
import io.ticktock.bus.tenant.TokenBucket;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When to tell a tenant that something was too much: at once, but not more often than so many times a second. Further ones
 * hear it after a while, so that whoever asks again as soon as it was refused does not keep the processors busy with being
 * refused. For one event loop.
 */
final class Refusals {

    static final int AT_ONCE_PER_SECOND = 100;

    /** How long is chosen between the two for each, so that those who were refused together do not come again together. */
    static final Duration SHORTEST = Duration.ofMillis(500);

    private static final Duration LONGEST = Duration.ofMillis(1_500);
    private static final int MOST_TENANTS = 10_000;

    private final Vertx vertx;
    private final Places held;
    private final Cache<String, TokenBucket> told =
            Caffeine.newBuilder().maximumSize(MOST_TENANTS).build();

    /** @param mostHeld how many hear it later; beyond that all hear it at once */
    Refusals(Vertx vertx, int mostHeld) {
        this.vertx = vertx;
        this.held = new Places(mostHeld);
    }

    /** Completes when it is to be told. */
    Future<Void> pace(String tenantId) {
        TokenBucket atOnce = told.get(tenantId, id -> new TokenBucket());
        if (atOnce.take(AT_ONCE_PER_SECOND, AT_ONCE_PER_SECOND, System.nanoTime()) == 0) {
            return Future.succeededFuture();
        }
        Optional<Place> place = held.take(tenantId);
        if (place.isEmpty()) {
            return Future.succeededFuture();
        }
        long heldMs = ThreadLocalRandom.current().nextLong(SHORTEST.toMillis(), LONGEST.toMillis());
        return vertx.timer(heldMs)
                .<Void>mapEmpty()
                .onComplete(over -> place.get().leave());
    }
}
