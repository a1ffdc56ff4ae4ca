package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every store tells which lifetimes were in the hands of lost owners, and sets them aside. */
public abstract class QuarantineContract {

    private static final String REASON = "its owners were lost";

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();

    protected abstract StateStore open();

    @Test
    void shardsAreTroubledOnceTwoOwnersInARowWereLostSoon() {
        assertEquals(List.of(), renewed().getTroubledShardsList(), "it was given up before");
        held.hold(held.fence().getOwnerId());
        assertEquals(List.of(), renewed().getTroubledShardsList(), "one loss is no row");
        held.hold(held.fence().getOwnerId());
        assertEquals(AllShards.NUMBERS, renewed().getTroubledShardsList());
        AllShards.release(held.store(), held.fence());
        held.hold(held.fence().getOwnerId());
        assertEquals(List.of(), renewed().getTroubledShardsList(), "it was given up");
    }

    @Test
    void whoseLeaseRanOutWasLost() {
        for (int loss = 1; loss <= 2; loss++) {
            result(held.store()
                    .holdShards(AllShards.request(
                                    held.fence().getOwnerId(), held.fence().getEpoch())
                            .toBuilder()
                            .setLeaseMs(1)
                            .build()));
            held.hold("after-loss-" + loss + "-" + held.seed());
        }
        assertEquals(AllShards.NUMBERS, renewed().getTroubledShardsList());
    }

    @Test
    void whoLivesAndTakesItsShardsAnewHasLostNone() {
        for (int retaken = 1; retaken <= 3; retaken++) {
            result(held.store()
                    .holdShards(AllShards.request(held.fence().getOwnerId(), 0).toBuilder()
                            .setRetakes(true)
                            .build()));
        }
        held.hold(held.fence().getOwnerId());
        assertEquals(List.of(), renewed().getTroubledShardsList(), "that process is the first that was lost");
    }

    private HoldShardsResponse renewed() {
        return result(held.store()
                .holdShards(AllShards.request(
                        held.fence().getOwnerId(), held.fence().getEpoch())));
    }

    @Test
    void aSuspectIsCountedOnceAnOwnershipUntilItsRecoveryHasEnded() {
        LifetimeKey one = key(held.create());
        LifetimeKey other = key(held.create());
        note(List.of(one, other, one), List.of());
        note(List.of(one), List.of());
        assertEquals(1, tries(one));
        held.raise();
        note(List.of(one), List.of());
        assertEquals(1, tries(one), "its owner is the same");
        held.hold(held.fence().getOwnerId());
        note(List.of(one), List.of(other));
        assertEquals(2, tries(one));
        assertEquals(0, tries(other));
        note(List.of(), List.of(one));
        assertEquals(0, tries(one));
    }

    @Test
    void whoWasFencedMakesNoSuspects() {
        LifetimeKey key = key(held.create());
        Fence earlier = held.fence();
        held.hold(earlier.getOwnerId());
        assertEquals(
                FailureCode.FENCED,
                failure(held.store()
                                .noteRecoveries(NoteRecoveriesRequest.newBuilder()
                                        .setFence(earlier)
                                        .addBegun(key)
                                        .build()))
                        .code());
        assertEquals(0, tries(key));
        assertEquals(
                FailureCode.FENCED,
                failure(held.store()
                                .setQuarantine(SetQuarantineRequest.newBuilder()
                                        .setFence(earlier)
                                        .setLifetime(key)
                                        .setReason(REASON)
                                        .build()))
                        .code());
        assertEquals("", reason(key));
    }

    @Test
    void whatIsSetAsideIsNeitherRunnableNorDue() {
        LifetimeKey running = key(held.create());
        LifetimeKey parked = key(held.create());
        held.park(parked.getLifetimeId(), Instant.now().minusSeconds(1));
        LifetimeKey signalled = key(held.create());
        held.park(signalled.getLifetimeId(), Instant.now().plusSeconds(60));
        result(held.store()
                .sendSignal(SendSignalRequest.newBuilder()
                        .setSignal(samples.pause(signalled.getLifetimeId(), "one"))
                        .build()));
        List<LifetimeKey> all = List.of(running, parked, signalled);
        assertTrue(runnable().contains(running));
        assertTrue(due().containsAll(List.of(parked, signalled)));

        note(List.of(running), List.of());
        all.forEach(key -> assertTrue(quarantine(key, REASON)));
        all.forEach(key -> assertFalse(quarantine(key, REASON), "it was before"));
        assertEquals(0, tries(running), "it is no suspect any more");
        assertFalse(runnable().contains(running));
        assertFalse(due().contains(parked));
        assertFalse(due().contains(signalled));
        all.forEach(key -> assertEquals(REASON, reason(key)));
        assertEquals(
                REASON, result(held.load(running.getLifetimeId())).getLifetime().getQuarantine());
        assertTrue(result(held.store()
                        .listLifetimes(ListLifetimesRequest.newBuilder()
                                .setTenantId(samples.tenantId())
                                .setPageSize(100)
                                .build()))
                .getLifetimesList()
                .stream()
                .allMatch(head -> head.getQuarantine().equals(REASON)));

        all.forEach(key -> assertTrue(quarantine(key, "")));
        all.forEach(key -> assertFalse(quarantine(key, "")));
        assertTrue(runnable().contains(running));
        assertTrue(due().containsAll(List.of(parked, signalled)));
        all.forEach(key -> assertEquals("", reason(key)));
    }

    @Test
    void whatHasEndedIsNotSetAside() {
        LifetimeKey ended = key(held.create());
        held.end(ended.getLifetimeId());
        assertFalse(quarantine(ended, REASON));
        assertFalse(quarantine(key(samples.lifetimeId()), REASON), "there is none");
        assertEquals("", reason(ended));
    }

    private boolean quarantine(LifetimeKey key, String reason) {
        return result(held.store()
                        .setQuarantine(SetQuarantineRequest.newBuilder()
                                .setFence(held.fence())
                                .setLifetime(key)
                                .setReason(reason)
                                .build()))
                .getChanged();
    }

    private void note(List<LifetimeKey> begun, List<LifetimeKey> ended) {
        result(held.store()
                .noteRecoveries(NoteRecoveriesRequest.newBuilder()
                        .setFence(held.fence())
                        .addAllBegun(begun)
                        .addAllEnded(ended)
                        .build()));
    }

    private int tries(LifetimeKey key) {
        return result(held.store()
                        .listSuspects(ListSuspectsRequest.newBuilder()
                                .addAllShards(AllShards.NUMBERS)
                                .build()))
                .getSuspectsList()
                .stream()
                .filter(suspect -> suspect.getLifetime().equals(key))
                .mapToInt(Suspect::getTries)
                .sum();
    }

    private String reason(LifetimeKey key) {
        return result(held.store()
                        .getLifetime(GetLifetimeRequest.newBuilder()
                                .setTenantId(key.getTenantId())
                                .setLifetimeId(key.getLifetimeId())
                                .build()))
                .getLifetime()
                .getQuarantine();
    }

    private List<LifetimeKey> runnable() {
        return result(held.store()
                        .listRunnable(ListRunnableRequest.newBuilder()
                                .addAllShards(AllShards.NUMBERS)
                                .setAfter(LifetimeKey.newBuilder()
                                        .setTenantId(samples.tenantId())
                                        .setLifetimeId("00000000-0000-0000-0000-000000000000"))
                                .build()))
                .getLifetimesList();
    }

    private List<LifetimeKey> due() {
        return result(held.store()
                        .listDue(ListDueRequest.newBuilder()
                                .addAllShards(AllShards.NUMBERS)
                                .build()))
                .getLifetimesList();
    }

    private LifetimeKey key(String lifetimeId) {
        return LifetimeKey.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .build();
    }
}
