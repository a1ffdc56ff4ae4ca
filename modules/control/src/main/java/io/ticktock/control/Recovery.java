package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings lifetimes into memory that must be there, and tries again until they are. */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private static final long DELAY_MS = 500;

    private final Vertx vertx;
    private final ShardLease lease;
    private final Function<LifetimeKey, Future<?>> bringIn;
    /** What is to be brought into memory, and until when it may be missing from the tables, in nanoseconds. */
    private final Map<LifetimeKey, Long> waiting = new HashMap<>();

    /** @param bringIn fails with NOT_FOUND when there is no such lifetime */
    Recovery(Vertx vertx, ShardLease lease, Function<LifetimeKey, Future<?>> bringIn) {
        this.vertx = vertx;
        this.lease = lease;
        this.bringIn = bringIn;
    }

    /** Completes after the first try; goes on trying when it failed. */
    Future<Void> recover(LifetimeKey key) {
        return recover(key, System.nanoTime());
    }

    void recoverSoon(LifetimeKey key) {
        recoverSoon(key, System.nanoTime());
    }

    /** One that may not be in the tables yet; when it is not found by then, it does not exist. */
    void recoverWithin(LifetimeKey key, Duration absence) {
        recoverSoon(key, System.nanoTime() + absence.toNanos());
    }

    /** Whoever takes the shards next recovers it all. */
    void forgetAll() {
        waiting.clear();
    }

    private Future<Void> recover(LifetimeKey key, long absentUntilNanos) {
        return bringIn.apply(key).<Void>mapEmpty().otherwise(cause -> {
            boolean absent = Failure.is(cause, FailureCode.NOT_FOUND);
            if (!absent) {
                LOG.warn("lifetime {}: not recovered, trying again: {}", key.getLifetimeId(), cause.getMessage());
            }
            if (!absent || System.nanoTime() - absentUntilNanos < 0) {
                recoverSoon(key, absentUntilNanos);
            }
            return null;
        });
    }

    /** One try at a time. */
    private void recoverSoon(LifetimeKey key, long absentUntilNanos) {
        boolean isUnderWay = waiting.containsKey(key);
        waiting.merge(key, absentUntilNanos, Recovery::later);
        if (!isUnderWay) {
            vertx.setTimer(DELAY_MS, id -> recoverNow(key));
        }
    }

    private static long later(long oneNanos, long otherNanos) {
        return oneNanos - otherNanos > 0 ? oneNanos : otherNanos;
    }

    /** Whoever drives it recovers it; that may be another process by now. */
    private void recoverNow(LifetimeKey key) {
        Long absentUntilNanos = waiting.remove(key);
        if (absentUntilNanos == null) {
            return;
        }
        if (!lease.isValid()) {
            recoverSoon(key, absentUntilNanos);
        } else if (lease.drives(key.getLifetimeId())) {
            recover(key, absentUntilNanos);
        }
    }
}
