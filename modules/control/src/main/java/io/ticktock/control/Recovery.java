package io.ticktock.control;

import io.ticktock.bus.Deadline;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.FrequentFault;
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
 * Brings lifetimes into memory that must be there, and tries again until they stay, ever less often: one that is recovered
 * again soon after it came in was recovered in vain. However many have to be tried again, they take turns: after the store
 * stood still it would be kept from all other work by them.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private static final long FIRST_PAUSE_MS = 500;
    private static final int MOST_DOUBLINGS = 3;
    private static final int TURNS_AT_ONCE = 64;
    /** Longer than it takes, as a rule, until what keeps all decisions from being stored has failed the next one, too. */
    private static final Duration ON_TRIAL = Duration.ofSeconds(30);
    /**
     * Longer than any request takes, of which a try has several one after the other. What takes longer still, as it may that
     * waits for a budget, goes on beside the turns of others.
     */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final ShardLease lease;
    private final Function<LifetimeKey, Future<?>> bringIn;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final Map<LifetimeKey, Wait> waiting = new HashMap<>();
    /** How often those were tried that came in not long ago. */
    private final Map<LifetimeKey, Integer> onTrial = new HashMap<>();

    private final Turns turns = new Turns(TURNS_AT_ONCE);
    private final Duration longestTurn;
    private final FrequentFault notRecovered;

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
        this(vertx, lease, bringIn, random, nanoTime, LONGEST_TURN);
    }

    Recovery(
            Vertx vertx,
            ShardLease lease,
            Function<LifetimeKey, Future<?>> bringIn,
            RandomGenerator random,
            LongSupplier nanoTime,
            Duration longestTurn) {
        this.longestTurn = longestTurn;
        this.nanoTime = nanoTime;
        this.vertx = vertx;
        this.lease = lease;
        this.bringIn = bringIn;
        this.random = random;
        this.notRecovered = new FrequentFault(nanoTime);
    }

    /** Completes after the first try; goes on trying when it failed. */
    Future<Void> recover(LifetimeKey key) {
        return bringIn(key, new Wait(nanoTime.getAsLong(), 0)).otherwiseEmpty();
    }

    void recoverSoon(LifetimeKey key) {
        recoverSoon(key, new Wait(nanoTime.getAsLong(), onTrial.getOrDefault(key, 0)));
    }

    /** One that may not be in the tables yet; when it is not found by then, it does not exist. */
    void recoverWithin(LifetimeKey key, Duration absence) {
        recoverSoon(key, new Wait(nanoTime.getAsLong() + absence.toNanos(), 0));
    }

    /** Whoever takes the shards next recovers it all. */
    void forgetAll() {
        waiting.clear();
        onTrial.clear();
    }

    private Future<Void> bringIn(LifetimeKey key, Wait wait) {
        return Future.succeededFuture()
                .compose(now -> bringIn.apply(key))
                .onFailure(cause -> failed(key, wait, cause))
                .mapEmpty();
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
        tell(key, cause);
    }

    /** What may pass is one matter, however many lifetimes it concerns; what may not is the matter of each. */
    private void tell(LifetimeKey key, Throwable cause) {
        Level level = Failure.of(cause).code().retryable() ? notRecovered.level() : Level.WARN;
        LOG.atLevel(level)
                .log(
                        "lifetime {}: not recovered, trying again: {}; {} such tries before it were not told of",
                        key.getLifetimeId(),
                        cause.getMessage(),
                        notRecovered.quietBefore());
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
        turns.take(key.getTenantId(), () -> Deadline.within(vertx, longestTurn, recoverNow(key)))
                .onFailure(late -> LOG.debug("lifetime {}: not in yet: {}", key.getLifetimeId(), late.getMessage()));
    }

    /** Half of it is chance: many may have failed at the same moment. */
    private long pauseMs(int tries) {
        long fullMs = FIRST_PAUSE_MS << Math.min(tries, MOST_DOUBLINGS);
        return fullMs / 2 + random.nextLong(fullMs / 2);
    }

    /** Whoever drives it recovers it; that may be another process by now. */
    private Future<Void> recoverNow(LifetimeKey key) {
        Wait wait = waiting.remove(key);
        if (wait == null) {
            return Future.succeededFuture();
        }
        if (!lease.isValid()) {
            recoverSoon(key, wait);
            return Future.succeededFuture();
        }
        return lease.drives(key.getLifetimeId())
                ? bringIn(key, wait)
                        .onSuccess(in -> putOnTrial(key, wait.tries() + 1))
                        .otherwiseEmpty()
                : Future.succeededFuture();
    }

    /** The number of tries tells a later trial of it from this one. */
    private void putOnTrial(LifetimeKey key, int tries) {
        onTrial.put(key, tries);
        vertx.setTimer(ON_TRIAL.toMillis(), id -> onTrial.remove(key, tries));
    }
}
