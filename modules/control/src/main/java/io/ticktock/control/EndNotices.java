package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.EndedLifetimes;
import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Vertx;

/**
 * Tells executors which lifetimes have ended, many at a time. Only after a while: by then an attempt that was sent twice
 * has come twice, and was recognised by what is kept of it.
 */
final class EndNotices {

    /** An end is told after one to two of these. */
    private static final long EVERY_MS = 100;

    private static final int MOST_AT_A_TIME = 10_000;

    private final Vertx vertx;
    private final Bus bus;
    private EndedLifetimes.Builder fresh = EndedLifetimes.newBuilder();
    private EndedLifetimes.Builder due = EndedLifetimes.newBuilder();
    private boolean isWaiting;

    EndNotices(Vertx vertx, Bus bus) {
        this.vertx = vertx;
        this.bus = bus;
    }

    void ended(LifetimeState state) {
        if (fresh.getLifetimesCount() >= MOST_AT_A_TIME) {
            return;
        }
        fresh.addLifetimes(
                LifetimeKey.newBuilder().setTenantId(state.tenantId()).setLifetimeId(state.lifetimeId()));
        tellLater();
    }

    private void tellLater() {
        if (!isWaiting) {
            isWaiting = true;
            vertx.setTimer(EVERY_MS, id -> tell());
        }
    }

    private void tell() {
        isWaiting = false;
        if (due.getLifetimesCount() > 0) {
            bus.publish(Addresses.EXECUTOR_ENDED_LIFETIMES, due.build());
        }
        due = fresh;
        fresh = EndedLifetimes.newBuilder();
        if (due.getLifetimesCount() > 0) {
            tellLater();
        }
    }
}
