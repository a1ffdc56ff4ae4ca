package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.Fence;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.ReleaseShardsRequest;
import io.ticktock.proto.v1.ReleaseShardsResponse;
import io.ticktock.state.Checks;
import io.ticktock.state.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Who drives which shard. Guarded by its store. */
final class InMemoryShards {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int TROUBLED = 2;
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(5);

    /**
     * @param takenAs the epoch under which it began to own
     * @param raisedFrom the epoch that it named when its own rose last, 0 once it has named the new one
     */
    private record Owner(long epoch, long takenAs, long raisedFrom, Instant leaseUntil) {

        /** A lease that would last longer than any is from before the clock went back. */
        boolean isLive(Instant now) {
            return !leaseUntil.isBefore(now) && !leaseUntil.isAfter(now.plus(LONGEST_LEASE));
        }
    }

    private final InstantSource clock;
    private final boolean tellsTime;
    private final Map<String, Owner> owners = new HashMap<>();
    private final String[] ownerOf = new String[Shard.COUNT];
    private final Instant[] takenAt = new Instant[Shard.COUNT];
    /** How many owners in a row were lost soon after they had taken it. */
    private final int[] losses = new int[Shard.COUNT];

    private long lastEpoch;

    InMemoryShards(InstantSource clock, boolean tellsTime) {
        this.clock = clock;
        this.tellsTime = tellsTime;
    }

    HoldShardsResponse hold(HoldShardsRequest request) {
        Checks.lease(request);
        String owner = request.getOwnerId();
        if (request.getEpoch() != 0 && !mayRenew(owner, request.getEpoch())) {
            throw Refusal.fenced();
        }
        Instant now = clock.instant();
        owners.entrySet()
                .removeIf(other ->
                        !other.getKey().equals(owner) && !other.getValue().isLive(now));
        if (isKeptOut(request)) {
            return HoldShardsResponse.getDefaultInstance();
        }
        owners.putIfAbsent(owner, new Owner(0, 0, 0, now));
        if (request.getEpoch() == 0 && !request.getRetakes()) {
            held(owner).forEach(shard -> take(shard, owner, now));
        }
        int fairShare = Shard.fairShare(owners.size());
        int before = held(owner).size();
        int most = request.getShares() ? fairShare : Shard.COUNT;
        List<Integer> held = take(owner, request.getRaisesEpoch() ? 0 : most, now);
        long epoch = renewed(request, held.size() > before, now).epoch();
        HoldShardsResponse.Builder response = HoldShardsResponse.newBuilder()
                .setEpoch(epoch)
                .setFairShare(fairShare)
                .addAllShards(held)
                .addAllTroubledShards(
                        held.stream().filter(shard -> isTroubled(shard, now)).toList());
        return (tellsTime ? response.setNow(ProtoTime.timestamp(now)) : response).build();
    }

    /** Asked again, a raise does nothing. */
    private Owner renewed(HoldShardsRequest request, boolean gains, Instant now) {
        Instant leaseUntil = now.plusMillis(request.getLeaseMs());
        Owner earlier = owners.get(request.getOwnerId());
        boolean raises = request.getRaisesEpoch() && earlier.epoch() == request.getEpoch();
        Owner renewed;
        if (request.getEpoch() == 0) {
            renewed = new Owner(++lastEpoch, lastEpoch, 0, leaseUntil);
        } else if (raises || gains) {
            renewed = new Owner(++lastEpoch, earlier.takenAs(), request.getEpoch(), leaseUntil);
        } else {
            long raisedFrom = request.getEpoch() == earlier.epoch() ? 0 : earlier.raisedFrom();
            renewed = new Owner(earlier.epoch(), earlier.takenAs(), raisedFrom, leaseUntil);
        }
        owners.put(request.getOwnerId(), renewed);
        return renewed;
    }

    private boolean isTroubled(int shard, Instant now) {
        return losses[shard] >= TROUBLED && takenAt[shard].plus(SOON).isAfter(now);
    }

    private List<Integer> held(String owner) {
        return IntStream.range(0, Shard.COUNT)
                .filter(shard -> owner.equals(ownerOf[shard]))
                .boxed()
                .toList();
    }

    private boolean isKeptOut(HoldShardsRequest request) {
        boolean hasOthers = owners.keySet().stream().anyMatch(other -> !other.equals(request.getOwnerId()));
        return !request.getShares() && request.getEpoch() == 0 && hasOthers;
    }

    /** All that it holds then; free ones are added while it holds fewer than that. */
    private List<Integer> take(String owner, int most, Instant now) {
        int held = held(owner).size();
        for (int shard = 0; shard < Shard.COUNT && held < most; shard++) {
            if (ownerOf[shard] == null || !owners.containsKey(ownerOf[shard])) {
                take(shard, owner, now);
                held++;
            }
        }
        return held(owner);
    }

    /** Who gave it up has no name there any more; any other was lost. */
    private void take(int shard, String owner, Instant now) {
        boolean isSoon = takenAt[shard] != null && takenAt[shard].plus(SOON).isAfter(now);
        losses[shard] = ownerOf[shard] == null ? 0 : (isSoon ? losses[shard] : 0) + 1;
        ownerOf[shard] = owner;
        takenAt[shard] = now;
    }

    ReleaseShardsResponse release(ReleaseShardsRequest request) {
        owners.remove(request.getOwnerId());
        for (int shard = 0; shard < Shard.COUNT; shard++) {
            if (request.getOwnerId().equals(ownerOf[shard])) {
                ownerOf[shard] = null;
            }
        }
        return ReleaseShardsResponse.getDefaultInstance();
    }

    /** Throws FENCED when the fence does not hold. */
    void require(Fence fence) {
        Owner held = owners.get(fence.getOwnerId());
        if (held == null || held.epoch() != fence.getEpoch()) {
            throw Refusal.fenced();
        }
    }

    /** An owner that missed how its epoch rose still names the one before it. */
    private boolean mayRenew(String owner, long epoch) {
        Owner held = owners.get(owner);
        return held != null && (held.epoch() == epoch || held.raisedFrom() == epoch);
    }

    /** Under which epoch it began to own. */
    long takenAs(String owner) {
        return owners.get(owner).takenAs();
    }
}
