package io.ticktock.testkit.simulation;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * One process: an event loop, work that may block, a wall clock, and a node of the network. It ends with a crash at the
 * latest; what starts after it under the same name is another one.
 */
public final class SimulatedProcess {

    private final String host;
    private final String name;
    private final Simulation simulation;
    private final SimulatedLoop loop;
    private final Queue<Runnable> blocking = new ArrayDeque<>();
    private final ExecutorService workers = new Workers();
    private final SimulatedClock clock;
    private final ContextInternal context;
    private final SimulatedEventBus eventBus;
    private boolean isDead;
    private long pausedUntilNanos;

    SimulatedProcess(String host, String name, Simulation simulation, VertxInternal vertx) {
        this.host = host;
        this.name = name;
        this.simulation = simulation;
        this.loop = new SimulatedLoop(simulation.ticker());
        this.clock = new SimulatedClock(simulation::nanos);
        this.context = vertx.contextBuilder()
                .withThreadingModel(ThreadingModel.EVENT_LOOP)
                .withEventLoop(loop)
                .withWorkerPool(vertx.wrapWorkerPool(workers))
                .build();
        this.eventBus = new SimulatedEventBus(this, simulation.network());
    }

    /** Work that may block waits here until the simulation runs it. */
    private final class Workers extends AbstractExecutorService {

        @Override
        public void execute(Runnable work) {
            if (!isDead) {
                blocking.add(work);
            }
        }

        @Override
        public void shutdown() {
            blocking.clear();
        }

        @Override
        public List<Runnable> shutdownNow() {
            List<Runnable> left = List.copyOf(blocking);
            blocking.clear();
            return left;
        }

        @Override
        public boolean isShutdown() {
            return isDead;
        }

        @Override
        public boolean isTerminated() {
            return isDead;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return isDead;
        }
    }

    /** Where it runs. */
    public String host() {
        return host;
    }

    /** Unlike that of any other process. */
    public String name() {
        return name;
    }

    /** Its wall clock, which may jump. */
    public SimulatedClock clock() {
        return clock;
    }

    /** Its monotonic clock. */
    public LongSupplier nanoTime() {
        return simulation::nanos;
    }

    /** For {@link io.ticktock.bus.Bus}. */
    public EventBus eventBus() {
        return eventBus;
    }

    /** For what may block. */
    public ExecutorService workers() {
        return workers;
    }

    /** Shared by all processes; timers and blocking work are of the process that asks for them. */
    public Vertx vertx() {
        return context.owner();
    }

    /** Its one context. */
    ContextInternal context() {
        return context;
    }

    /** Starts it; fails as its start fails. */
    public Future<?> deploy(Deployable verticle) {
        return Future.future(started -> run(() -> start(verticle).onComplete(started::complete, started::fail)));
    }

    private Future<?> start(Deployable verticle) {
        try {
            return verticle.deploy(context);
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    /** Stops it as a process does that is asked to. */
    public Future<?> undeploy(Deployable verticle) {
        return Future.future(stopped -> run(() -> stop(verticle).onComplete(stopped::complete, stopped::fail)));
    }

    private Future<?> stop(Deployable verticle) {
        try {
            return verticle.undeploy(context);
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    /** Runs this on its event loop, soon. */
    public void run(Runnable action) {
        context.runOnContext(nothing -> action.run());
    }

    /** Runs this on its event loop after that time, or never. */
    void after(long nanos, Runnable action) {
        simulation.after(nanos, () -> run(action));
    }

    public boolean isDead() {
        return isDead;
    }

    boolean isPaused() {
        return pausedUntilNanos > simulation.nanos();
    }

    /** Goes on then, as if nothing had been. */
    void pauseUntil(long nanos) {
        pausedUntilNanos = nanos;
    }

    void die() {
        isDead = true;
        loop.die();
        blocking.clear();
    }

    boolean isReady() {
        return !isPaused() && (!blocking.isEmpty() || loop.isReady());
    }

    /** When it may have something to do without being told anything. */
    long nextDueNanos() {
        if (isPaused()) {
            return pausedUntilNanos;
        }
        return loop.nextDueNanos();
    }

    /** Runs one task of its loop, or one that may block. */
    void runOne(boolean preferBlocking) {
        if (!blocking.isEmpty() && (preferBlocking || !loop.isReady())) {
            blocking.remove().run();
        } else {
            loop.runOne();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
