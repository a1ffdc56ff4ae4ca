package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.LifetimeProgress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProgressListenersTest {

    private static final UUID ONE = new UUID(1, Shard.COUNT);
    private static final UUID OTHER = new UUID(2, Shard.COUNT);

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final Context context = vertx.getOrCreateContext();
    private final ProgressListeners listeners = new ProgressListeners(vertx, bus, Duration.ofMillis(20));
    private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    private final AtomicInteger arrived = new AtomicInteger();

    @AfterEach
    void close() throws TimeoutException {
        await(vertx.close());
    }

    @Test
    void allOfAShardShareASubscriptionAndHearTheirOwn() throws TimeoutException {
        countArrivals();
        await(add(ONE, "first"));
        await(add(ONE, "second"));
        await(add(OTHER, "other"));

        publish(ONE);
        publish(OTHER);
        await(onContext(Future::succeededFuture));

        assertEquals(List.of("first", "second", "other"), List.copyOf(heard));
        assertEquals(2, arrived.get());
    }

    @Test
    void whoHasEndedHearsNothingAndOthersStillDo() throws TimeoutException {
        Registration first = await(add(ONE, "first"));
        await(add(ONE, "second"));
        await(onContext(first::end));

        publish(ONE);
        await(onContext(Future::succeededFuture));

        assertEquals(List.of("second"), List.copyOf(heard));
    }

    @Test
    void theSubscriptionOutlastsTheLastALittleAndBeginsAnew() throws TimeoutException {
        countArrivals();
        Registration only = await(add(ONE, "gone"));
        await(onContext(only::end));
        awaitSilence();

        await(add(ONE, "new"));
        publish(ONE);
        await(onContext(Future::succeededFuture));

        assertEquals(List.of("new"), List.copyOf(heard));
    }

    @Test
    void whoComesWhileItLingersKeepsIt() throws TimeoutException {
        Registration first = await(add(ONE, "first"));
        await(onContext(first::end));
        await(add(OTHER, "other"));
        await(vertx.timer(60, TimeUnit.MILLISECONDS));

        publish(OTHER);
        await(onContext(Future::succeededFuture));

        assertEquals(List.of("other"), List.copyOf(heard));
    }

    private Future<Registration> add(UUID lifetimeId, String name) {
        return onContext(() -> listeners.add(lifetimeId, progress -> heard.add(name)));
    }

    private <T> Future<T> onContext(Supplier<Future<T>> step) {
        Promise<T> done = Promise.promise();
        context.runOnContext(turn -> step.get().onComplete(done));
        return done.future();
    }

    private void publish(UUID lifetimeId) {
        bus.publish(
                Addresses.CONTROL_PROGRESS.at(Shard.of(lifetimeId)),
                LifetimeProgress.newBuilder()
                        .setLifetimeId(lifetimeId.toString())
                        .build());
    }

    private void countArrivals() {
        vertx.eventBus().addInboundInterceptor(delivery -> {
            arrived.incrementAndGet();
            delivery.next();
        });
    }

    /** Until nothing arrives of what is published. */
    private void awaitSilence() throws TimeoutException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        int before;
        do {
            assertTrue(System.nanoTime() < deadline, "it is still subscribed");
            before = arrived.get();
            publish(ONE);
            await(onContext(Future::succeededFuture));
            await(vertx.timer(10, TimeUnit.MILLISECONDS));
        } while (arrived.get() > before);
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(10, TimeUnit.SECONDS);
    }
}
