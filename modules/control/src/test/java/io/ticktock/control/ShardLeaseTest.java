package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a data plane that answers when the test lets it. */
class ShardLeaseTest {

    private final Vertx vertx = Vertx.vertx();
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final Promise<Void> asked = Promise.promise();
    private final Promise<HoldShardsResponse> held = Promise.promise();
    private ShardLease lease;

    @BeforeEach
    void serve() throws Exception {
        Bus bus = new Bus(vertx);
        await(bus.serve(Addresses.STATE_HOLD_SHARDS, request -> {
            asked.tryComplete();
            return held.future().onSuccess(taken -> done.add("held"));
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
                () -> {},
                gained -> {},
                System::nanoTime);
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whatIsTakenWhileItStopsIsGivenUp() throws Exception {
        Future<Void> taken = lease.take();
        await(asked.future());
        Future<Void> released = lease.release();
        held.complete(HoldShardsResponse.newBuilder().setEpoch(1).addShards(7).build());
        await(released);
        await(taken.otherwiseEmpty());
        assertEquals(List.of("held", "released"), done);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
