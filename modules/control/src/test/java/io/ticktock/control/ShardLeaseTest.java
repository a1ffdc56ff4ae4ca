package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a data plane that answers when the test lets it. */
class ShardLeaseTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final Queue<HoldShardsRequest> requests = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean lost = new AtomicBoolean();
    private volatile Function<HoldShardsRequest, Future<HoldShardsResponse>> answers;
    private ShardLease lease;

    @BeforeEach
    void serve() throws Exception {
        Bus bus = new Bus(vertx);
        await(bus.serve(Addresses.STATE_HOLD_SHARDS, request -> {
            requests.add(request);
            return answers.apply(request);
        }));
        await(bus.serve(Addresses.STATE_RELEASE_SHARDS, request -> {
            done.add("released");
            return Future.succeededFuture(ReleaseShardsResponse.getDefaultInstance());
        }));
        lease = new ShardLease(
                vertx,
                bus,
                new DatabaseClock(InstantSource.system(), System::nanoTime),
                "test",
                Duration.ofSeconds(10),
                true,
                () -> lost.set(true),
                gained -> {},
                System::nanoTime);
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whatIsTakenWhileItStopsIsGivenUp() throws Exception {
        Promise<Void> asked = Promise.promise();
        Promise<HoldShardsResponse> held = Promise.promise();
        answers = request -> {
            asked.tryComplete();
            return held.future().onSuccess(taken -> done.add("held"));
        };
        Future<Void> taken = lease.take();
        await(asked.future());
        Future<Void> released = lease.release();
        held.complete(allUnder(1));
        await(released);
        await(taken.otherwiseEmpty());
        assertEquals(List.of("held", "released"), done);
    }

    @Test
    void anEpochThatRoseUnheardEndsNothing() throws Exception {
        answers = request -> Future.succeededFuture(allUnder(1));
        await(lease.take());
        requests.clear();
        AtomicBoolean hasRisen = new AtomicBoolean();
        answers = request -> hasRisen.getAndSet(true)
                ? Future.succeededFuture(allUnder(2))
                : Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "the answer is lost"));
        Future<Void> raised = lease.raise();
        Future<Long> written = lease.write(UUID.randomUUID().toString(), ShardLeaseTest::underTwo);
        await(raised);
        assertEquals(2, await(written));
        assertEquals(2, lease.epoch());
        assertFalse(lost.get());
        while (requests.size() < 3) {
            await(vertx.timer(5, TimeUnit.MILLISECONDS));
        }
        assertEquals(
                List.of(true, true, false),
                requests.stream().map(HoldShardsRequest::getRaisesEpoch).toList(),
                "free shards are taken at once all the same");
    }

    /** As when shards were gained, and the answer was lost. */
    @Test
    void whoIsFencedAsksBeforeItBelievesThatAllIsLost() throws Exception {
        answers = request -> Future.succeededFuture(allUnder(1));
        await(lease.take());
        answers = request -> Future.succeededFuture(allUnder(2));
        assertEquals(2, await(lease.write(UUID.randomUUID().toString(), ShardLeaseTest::underTwo)));
        assertFalse(lost.get());
        answers = request -> Future.failedFuture(new Failure(FailureCode.FENCED, "somebody else has them"));
        Future<Long> late = lease.write(
                UUID.randomUUID().toString(),
                fence -> Future.failedFuture(new Failure(FailureCode.FENCED, "it is lost")));
        assertEquals(
                FailureCode.FENCED,
                Failure.of(await(late.map((Throwable) null).otherwise(cause -> cause)))
                        .code());
        assertTrue(lost.get());
    }

    private static Future<Long> underTwo(Fence fence) {
        return fence.getEpoch() == 2
                ? Future.succeededFuture(fence.getEpoch())
                : Future.failedFuture(new Failure(FailureCode.FENCED, "it has risen"));
    }

    private static HoldShardsResponse allUnder(long epoch) {
        return HoldShardsResponse.newBuilder()
                .setEpoch(epoch)
                .addAllShards(IntStream.range(0, Shard.COUNT).boxed().toList())
                .setFairShare(Shard.COUNT)
                .build();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
