package io.ticktock.launcher.crash;

import io.ticktock.bus.Delivery;
import java.util.concurrent.atomic.AtomicInteger;

/** Delivers every message at once, until the process dies instead: there, and as abruptly as by a {@code kill -9}. */
public final class CrashingDelivery implements Delivery {

    /** Of a process that died at its crash point; a kill from outside gives another. */
    public static final int EXIT_CODE = 77;

    private final CrashPoint point;
    private final int message;
    private final AtomicInteger seen = new AtomicInteger();

    /** @param message which message at the point does not arrive, from 1 */
    public CrashingDelivery(CrashPoint point, int message) {
        this.point = point;
        this.message = message;
    }

    @Override
    public void deliver(Leg leg, String address, Runnable arrive, Runnable lose) {
        if (point.isOf(leg, address) && seen.incrementAndGet() == message) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
        arrive.run();
    }
}
