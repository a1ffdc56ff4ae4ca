package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All shards are held here; a try ends when the test says so. */
class RecoveryTest {

    private static final int MANY = 300;
    /** Of 64 turns a tenant alone takes three quarters. */
    private static final int TURNS_OF_ONE = 48;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Deque<Try> underWay = new ArrayDeque<>();
    private final Set<LifetimeKey> inMemory = new HashSet<>();
    private int begun;
    private int throwing;
    private ShardLease lease;
    private Recovery recovery;

    private record Try(LifetimeKey key, Promise<Void> ended) {}

    @BeforeEach
    void holdAllShards() throws Exception {
        Bus bus = new Bus(vertx);
        List<Integer> all = IntStream.range(0, Shard.COUNT).boxed().toList();
        await(bus.serve(
                Addresses.STATE_HOLD_SHARDS,
                request -> Future.succeededFuture(HoldShardsResponse.newBuilder()
                        .setEpoch(1)
                        .setFairShare(Shard.COUNT)
                        .addAllShards(all)
                        .build())));
        lease = new ShardLease(
                vertx,
                bus,
                new DatabaseClock(InstantSource.system(), System::nanoTime),
                "test",
                Duration.ofSeconds(30),
                false,
                () -> {},
                gained -> {},
                System::nanoTime);
        recovery = recovery(Duration.ofSeconds(30));
        onContext(lease::take);
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    private Recovery recovery(Duration longestTurn) {
        return new Recovery(vertx, lease, this::bringIn, new Random(1), System::nanoTime, longestTurn);
    }

    private Future<Void> bringIn(LifetimeKey key) {
        begun++;
        if (throwing > 0) {
            throwing--;
            throw new IllegalStateException("a defect");
        }
        Promise<Void> ended = Promise.promise();
        underWay.add(new Try(key, ended));
        return ended.future();
    }

    @Test
    void aFloodIsRecoveredALittleAtATime() throws Exception {
        onContext(() -> recoverMany("flood"));
        until(() -> underWay.size() == TURNS_OF_ONE);

        onContext(() -> {
            recovery.recoverSoon(key("other"));
            return Future.succeededFuture();
        });
        until(() -> underWay.size() == TURNS_OF_ONE + 1);
        assertEquals(
                "other",
                onContext(() -> Future.succeededFuture(underWay.peekLast()))
                        .key()
                        .getTenantId());

        until(() -> {
            assertTrue(underWay.size() <= TURNS_OF_ONE + 1, () -> underWay.size() + " at once");
            IntStream.range(0, 10).forEach(i -> bringOneIn());
            return inMemory.size() == MANY + 1;
        });
        assertEquals(MANY + 1, begun);
    }

    @Test
    void whatFailsIsTriedAgainUntilItIsIn() throws Exception {
        onContext(() -> recoverMany("acme"));
        Set<LifetimeKey> failed = new HashSet<>();
        until(() -> {
            while (!underWay.isEmpty()) {
                if (failed.size() < MANY / 2) {
                    failed.add(underWay.peek().key());
                    failOne();
                } else {
                    bringOneIn();
                }
            }
            return inMemory.size() == MANY;
        });
        assertEquals(MANY / 2, failed.size());
        assertEquals(MANY + MANY / 2, begun);
    }

    @Test
    void whatIsForgottenIsNotTriedAnyMore() throws Exception {
        onContext(() -> recoverMany("acme"));
        until(() -> underWay.size() == TURNS_OF_ONE);
        onContext(() -> {
            recovery.forgetAll();
            recovery.recoverSoon(key("acme"));
            return Future.succeededFuture();
        });
        until(() -> {
            bringOneIn();
            return inMemory.size() == TURNS_OF_ONE + 1;
        });
        assertEquals(TURNS_OF_ONE + 1, begun);
    }

    @Test
    void whatTakesLongLetsOthersGo() throws Exception {
        recovery = recovery(Duration.ofMillis(100));
        onContext(() -> recoverMany("acme"));
        until(() -> begun == MANY);
        assertEquals(MANY, underWay.size());
    }

    @Test
    void aTryThatThrowsIsTriedAgain() throws Exception {
        throwing = 1;
        onContext(() -> {
            recovery.recoverSoon(key("acme"));
            return Future.succeededFuture();
        });
        until(() -> {
            bringOneIn();
            return inMemory.size() == 1;
        });
        assertEquals(2, begun);
    }

    @Test
    void whatComesInAndFailsAgainIsTriedEverLessOften() throws Exception {
        LifetimeKey key = key("acme");
        long startedNanos = System.nanoTime();
        for (int tries = 1; tries <= 3; tries++) {
            int begunByThen = tries;
            onContext(() -> {
                recovery.recoverSoon(key);
                return Future.succeededFuture();
            });
            until(() -> begun == begunByThen);
            onContext(() -> {
                bringOneIn();
                return Future.succeededFuture();
            });
        }
        // At least 250, 500 and 1,000 ms; three first pauses take at most 1,500.
        assertTrue(System.nanoTime() - startedNanos >= TimeUnit.MILLISECONDS.toNanos(1_750));
    }

    private Future<Void> recoverMany(String tenantId) {
        IntStream.range(0, MANY).forEach(i -> recovery.recoverSoon(key(tenantId)));
        return Future.succeededFuture();
    }

    private void failOne() {
        underWay.remove().ended().fail(new Failure(FailureCode.UNAVAILABLE, "no answer"));
    }

    private void bringOneIn() {
        Try ending = underWay.poll();
        if (ending != null) {
            inMemory.add(ending.key());
            ending.ended().complete();
        }
    }

    /** Asks on the event loop, where recovery has its turns, again and again. */
    private void until(Supplier<Boolean> isSo) throws Exception {
        Promise<Void> so = Promise.promise();
        context.runOnContext(nothing -> ask(isSo, so));
        await(so.future());
    }

    private void ask(Supplier<Boolean> isSo, Promise<Void> so) {
        try {
            if (isSo.get()) {
                so.complete();
            } else {
                vertx.setTimer(1, id -> ask(isSo, so));
            }
        } catch (RuntimeException | AssertionError e) {
            so.fail(e);
        }
    }

    private <T> T onContext(Supplier<Future<T>> work) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(nothing -> work.get().onComplete(done));
        return await(done.future());
    }

    private static LifetimeKey key(String tenantId) {
        return LifetimeLoader.keyOf(tenantId, UUID.randomUUID().toString());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
