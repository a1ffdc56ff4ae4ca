package io.ticktock.testkit;

import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.ticktock.proto.v1.ReleaseShardsResponse;
import io.ticktock.state.Checks;
import io.ticktock.state.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Who drives which shard. Guarded by its store. */
final class InMemoryShards {

    private record Owner(long epoch, Instant leaseUntil) {}

    private final Clock clock;
    private final Map<String, Owner> owners = new HashMap<>();
    private final String[] ownerOf = new String[Shard.COUNT];
    private long lastEpoch;

    InMemoryShards(Clock clock) {
        this.clock = clock;
    }

    HoldShardsResponse hold(HoldShardsRequest request) {
        Checks.lease(request);
        String owner = request.getOwnerId();
        if (request.getEpoch() != 0 && !isHeld(owner, request.getEpoch())) {
            throw Refusal.fenced();
        }
        Instant now = clock.instant();
        long epoch = request.getEpoch() == 0 ? ++lastEpoch : request.getEpoch();
        owners.values().removeIf(other -> other.leaseUntil.isBefore(now));
        owners.put(owner, new Owner(epoch, now.plusMillis(request.getLeaseMs())));
        HoldShardsResponse.Builder held = HoldShardsResponse.newBuilder().setEpoch(epoch);
        for (int shard = 0; shard < Shard.COUNT; shard++) {
            if (ownerOf[shard] == null || !owners.containsKey(ownerOf[shard])) {
                ownerOf[shard] = owner;
            }
            if (ownerOf[shard].equals(owner)) {
                held.addShards(shard);
            }
        }
        return held.build();
    }

    ReleaseShardsResponse release(ReleaseShardsRequest request) {
        owners.remove(request.getOwnerId());
        return ReleaseShardsResponse.getDefaultInstance();
    }

    /** Throws FENCED when the fence does not hold. */
    void require(Fence fence) {
        if (!isHeld(fence.getOwnerId(), fence.getEpoch())) {
            throw Refusal.fenced();
        }
    }

    private boolean isHeld(String owner, long epoch) {
        Owner held = owners.get(owner);
        return held != null && held.epoch == epoch;
    }
}
