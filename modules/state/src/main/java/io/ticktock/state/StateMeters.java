package io.ticktock.state;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.NodeKind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;

/** What the data plane counts. Labels have few values, and none of them is of a tenant. */
final class StateMeters {

    private static final Duration[] FLUSH_TIMES = {
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
    private static final double[] FLUSH_SIZES = {1, 2, 5, 10, 25, 50, 100, 250, 500};

    private final MeterRegistry registry;
    private final Map<NodeKind, Map<ExecutionStatus, Counter>> records = new EnumMap<>(NodeKind.class);

    StateMeters(MeterRegistry registry) {
        this.registry = registry;
        for (NodeKind kind : new NodeKind[] {NodeKind.NODE_KIND_TASK, NodeKind.NODE_KIND_PLAN}) {
            Map<ExecutionStatus, Counter> ofKind = new EnumMap<>(ExecutionStatus.class);
            for (ExecutionStatus status : ExecutionStatus.values()) {
                ofKind.put(status, records(kind, status));
            }
            records.put(kind, ofKind);
        }
    }

    private Counter records(NodeKind kind, ExecutionStatus status) {
        return Counter.builder("ticktock.state.records")
                .description("Records of attempts that became durable.")
                .tag("kind", word(kind.name(), "NODE_KIND_"))
                .tag("status", word(status.name(), "EXECUTION_STATUS_"))
                .register(registry);
    }

    private static String word(String constant, String prefix) {
        return constant.replace(prefix, "").toLowerCase(Locale.ROOT);
    }

    /** A record is durable. The same one again, which is seldom, counts again. */
    void recorded(ExecutionHeaders headers) {
        Map<ExecutionStatus, Counter> ofKind = records.get(headers.getKind());
        Counter counter = ofKind == null ? null : ofKind.get(headers.getStatus());
        if (counter != null) {
            counter.increment();
        }
    }

    /** @param open how many lifetimes of the database have not ended */
    void watch(OpenLifetimes open) {
        openLifetimes("running", () -> open.counts().running());
        openLifetimes("paused", () -> open.counts().paused());
    }

    private void openLifetimes(String status, DoubleSupplier count) {
        Gauge.builder("ticktock.state.lifetimes.open", count, DoubleSupplier::getAsDouble)
                .description("Lifetimes of the database that have not ended, as counted last.")
                .tag("status", status)
                .strongReference(true)
                .register(registry);
    }

    /** Of one lane of group commit. */
    static final class Flushes {

        private final Timer time;
        private final DistributionSummary rows;
        private final Counter refused;

        private Flushes(Timer time, DistributionSummary rows, Counter refused) {
            this.time = time;
            this.rows = rows;
            this.refused = refused;
        }

        void flushed(int count, long startedNanos) {
            rows.record(count);
            time.record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
        }

        void refused() {
            refused.increment();
        }
    }

    /** @param queued rows that wait for their flush */
    Flushes flushes(String lane, IntSupplier queued) {
        Gauge.builder("ticktock.state.queue.rows", queued, IntSupplier::getAsInt)
                .description("Rows that wait for their flush.")
                .tag("lane", lane)
                .strongReference(true)
                .register(registry);
        return new Flushes(
                Timer.builder("ticktock.state.flush")
                        .description("Time from the beginning of a flush until it is durable, further tries included.")
                        .tag("lane", lane)
                        .serviceLevelObjectives(FLUSH_TIMES)
                        .register(registry),
                DistributionSummary.builder("ticktock.state.flush.rows")
                        .description("Rows that are made durable together.")
                        .tag("lane", lane)
                        .serviceLevelObjectives(FLUSH_SIZES)
                        .register(registry),
                Counter.builder("ticktock.state.refused.rows")
                        .description("Rows that were refused because the queue was full.")
                        .tag("lane", lane)
                        .register(registry));
    }

    /** How many operations have a connection of a pool, and how many wait for one. */
    static final class PoolUse {

        private final AtomicInteger used = new AtomicInteger();
        private final AtomicInteger waiting = new AtomicInteger();

        Wait waits() {
            waiting.incrementAndGet();
            return new Wait(this);
        }
    }

    /** Of one operation for its connection; used on one event loop. */
    static final class Wait {

        private final PoolUse use;
        private boolean hasConnection;

        private Wait(PoolUse use) {
            this.use = use;
        }

        /** It has its connection. */
        void isOver() {
            hasConnection = true;
            use.waiting.decrementAndGet();
            use.used.incrementAndGet();
        }

        /** It has given its connection back, or never got one. */
        void isDone() {
            (hasConnection ? use.used : use.waiting).decrementAndGet();
        }
    }

    PoolUse pool(String pool, int connections) {
        PoolUse use = new PoolUse();
        gauge("ticktock.state.pool.used", "Connections to the database in use.", pool, use.used::get);
        gauge("ticktock.state.pool.waiting", "Operations that wait for a connection.", pool, use.waiting::get);
        gauge("ticktock.state.pool.size", "Connections that there may be.", pool, () -> connections);
        return use;
    }

    private void gauge(String name, String description, String pool, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .tag("pool", pool)
                .strongReference(true)
                .register(registry);
    }
}
