package io.ticktock.launcher;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Measures on one event loop how late what is due there begins: what keeps a loop busy, or blocks it, shows here. */
final class LoopDelayVerticle extends VerticleBase {

    private static final long EVERY_MS = 100;
    private static final Duration[] DELAYS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5)
    };

    private final Timer delays;
    private volatile long dueNanos = System.nanoTime();

    LoopDelayVerticle(MeterRegistry registry) {
        this.delays = Timer.builder("ticktock.launcher.event.loop.delay")
                .description("How late event loops begin what is due.")
                .serviceLevelObjectives(DELAYS)
                .register(registry);
    }

    @Override
    public Future<?> start() {
        lookLater();
        return Future.succeededFuture();
    }

    /** How late it is by now; grows while the loop does not come back. */
    Duration delay() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - dueNanos));
    }

    private void lookLater() {
        dueNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(EVERY_MS);
        vertx.setTimer(EVERY_MS, id -> {
            delays.record(Math.max(0, System.nanoTime() - dueNanos), TimeUnit.NANOSECONDS);
            lookLater();
        });
    }
}
