package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.result;

import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The store of a test, open and with all its shards held while the test runs. It may hold what earlier tests left: each
 * has two tenants of its own, and what is done here without naming one is done for the first.
 */
final class HeldStore implements BeforeEachCallback, AfterEachCallback {

    private final long seed = System.nanoTime();
    private final StateSamples samples = new StateSamples("tenant-" + seed, seed);
    private final StateSamples others = new StateSamples("other-" + seed, seed + 1);
    private final Supplier<StateStore> opening;
    private StateStore store;
    private Fence fence;

    HeldStore(Supplier<StateStore> opening) {
        this.opening = opening;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        System.out.println("seed " + seed);
        store = opening.get();
        hold("contract-" + seed);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        AllShards.release(store, fence);
        result(store.close());
    }

    long seed() {
        return seed;
    }

    /** Of the first tenant. */
    StateSamples samples() {
        return samples;
    }

    /** Of the second tenant. */
    StateSamples others() {
        return others;
    }

    StateStore store() {
        return store;
    }

    Fence fence() {
        return fence;
    }

    /** From now on a new process of this owner holds all shards, as soon as they are free. */
    void hold(String ownerId) {
        fence = AllShards.hold(store, ownerId);
    }

    /** From now on the owner's epoch is a higher one. */
    void raise() {
        HoldShardsResponse raised =
                result(store.holdShards(AllShards.request(fence.getOwnerId(), fence.getEpoch()).toBuilder()
                        .setRaisesEpoch(true)
                        .build()));
        fence = fence.toBuilder().setEpoch(raised.getEpoch()).build();
    }

    /** Running, with two events. */
    String create() {
        return create(samples);
    }

    String create(StateSamples tenant) {
        return result(store.createLifetime(tenant.start(fence, tenant.lifetimeId())))
                .getLifetimeId();
    }

    Future<AppendDecisionResponse> append(LifetimeDecision decision) {
        return append(fence, decision);
    }

    Future<AppendDecisionResponse> append(Fence fence, LifetimeDecision decision) {
        return store.appendDecision(AppendDecisionRequest.newBuilder()
                .setFence(fence)
                .setDecision(decision)
                .build());
    }

    void end(String lifetimeId) {
        result(append(samples.ending(lifetimeId)));
    }

    void park(String lifetimeId, Instant wakeAt) {
        park(lifetimeId, 2, wakeAt);
    }

    void park(String lifetimeId, long afterSeq, Instant wakeAt) {
        result(append(samples.decision(lifetimeId, afterSeq, 1)
                .setHead(samples.parked(lifetimeId).toBuilder().setLastSeq(afterSeq + 1))
                .setWakeAt(StateSamples.time(wakeAt))
                .build()));
    }

    Future<LoadLifetimeResponse> load(String lifetimeId) {
        return store.loadLifetime(LoadLifetimeRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .build());
    }
}
