package io.ticktock.executor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.NodeKind;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What the executor counts. Labels have few values, and none of them is of a tenant, a graph or a node. */
final class ExecutorMeters {

    private static final Duration[] ATTEMPT_TIMES = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(60),
        Duration.ofMinutes(5)
    };

    private final MeterRegistry registry;
    private final Map<NodeKind, Map<ExecutionStatus, Timer>> attempts = new EnumMap<>(NodeKind.class);
    private final Counter refused;

    ExecutorMeters(MeterRegistry registry) {
        this.registry = registry;
        for (NodeKind kind : new NodeKind[] {NodeKind.NODE_KIND_TASK, NodeKind.NODE_KIND_PLAN}) {
            Map<ExecutionStatus, Timer> ofKind = new EnumMap<>(ExecutionStatus.class);
            for (ExecutionStatus status : ExecutionStatus.values()) {
                ofKind.put(status, attempts(kind, status));
            }
            attempts.put(kind, ofKind);
        }
        this.refused = Counter.builder("ticktock.executor.attempts.refused")
                .description("Attempts that were refused for want of room; they are offered again.")
                .register(registry);
    }

    private Timer attempts(NodeKind kind, ExecutionStatus status) {
        return Timer.builder("ticktock.executor.attempts")
                .description("Time from an attempt's start until its handler has ended.")
                .tag("kind", word(kind.name(), "NODE_KIND_"))
                .tag("status", word(status.name(), "EXECUTION_STATUS_"))
                .serviceLevelObjectives(ATTEMPT_TIMES)
                .register(registry);
    }

    private static String word(String constant, String prefix) {
        return constant.replace(prefix, "").toLowerCase(Locale.ROOT);
    }

    void watch(HeldAttempts held) {
        gauge("ticktock.executor.attempts.running", "Attempts whose handlers run.", held::running);
        gauge("ticktock.executor.attempts.queued", "Attempts that wait for their start.", held::queued);
        gauge(
                "ticktock.executor.attempts.held",
                "Attempts in hand: running, queued, or with a record that is not acknowledged yet.",
                held::size);
    }

    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    void ended(HeldAttempt attempt, ExecutionStatus status) {
        Map<ExecutionStatus, Timer> ofKind = attempts.get(attempt.headers().getKind());
        if (ofKind != null) {
            ofKind.get(status).record(attempt.times().elapsedNanos(), TimeUnit.NANOSECONDS);
        }
    }

    void refused() {
        refused.increment();
    }
}
