package io.ticktock.launcher.simulation;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Bus;
import io.ticktock.control.ControlVerticle;
import io.ticktock.executor.Executor;
import io.ticktock.executor.ExecutorVerticle;
import io.ticktock.guardrail.GuardrailConfiguration;
import io.ticktock.guardrail.GuardrailVerticle;
import io.ticktock.state.StateVerticle;
import io.ticktock.testkit.simulation.SimulatedProcess;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A host on which one process runs at a time: starts it, with its parts, and starts it anew when it is gone. */
final class SimulatedHost {

    /** Of what a system is made. In the order in which they start. */
    enum Part {
        STATE,
        GUARDRAIL,
        EXECUTOR,
        CONTROL
    }

    private static final Duration RESTART = Duration.ofSeconds(1);
    /** With one that is asked to stop. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final int MOST_CONTENT_BYTES = 1 << 20;

    private final SimulatedSystem system;
    private final String name;
    private final Set<Part> parts;
    private final List<VerticleBase> running = new ArrayList<>();
    private SimulatedProcess process;

    SimulatedHost(SimulatedSystem system, String name, Set<Part> parts) {
        this.system = system;
        this.name = name;
        this.parts = parts;
    }

    String name() {
        return name;
    }

    SimulatedProcess process() {
        return process;
    }

    /** Starts it; one that cannot start ends, and is started again. */
    void start() {
        SimulatedProcess started = system.simulation().start(name);
        process = started;
        running.clear();
        started.run(() -> {
            Bus bus = new Bus(started.vertx(), system.busOf(started), started.nanoTime());
            deploy(started, bus).onFailure(cause -> {
                system.simulation().note(started.name(), "cannot", String.valueOf(cause.getMessage()), 0);
                system.simulation().after(0, () -> restart(started, RESTART));
            });
        });
    }

    private Future<Void> deploy(SimulatedProcess started, Bus bus) {
        Future<Void> deployed = Future.succeededFuture();
        for (Part part : Part.values()) {
            if (parts.contains(part)) {
                deployed = deployed.compose(before -> deploy(started, verticle(part, started, bus)));
            }
        }
        return deployed;
    }

    private Future<Void> deploy(SimulatedProcess started, VerticleBase verticle) {
        running.add(0, verticle);
        return started.deploy(verticle).mapEmpty();
    }

    private VerticleBase verticle(Part part, SimulatedProcess started, Bus bus) {
        Function<String, String> own = kind -> kind + "-" + started.name();
        return switch (part) {
            case STATE -> new StateVerticle(bus, vertx -> Future.succeededFuture(system.storeOf(started)));
            case GUARDRAIL ->
                new GuardrailVerticle(
                        bus,
                        new GuardrailConfiguration(
                                Optional.of(SimulatedSystem.POLICIES),
                                Duration.ofHours(1),
                                Duration.ofSeconds(1),
                                MOST_CONTENT_BYTES),
                        own.apply("slice"),
                        started.nanoTime(),
                        new SimpleMeterRegistry());
            case EXECUTOR -> new ExecutorVerticle(bus, executor(started, bus));
            case CONTROL ->
                new ControlVerticle(
                        bus, system.control(name), started.clock(), started.nanoTime(), new SimpleMeterRegistry());
        };
    }

    private Executor executor(SimulatedProcess started, Bus bus) {
        return new Executor(
                started.vertx(),
                bus,
                name,
                started.clock(),
                started.nanoTime(),
                bound -> (long) (system.simulation().random().nextDouble() * bound),
                started.workers(),
                List.of(system.work(started)));
    }

    /** Ends the process as a signal 9 does, and starts another one after that time. */
    void kill(Duration downtime) {
        restart(process, downtime);
    }

    private void restart(SimulatedProcess gone, Duration downtime) {
        if (gone.isDead()) {
            return;
        }
        system.simulation().crash(gone);
        system.simulation().after(downtime.toNanos(), this::start);
    }

    /** Ends the process as a signal 15 does, and starts another one when it has stopped. */
    void stop(Duration downtime) {
        SimulatedProcess stopping = process;
        Future<?> stopped = Future.succeededFuture();
        for (VerticleBase verticle : List.copyOf(running)) {
            stopped = stopped.eventually(() -> stopping.undeploy(verticle));
        }
        stopped.onComplete(done -> system.simulation().after(0, () -> restart(stopping, downtime)));
        system.simulation().after(PATIENCE.toNanos(), () -> restart(stopping, downtime));
    }
}
