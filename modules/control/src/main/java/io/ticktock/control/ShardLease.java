package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to decide for shards, for a time. It is measured on this process's monotonic clock from before each renewal
 * was sent, and ends here well before it ends in the database.
 */
final class ShardLease {

    private static final Logger LOG = LoggerFactory.getLogger(ShardLease.class);

    private static final int RENEWALS_PER_LEASE = 3;
    private static final double SAFE_PART = 0.8;
    private static final long RETRY_MS = 250;

    private final Vertx vertx;
    private final Bus bus;
    private final String ownerId;
    private final Duration lease;
    private final Runnable onLost;

    private long epoch;
    private volatile List<Integer> shards = List.of();
    private volatile long validUntilNanos;
    private volatile long renewedNanos = System.nanoTime();
    private long renewalTimer = -1;
    private volatile boolean lost;
    private volatile boolean released;
    /** Counts the times that the right was taken or given up: what was asked before says nothing of it any more. */
    private int term;

    /** @param onLost called when the right has ended and must be taken anew by {@link #take} */
    ShardLease(Vertx vertx, Bus bus, String ownerId, Duration lease, Runnable onLost) {
        this.vertx = vertx;
        this.bus = bus;
        this.ownerId = ownerId;
        this.lease = lease;
        this.onLost = onLost;
    }

    /** Takes all shards, waiting as long as a former owner's lease may last. */
    Future<Void> take() {
        long giveUpNanos = System.nanoTime() + lease.multipliedBy(2).toNanos();
        stopRenewing();
        term++;
        epoch = 0;
        return tryTake(giveUpNanos).onSuccess(held -> {
            lost = false;
            scheduleRenewal();
        });
    }

    private Future<Void> tryTake(long giveUpNanos) {
        return hold().transform(result -> {
            if (released) {
                return Future.failedFuture(stopping());
            }
            if (result.succeeded() && shards.size() == Shard.COUNT) {
                return Future.succeededFuture();
            }
            if (System.nanoTime() > giveUpNanos) {
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

    private Future<Void> hold() {
        long sentNanos = System.nanoTime();
        int askedIn = term;
        HoldShardsRequest request = HoldShardsRequest.newBuilder()
                .setOwnerId(ownerId)
                .setLeaseMs(lease.toMillis())
                .setEpoch(epoch)
                .build();
        return bus.request(Addresses.STATE_HOLD_SHARDS, request).map(response -> {
            if (askedIn == term) {
                noteHeld(response, sentNanos);
            }
            return null;
        });
    }

    private void noteHeld(HoldShardsResponse response, long sentNanos) {
        epoch = response.getEpoch();
        shards = response.getShardsList();
        renewedNanos = sentNanos;
        validUntilNanos = sentNanos + (long) (lease.toNanos() * SAFE_PART);
    }

    private void scheduleRenewal() {
        renewalTimer = vertx.setTimer(lease.toMillis() / RENEWALS_PER_LEASE, id -> renew());
    }

    private void renew() {
        int renewedIn = term;
        hold().onComplete(held -> {
            if (renewedIn == term) {
                renewed(held);
            }
        });
    }

    private void renewed(AsyncResult<Void> held) {
        if (held.succeeded()) {
            scheduleRenewal();
            return;
        }
        Throwable cause = held.cause();
        if (isValid() && !Failure.is(cause, FailureCode.FENCED)) {
            LOG.warn("the shard lease was not renewed, trying again: {}", cause.getMessage());
            renewalTimer = vertx.setTimer(RETRY_MS, id -> renew());
        } else {
            LOG.warn("the shard lease was not renewed: {}", cause.getMessage());
            lose();
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
        return !lost && !released && System.nanoTime() - validUntilNanos < 0;
    }

    /** Since the last renewal that succeeded was sent. */
    double ageSeconds() {
        return (System.nanoTime() - renewedNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** Of the right as it was taken last. */
    long epoch() {
        return epoch;
    }

    /** What every decision carries. */
    Fence fence() {
        return Fence.newBuilder().setOwnerId(ownerId).setEpoch(epoch).build();
    }

    List<Integer> shards() {
        return shards;
    }

    /** Stops renewing and gives the shards up, for good. */
    Future<Void> release() {
        stopRenewing();
        term++;
        released = true;
        return bus.request(
                        Addresses.STATE_RELEASE_SHARDS,
                        ReleaseShardsRequest.newBuilder().setOwnerId(ownerId).build())
                .mapEmpty();
    }

    private void stopRenewing() {
        vertx.cancelTimer(renewalTimer);
    }
}
