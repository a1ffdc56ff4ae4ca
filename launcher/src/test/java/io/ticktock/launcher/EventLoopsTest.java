package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopsTest {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    private final CountDownLatch blocked = new CountDownLatch(1);

    @AfterEach
    void close() {
        blocked.countDown();
        Client.await(vertx.close());
    }

    @Test
    void oneThatDoesNotTurnIsFoundThoughTheOtherDoes() throws Exception {
        EventLoops loops = new EventLoops(Duration.ofSeconds(1));
        Client.await(vertx.deployVerticle(
                () -> loops.watched(new SimpleMeterRegistry()), new DeploymentOptions().setInstances(2)));
        assertFalse(loops.isOneStuck());
        vertx.runOnContext(nothing -> block());
        awaitThat(loops::isOneStuck);
        blocked.countDown();
        awaitThat(() -> !loops.isOneStuck());
    }

    private void block() {
        try {
            assertTrue(blocked.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitThat(BooleanSupplier condition) throws InterruptedException {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < giveUp, "not so in 10 s");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }
}
