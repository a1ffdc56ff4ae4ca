package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.ticktock.state.StateStore;
import java.util.List;
import java.util.stream.IntStream;

/** All shards of a store, for a test that is about something else. */
final class AllShards {

    static final List<Integer> NUMBERS = IntStream.range(0, Shard.COUNT).boxed().toList();

    private static final long LEASE_MS = 60_000;
    private static final long PATIENCE_NANOS = 10_000_000_000L;

    private AllShards() {}

    /** As a new process of this owner, as soon as nobody else has any of them. */
    static Fence hold(StateStore store, String ownerId) {
        long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
        HoldShardsResponse held = result(store.holdShards(request(ownerId, 0)));
        while (held.getShardsCount() < Shard.COUNT) {
            assertTrue(System.nanoTime() - deadlineNanos < 0, "not all shards are free after 10 s");
            Thread.onSpinWait();
            held = result(store.holdShards(request(ownerId, held.getEpoch())));
        }
        return Fence.newBuilder().setOwnerId(ownerId).setEpoch(held.getEpoch()).build();
    }

    /** With epoch 0 it is of a new process. */
    static HoldShardsRequest request(String ownerId, long epoch) {
        return HoldShardsRequest.newBuilder()
                .setOwnerId(ownerId)
                .setEpoch(epoch)
                .setLeaseMs(LEASE_MS)
                .build();
    }

    static void release(StateStore store, Fence fence) {
        result(store.releaseShards(
                ReleaseShardsRequest.newBuilder().setOwnerId(fence.getOwnerId()).build()));
    }
}
