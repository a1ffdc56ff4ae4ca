package io.ticktock.testkit.simulation;

import io.netty.util.concurrent.Ticker;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Runs simulated processes, one task at a time: chance says whose turn it is among those that have something to do, and
 * time passes when none has. For one thread, which must be an event loop's as far as Vert.x can see.
 */
public final class Simulation {

    /** What a task takes at most. */
    private static final int LONGEST_TASK_NANOS = 20_000;

    private final VertxInternal vertx;
    private final Trace trace;
    private final Random random;
    private final SimulatedNetwork network;
    private final SimulatedClock clock = new SimulatedClock(this::nanos);
    private final Ticker ticker = new SimulatedTicker();
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final PriorityQueue<Happening> happenings =
            new PriorityQueue<>(Comparator.comparingLong(Happening::atNanos).thenComparingLong(Happening::number));
    private long nowNanos;
    private long happened;
    private int started;
    private final long firstTimer;

    /** What is to happen outside of the processes. */
    private record Happening(long atNanos, long number, Runnable action) {}

    private final class SimulatedTicker implements Ticker {

        @Override
        public long initialNanoTime() {
            return 0;
        }

        @Override
        public long nanoTime() {
            return nowNanos;
        }

        @Override
        public void sleep(long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("nobody sleeps in a simulation");
        }
    }

    /** @param vertx may serve many simulations, one after the other */
    public Simulation(long seed, Vertx vertx, Trace trace) {
        this.vertx = (VertxInternal) vertx;
        this.trace = trace;
        this.random = new Random(seed);
        this.network = new SimulatedNetwork(this);
        this.firstTimer = timer();
    }

    /** The number of one that never fires. */
    private long timer() {
        long timer = vertx.setTimer(TimeUnit.DAYS.toMillis(1), id -> {});
        vertx.cancelTimer(timer);
        return timer;
    }

    /** Lets go of all timers of its processes: no event loop of theirs will, and Vert.x would keep them and what they refer to. */
    public void end() {
        long last = timer();
        for (long timer = firstTimer; timer < last; timer++) {
            cancel(timer);
        }
    }

    private void cancel(long timer) {
        try {
            vertx.cancelTimer(timer);
        } catch (NullPointerException e) {
            // One that was asked for when its event loop was dead has never been set; Vert.x forgot it before it found
            // out.
        }
    }

    /** Since the beginning. */
    public long nanos() {
        return nowNanos;
    }

    /** All chance. */
    public Random random() {
        return random;
    }

    public Trace trace() {
        return trace;
    }

    public SimulatedNetwork network() {
        return network;
    }

    /** The right time. */
    public SimulatedClock clock() {
        return clock;
    }

    Ticker ticker() {
        return ticker;
    }

    /** Notes what happened now. */
    public void note(String who, String what, String about, long number) {
        trace.note(nowNanos, who, what, about, number);
    }

    /** A new process on this host. */
    public SimulatedProcess start(String host) {
        SimulatedProcess process = new SimulatedProcess(host, host + "." + ++started, this, vertx);
        processes.add(process);
        note(process.name(), "starts", "", 0);
        return process;
    }

    /** Ends it here and now, whatever it is about to do. Others see that some time later. */
    public void crash(SimulatedProcess process) {
        note(process.name(), "crashes", "", 0);
        process.die();
        processes.remove(process);
        network.lose(process);
    }

    /** Stops it for so long: it does nothing, and does not notice. */
    public void pause(SimulatedProcess process, Duration time) {
        note(process.name(), "pauses", "", time.toMillis());
        process.pauseUntil(nowNanos + time.toNanos());
    }

    /** Does this then, outside of all processes. */
    public void after(long nanos, Runnable action) {
        happenings.add(new Happening(nowNanos + nanos, happened++, action));
    }

    /** At a random moment in between. */
    public long between(Duration least, Duration most) {
        return least.toNanos() + (long) (random.nextDouble() * (most.toNanos() - least.toNanos()));
    }

    /**
     * Goes on until that holds, or until then.
     *
     * @param most tasks; when more are run somebody runs in circles
     * @return whether it holds
     */
    public boolean runUntil(BooleanSupplier holds, long untilNanos, long most) {
        for (long steps = 0; !holds.getAsBoolean(); steps++) {
            if (steps > most) {
                throw new IllegalStateException("after " + most + " tasks there is no end");
            }
            if (nowNanos > untilNanos || !step()) {
                return false;
            }
        }
        return true;
    }

    private boolean step() {
        Happening next = happenings.peek();
        if (next != null && next.atNanos <= nowNanos) {
            happenings.remove().action.run();
            return true;
        }
        SimulatedProcess ready = drawReady();
        if (ready == null) {
            return passTime(next == null ? Long.MAX_VALUE : next.atNanos);
        }
        trace.step(nowNanos, ready.name());
        ready.runOne(random.nextInt(4) == 0);
        nowNanos += 1 + random.nextInt(LONGEST_TASK_NANOS);
        return true;
    }

    private SimulatedProcess drawReady() {
        SimulatedProcess drawn = null;
        int ready = 0;
        for (SimulatedProcess process : processes) {
            if (process.isReady() && random.nextInt(++ready) == 0) {
                drawn = process;
            }
        }
        return drawn;
    }

    private boolean passTime(long nextNanos) {
        long until = nextNanos;
        for (SimulatedProcess process : processes) {
            until = Math.min(until, process.nextDueNanos());
        }
        if (until == Long.MAX_VALUE) {
            return false;
        }
        nowNanos = Math.max(nowNanos + 1, until);
        return true;
    }
}
