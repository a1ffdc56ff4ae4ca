package io.ticktock.control;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ticktock.proto.v1.LifetimeEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What the control plane counts. Labels have few values, and none of them is of a tenant or of one lifetime. */
final class ControlMeters {

    private static final Duration[] DECISION_TIMES = {
        Duration.ofMillis(1),
        Duration.ofNanos(2_500_000),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final MeterRegistry registry;
    private final Timer decisions;
    private final Counter undecided;
    private final Counter started;
    private final Counter completed;
    private final Counter failed;
    private final Counter aborted;
    private final Counter paused;
    private final Counter refused;
    private final Counter losses;
    private final Counter quarantined;

    ControlMeters(MeterRegistry registry) {
        this.registry = registry;
        this.decisions = Timer.builder("ticktock.control.decisions")
                .description("Time from taking up what happened to a lifetime until what follows from it is durable.")
                .serviceLevelObjectives(DECISION_TIMES)
                .register(registry);
        this.undecided = counter("ticktock.control.undecided", "Decisions that could not be made durable.");
        this.started = counter("ticktock.control.lifetimes.started", "Lifetimes that were started, forks included.");
        this.completed = ended("completed");
        this.failed = ended("failed");
        this.aborted = ended("aborted");
        this.paused = counter("ticktock.control.lifetimes.paused", "Times that a lifetime was paused.");
        this.refused = counter("ticktock.control.lifetimes.refused", "Starts that were refused for want of room.");
        this.losses = counter("ticktock.control.lease.losses", "Times that the right to decide for shards was lost.");
        this.quarantined = counter(
                "ticktock.control.lifetimes.quarantined",
                "Lifetimes that were set aside because their owners were lost.");
    }

    private Counter counter(String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }

    private Counter ended(String status) {
        return Counter.builder("ticktock.control.lifetimes.ended")
                .description("Lifetimes that have ended.")
                .tag("status", status)
                .register(registry);
    }

    void watch(GraphOrchestrator orchestrator, Dispatcher dispatcher, ShardLease lease) {
        gauge("ticktock.control.lifetimes.resident", "Lifetimes in memory.", orchestrator::size);
        gauge("ticktock.control.attempts.in.flight", "Attempts in executors' hands.", dispatcher::inFlight);
        gauge("ticktock.control.attempts.waiting", "Attempts that wait to be handed out.", dispatcher::waiting);
        gauge(
                "ticktock.control.shards.held",
                "Shards for which it may decide.",
                () -> lease.isValid() ? lease.shards().size() : 0);
        Gauge.builder("ticktock.control.lease.age", lease, ShardLease::ageSeconds)
                .description("Time since the right to decide was last asked for with success.")
                .baseUnit("seconds")
                .register(registry);
    }

    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    void decided(long startedNanos) {
        decisions.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
    }

    void undecided() {
        undecided.increment();
    }

    void refused() {
        refused.increment();
    }

    void quarantined() {
        quarantined.increment();
    }

    void leaseLost() {
        losses.increment();
    }

    /** These have become durable. */
    void happened(List<LifetimeEvent> events) {
        for (LifetimeEvent event : events) {
            switch (event.getEventCase()) {
                case STARTED -> started.increment();
                case COMPLETED -> completed.increment();
                case FAILED -> failed.increment();
                case ABORTED -> aborted.increment();
                case PAUSED -> paused.increment();
                case SCHEDULED,
                        ACCEPTED,
                        CANCELLED,
                        WAITING,
                        WOKEN,
                        FORKED,
                        PARKED,
                        DIED,
                        JOINED,
                        RESUMED,
                        CHILD_STARTED,
                        HELD,
                        EVENT_NOT_SET -> {}
            }
        }
    }
}
