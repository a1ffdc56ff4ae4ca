package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.FreeShards;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to decide for shards, for a time. It is measured on this process's monotonic clock from before each renewal
 * was sent, and ends here well before it ends in the database.
 *
 * <p>One process holds all shards, or several share them. Whoever shares takes what is free, up to its fair share; who
 * holds more than that, since others came, gives everything up and takes its share anew. The epoch rises with what is
 * gained, above that of whoever held it before, and when it is raised.
 */
final class ShardLease {

    private static final Logger LOG = LoggerFactory.getLogger(ShardLease.class);

    private static final int RENEWALS_PER_LEASE = 5;
    private static final double SAFE_PART = 0.8;
    private static final long RETRY_MS = 250;

    private final Vertx vertx;
    private final Bus bus;
    private final DatabaseClock clock;
    private final String ownerId;
    private final Duration lease;
    private final boolean shares;
    private final Runnable onLost;
    private final Consumer<List<Integer>> onGained;
    private final LongSupplier nanoTime;

    private volatile Held held = Held.NOTHING;
    private int fairShare;
    private volatile long validUntilNanos;
    private volatile long renewedNanos;
    private long renewalTimer = -1;
    private volatile boolean lost;
    private volatile boolean released;
    /** There are too many to keep. */
    private boolean isCrowded;
    /** This process has held shards before. */
    private boolean hasTaken;
    /** Counts the times that the right was taken or given up: what was asked before says nothing of it any more. */
    private int term;
    /** The last one, which may be under way: until it has an answer, or the right has ended. */
    private Future<Void> renewal = Future.succeededFuture();
    /** The last one that raised the epoch, which may be under way. */
    private Future<Void> raised = Future.succeededFuture();
    /** What was asked of the database last, which may be under way. */
    private Future<?> asked = Future.succeededFuture();
    /** Whether to renew again as soon as the renewal under way has ended. */
    private boolean looksAgain;

    /** What was granted, and under which epoch. */
    private record Held(long epoch, Set<Integer> shards, Set<Integer> troubled) {

        static final Held NOTHING = new Held(0, Set.of(), Set.of());

        static Held of(HoldShardsResponse granted) {
            return new Held(
                    granted.getEpoch(), inOrder(granted.getShardsList()), inOrder(granted.getTroubledShardsList()));
        }

        private static Set<Integer> inOrder(List<Integer> shards) {
            return Collections.unmodifiableSet(new LinkedHashSet<>(shards));
        }
    }

    /**
     * @param clock told the time with every answer
     * @param shares whether other processes may hold shards besides
     * @param onLost called when the right has ended and must be taken anew by {@link #take}
     * @param onGained called with shards that came to those that were taken
     * @param nanoTime the monotonic clock
     */
    ShardLease(
            Vertx vertx,
            Bus bus,
            DatabaseClock clock,
            String ownerId,
            Duration lease,
            boolean shares,
            Runnable onLost,
            Consumer<List<Integer>> onGained,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.ownerId = ownerId;
        this.lease = lease;
        this.shares = shares;
        this.onLost = onLost;
        this.onGained = onGained;
        this.nanoTime = nanoTime;
        this.renewedNanos = nanoTime.getAsLong();
    }

    /** Takes all shards, waiting as long as a former owner's lease may last; or what is free of its share, at once. */
    Future<Void> take() {
        long giveUpNanos = nanoTime.getAsLong() + lease.multipliedBy(2).toNanos();
        stopRenewing();
        term++;
        renewal = Future.succeededFuture();
        raised = Future.succeededFuture();
        return giveUpExcess()
                .compose(given -> {
                    held = Held.NOTHING;
                    return tryTake(giveUpNanos);
                })
                .onSuccess(taken -> {
                    hasTaken = true;
                    lost = false;
                    scheduleRenewal();
                });
    }

    private Future<Void> giveUpExcess() {
        if (!isCrowded) {
            return Future.succeededFuture();
        }
        isCrowded = false;
        return giveUp();
    }

    private Future<Void> tryTake(long giveUpNanos) {
        if (released) {
            return Future.failedFuture(stopping());
        }
        return hold(false).transform(result -> {
            if (released) {
                return Future.failedFuture(stopping());
            }
            if (result.succeeded() && (shares || held.shards().size() == Shard.COUNT)) {
                tellOthers();
                return Future.succeededFuture();
            }
            if (nanoTime.getAsLong() > giveUpNanos) {
                return Future.failedFuture(result.failed() ? result.cause() : heldElsewhere());
            }
            return vertx.timer(RETRY_MS, TimeUnit.MILLISECONDS).compose(fired -> tryTake(giveUpNanos));
        });
    }

    private static Failure heldElsewhere() {
        return new Failure(
                FailureCode.FAILED_PRECONDITION,
                "another process drives the lifetimes of this database; stop it, or use another database");
    }

    /** That another process takes over is no fault of who asked: the same request, repeated, finds the new owner. */
    static Failure changingHands() {
        return new Failure(FailureCode.UNAVAILABLE, "the control plane is changing hands; try again");
    }

    private static Failure stopping() {
        return new Failure(FailureCode.UNAVAILABLE, "this control plane is stopping");
    }

    private Future<Void> hold(boolean raises) {
        long sentNanos = nanoTime.getAsLong();
        int askedIn = term;
        HoldShardsRequest request = HoldShardsRequest.newBuilder()
                .setOwnerId(ownerId)
                .setLeaseMs(lease.toMillis())
                .setEpoch(held.epoch())
                .setShares(shares)
                .setRetakes(hasTaken)
                .setRaisesEpoch(raises)
                .build();
        Future<HoldShardsResponse> answer = bus.request(Addresses.STATE_HOLD_SHARDS, request);
        asked = answer;
        return answer.map(response -> {
            if (response.hasNow()) {
                clock.set(ProtoTime.instant(response.getNow()), sentNanos);
            }
            if (askedIn == term) {
                noteHeld(response, sentNanos);
            }
            return null;
        });
    }

    private void noteHeld(HoldShardsResponse response, long sentNanos) {
        held = Held.of(response);
        fairShare = response.getFairShare();
        renewedNanos = sentNanos;
        validUntilNanos = sentNanos + (long) (lease.toNanos() * SAFE_PART);
    }

    /** Others may have room for what was given up here. */
    private void tellOthers() {
        if (shares) {
            bus.publish(Addresses.CONTROL_FREE_SHARDS, FreeShards.getDefaultInstance());
        }
    }

    private void scheduleRenewal() {
        stopRenewing();
        renewalTimer = vertx.setTimer(lease.toMillis() / RENEWALS_PER_LEASE, id -> renew(false));
    }

    /** There may be shards to be taken. */
    void look() {
        if (!shares || !isValid() || held.shards().size() == Shard.COUNT) {
            return;
        }
        if (renewal.isComplete()) {
            stopRenewing();
            renew(false);
        } else {
            looksAgain = true;
        }
    }

    /**
     * Raises the epoch: whatever was asked under it before is never written from then on. Those who ask while it is under way
     * share it, since what they mean was asked under the same one.
     */
    Future<Void> raise() {
        if (raised.isComplete()) {
            raised = raiseNext(term);
        }
        return raised;
    }

    /** One renewal at a time: the second of two would find another epoch than it names. */
    private Future<Void> raiseNext(int askedIn) {
        if (askedIn != term || !isValid()) {
            return Future.failedFuture(changingHands());
        }
        if (!renewal.isComplete()) {
            return renewal.transform(ended -> raiseNext(askedIn));
        }
        stopRenewing();
        renew(true);
        // No further shards come with that one.
        looksAgain = true;
        return renewal;
    }

    long epoch() {
        return held.epoch();
    }

    private void renew(boolean raises) {
        int renewedIn = term;
        Set<Integer> before = held.shards();
        looksAgain = false;
        renewal = holdOn(raises, renewedIn);
        renewal.onComplete(done -> {
            if (renewedIn == term) {
                renewed(done, before);
            }
        });
    }

    /** Asks again as long as the right lasts: what was granted by an answer that was lost is told with the next one. */
    private Future<Void> holdOn(boolean raises, int askedIn) {
        return hold(raises).recover(cause -> {
            if (Failure.is(cause, FailureCode.FENCED) || askedIn != term || !isValid()) {
                return Future.failedFuture(cause);
            }
            LOG.warn("the shard lease was not renewed, trying again: {}", cause.getMessage());
            return vertx.timer(RETRY_MS, TimeUnit.MILLISECONDS)
                    .compose(fired ->
                            askedIn == term && isValid() ? holdOn(raises, askedIn) : Future.failedFuture(cause));
        });
    }

    private void renewed(AsyncResult<Void> done, Set<Integer> before) {
        if (done.succeeded()) {
            kept(before);
        } else {
            LOG.warn("the shard lease was not renewed: {}", done.cause().getMessage());
            lose();
        }
    }

    private void kept(Set<Integer> before) {
        if (shares && held.shards().size() > fairShare) {
            LOG.info(
                    "{} shards are held here and {} are a fair share: giving up",
                    held.shards().size(),
                    fairShare);
            isCrowded = true;
            lose();
            return;
        }
        if (looksAgain) {
            renew(false);
        } else {
            scheduleRenewal();
        }
        List<Integer> gained =
                held.shards().stream().filter(shard -> !before.contains(shard)).toList();
        if (!gained.isEmpty()) {
            onGained.accept(gained);
        }
    }

    /** Ends the right here and now, because the database does not grant it any more. */
    void lose() {
        if (lost || released) {
            return;
        }
        lost = true;
        stopRenewing();
        onLost.run();
    }

    boolean isValid() {
        return !lost && !released && nanoTime.getAsLong() - validUntilNanos < 0;
    }

    /** Since the last renewal that succeeded was sent. */
    double ageSeconds() {
        return (nanoTime.getAsLong() - renewedNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** Whether this process decides for the lifetime. */
    boolean drives(String lifetimeId) {
        return isValid() && held.shards().contains(Shard.of(lifetimeId).number());
    }

    /** Another one when the right has been lost and taken since. */
    int term() {
        return term;
    }

    /**
     * Writes what was decided of a lifetime, or fails as FENCED where it is not driven here any more. When the epoch has risen
     * meanwhile it is written under the new one: nobody else has decided in between.
     */
    <R> Future<R> write(String lifetimeId, Function<Fence, Future<R>> append) {
        if (!drives(lifetimeId)) {
            return Future.failedFuture(new Failure(FailureCode.FENCED, "the lifetime is not driven here any more"));
        }
        long under = held.epoch();
        int writtenIn = term;
        Fence fence = Fence.newBuilder().setOwnerId(ownerId).setEpoch(under).build();
        return append.apply(fence).recover(cause -> {
            if (!Failure.is(cause, FailureCode.FENCED)) {
                return Future.failedFuture(cause);
            }
            return newsSince(under, writtenIn)
                    .transform(heard -> writtenIn == term && held.epoch() > under
                            ? write(lifetimeId, append)
                            : Future.failedFuture(cause));
        });
    }

    /** The answer that tells of a new epoch may be on its way, or lost: then it is asked for before the right is given up. */
    private Future<Void> newsSince(long epoch, int heldIn) {
        if (heldIn == term && isValid() && held.epoch() == epoch && renewal.isComplete()) {
            stopRenewing();
            renew(false);
        }
        return renewal;
    }

    Set<Integer> shards() {
        return held.shards();
    }

    /** Those whose owners were lost several times in a row, each soon after it had taken them. */
    Set<Integer> troubled() {
        return held.troubled();
    }

    boolean isTroubled(String lifetimeId) {
        return !held.troubled().isEmpty()
                && held.troubled().contains(Shard.of(lifetimeId).number());
    }

    /** Stops renewing and gives the shards up, for good: after what was asked before, which would take them once more. */
    Future<Void> release() {
        stopRenewing();
        term++;
        released = true;
        return asked.transform(answered -> giveUp()).onSuccess(given -> tellOthers());
    }

    private Future<Void> giveUp() {
        return bus.request(
                        Addresses.STATE_RELEASE_SHARDS,
                        ReleaseShardsRequest.newBuilder().setOwnerId(ownerId).build())
                .mapEmpty();
    }

    private void stopRenewing() {
        vertx.cancelTimer(renewalTimer);
    }
}
