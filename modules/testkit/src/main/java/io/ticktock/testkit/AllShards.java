package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.result;

import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.ticktock.state.StateStore;

/** All shards of a store, for a test that is about something else. */
final class AllShards {

    private static final long LEASE_MS = 60_000;

    private AllShards() {}

    static Fence hold(StateStore store, String ownerId) {
        HoldShardsRequest hold = HoldShardsRequest.newBuilder()
                .setOwnerId(ownerId)
                .setLeaseMs(LEASE_MS)
                .build();
        return Fence.newBuilder()
                .setOwnerId(ownerId)
                .setEpoch(result(store.holdShards(hold)).getEpoch())
                .build();
    }

    static void release(StateStore store, Fence fence) {
        result(store.releaseShards(
                ReleaseShardsRequest.newBuilder().setOwnerId(fence.getOwnerId()).build()));
    }
}
