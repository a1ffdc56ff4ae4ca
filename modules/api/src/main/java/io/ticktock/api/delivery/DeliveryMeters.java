package io.ticktock.api.delivery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.ticktock.api.webhook.Answer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What deliveries to webhooks count. No label is of a tenant. */
final class DeliveryMeters {

    private static final Duration[] TIMES = {
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15)
    };

    private final MeterRegistry registry;
    private final Timer delivered;
    private final Timer refused;
    private final Timer unanswered;
    private final Counter gone;
    private final Counter failing;

    /** All begin at zero, so that the first of a kind is a rise. */
    DeliveryMeters(MeterRegistry registry) {
        this.registry = registry;
        this.delivered = timer("delivered");
        this.refused = timer("refused");
        this.unanswered = timer("unanswered");
        this.gone = counter("gone");
        this.failing = counter("failing");
    }

    /**
     * @param held webhooks that this process delivers for
     * @param waiting deliveries to them that wait for their next try
     */
    void watch(IntSupplier held, IntSupplier waiting) {
        gauge("ticktock.api.webhooks.held", "Webhooks that this process delivers for.", held);
        gauge("ticktock.api.webhook.waiting", "Deliveries that wait for their next try.", waiting);
    }

    private void gauge(String name, String description, IntSupplier value) {
        Gauge.builder(name, value, IntSupplier::getAsInt)
                .description(description)
                .strongReference(true)
                .register(registry);
    }

    void tried(Answer answer, long startedNanos) {
        timer(answer).record(System.nanoTime() - startedNanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Answer answer) {
        if (answer.isSuccess()) {
            return delivered;
        }
        return answer.status() == 0 ? unanswered : refused;
    }

    private Timer timer(String outcome) {
        return Timer.builder("ticktock.api.webhook.tries")
                .description("Time of a try to deliver to a webhook, by what came of it.")
                .tag("outcome", outcome)
                .serviceLevelObjectives(TIMES)
                .register(registry);
    }

    void disabledAsGone() {
        gone.increment();
    }

    void disabledAsFailing() {
        failing.increment();
    }

    private Counter counter(String reason) {
        return Counter.builder("ticktock.api.webhooks.disabled")
                .description("Webhooks that were disabled because their servers do not take anything.")
                .tag("reason", reason)
                .register(registry);
    }
}
