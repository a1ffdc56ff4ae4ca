package io.ticktock.control;

import io.ticktock.bus.Deadline;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.LastingFault;
import io.ticktock.bus.tenant.Turns;
import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Brings lifetimes into memory that must be there, and tries again until they are, ever less often. However many have to be
 * tried again, only so many are at a time: after the store stood still it would be kept from all other work by them.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private static final long FIRST_PAUSE_MS = 500;
    private static final int MOST_DOUBLINGS = 3;
    private static final int MOST_AT_ONCE = 64;
    /** What takes longer, as it may that waits for a budget, is not what the others wait for. */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final ShardLease lease;
    private final Function<LifetimeKey, Future<?>> bringIn;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final Map<LifetimeKey, Wait> waiting = new HashMap<>();
    private final Turns turns = new Turns(MOST_AT_ONCE);
    private final LastingFault notRecovered;

    /** Until when it may be missing from the tables, in nanoseconds, and how often it was tried in vain. */
    private record Wait(long absentUntilNanos, int tries) {

        Wait with(Wait other) {
            boolean isLater = absentUntilNanos - other.absentUntilNanos > 0;
            return new Wait(isLater ? absentUntilNanos : other.absentUntilNanos, Math.max(tries, other.tries));
        }

        Wait again() {
            return new Wait(absentUntilNanos, tries + 1);
        }
    }

    /**
     * @param bringIn fails with NOT_FOUND when there is no such lifetime, with FAILED_PRECONDITION when it is not to be in
     *     memory as it is
     * @param nanoTime what it measures by how long one may be missing
     */
    Recovery(
            Vertx vertx,
            ShardLease lease,
            Function<LifetimeKey, Future<?>> bringIn,
            RandomGenerator random,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.vertx = vertx;
        this.lease = lease;
        this.bringIn = bringIn;
        this.random = random;
        this.notRecovered =
                new LastingFault(LOG, () -> waiting.size() + " lifetimes are not brought into memory", nanoTime);
    }

    /** Completes after the first try; goes on trying when it failed. */
    Future<Void> recover(LifetimeKey key) {
        return recover(key, new Wait(nanoTime.getAsLong(), 0));
    }

    void recoverSoon(LifetimeKey key) {
        recoverSoon(key, new Wait(nanoTime.getAsLong(), 0));
    }

    /** One that may not be in the tables yet; when it is not found by then, it does not exist. */
    void recoverWithin(LifetimeKey key, Duration absence) {
        recoverSoon(key, new Wait(nanoTime.getAsLong() + absence.toNanos(), 0));
    }

    /** Whoever takes the shards next recovers it all. */
    void forgetAll() {
        waiting.clear();
    }

    private Future<Void> recover(LifetimeKey key, Wait wait) {
        return bringIn.apply(key)
                .<Void>map(in -> {
                    recovered();
                    return null;
                })
                .otherwise(cause -> {
                    failed(key, wait, cause);
                    return null;
                });
    }

    private void recovered() {
        if (waiting.isEmpty()) {
            notRecovered.over();
        }
    }

    private void failed(LifetimeKey key, Wait wait, Throwable cause) {
        if (Failure.is(cause, FailureCode.FAILED_PRECONDITION)) {
            LOG.info("lifetime {}: not recovered: {}", key.getLifetimeId(), cause.getMessage());
            return;
        }
        if (Failure.is(cause, FailureCode.NOT_FOUND)) {
            if (nanoTime.getAsLong() - wait.absentUntilNanos() < 0) {
                recoverSoon(key, wait);
            }
            return;
        }
        recoverSoon(key, wait.again());
        notRecovered.failed(cause);
        tellOfOne(key, wait, cause);
    }

    /** What may pass is one matter, however many lifetimes it concerns; what may not is the matter of this one. */
    private static void tellOfOne(LifetimeKey key, Wait wait, Throwable cause) {
        boolean isNews = wait.tries() == 0 && !Failure.of(cause).code().retryable();
        LOG.atLevel(isNews ? Level.WARN : Level.DEBUG)
                .log("lifetime {}: not recovered, trying again: {}", key.getLifetimeId(), cause.getMessage());
    }

    /** One try at a time. */
    private void recoverSoon(LifetimeKey key, Wait wait) {
        boolean isUnderWay = waiting.containsKey(key);
        waiting.merge(key, wait, Wait::with);
        if (!isUnderWay) {
            vertx.setTimer(pauseMs(wait.tries()), id -> recoverInTurn(key));
        }
    }

    private void recoverInTurn(LifetimeKey key) {
        turns.take(key.getTenantId(), () -> Deadline.within(vertx, LONGEST_TURN, recoverNow(key)))
                .onFailure(
                        late -> LOG.debug("lifetime {}: not decided yet: {}", key.getLifetimeId(), late.getMessage()));
    }

    /** Half of it is chance: many may have failed at the same moment. */
    private long pauseMs(int tries) {
        long fullMs = FIRST_PAUSE_MS << Math.min(tries, MOST_DOUBLINGS);
        return fullMs / 2 + random.nextLong(fullMs / 2);
    }

    /** Whoever drives it recovers it; that may be another process by now. */
    private Future<Void> recoverNow(LifetimeKey key) {
        Wait wait = waiting.remove(key);
        if (wait != null && !lease.isValid()) {
            recoverSoon(key, wait);
        } else if (wait != null && lease.drives(key.getLifetimeId())) {
            return recover(key, wait);
        }
        return Future.succeededFuture();
    }
}
