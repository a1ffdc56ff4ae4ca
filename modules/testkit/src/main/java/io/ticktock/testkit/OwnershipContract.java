package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every store says who drives which lifetimes. */
public abstract class OwnershipContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();

    protected abstract StateStore open();

    @Test
    void anOwnerHoldsAllShardsAndRenews() {
        HoldShardsResponse renewed = result(renew(held.fence()));
        assertEquals(held.fence().getEpoch(), renewed.getEpoch());
        assertEquals(AllShards.NUMBERS, renewed.getShardsList());
    }

    @Test
    void nothingIsWrittenUnderAnEpochThatWasRaised() {
        String lifetimeId = held.create();
        AppendDecisionRequest late = AppendDecisionRequest.newBuilder()
                .setFence(held.fence())
                .setDecision(samples.decision(lifetimeId, 2, 1))
                .build();
        HoldShardsRequest raise = AllShards.request(
                        held.fence().getOwnerId(), held.fence().getEpoch())
                .toBuilder()
                .setRaisesEpoch(true)
                .build();
        HoldShardsResponse raised = result(held.store().holdShards(raise));
        assertTrue(raised.getEpoch() > held.fence().getEpoch());
        assertEquals(AllShards.NUMBERS, raised.getShardsList());
        assertEquals(
                FailureCode.FENCED, failure(held.store().appendDecision(late)).code());
        Fence now = held.fence().toBuilder().setEpoch(raised.getEpoch()).build();
        result(held.store().appendDecision(late.toBuilder().setFence(now).build()));
    }

    /** Else an answer that is lost would end an ownership, with all that is in memory. */
    @Test
    void whoMissedHowItsEpochRoseIsToldWhenItAsksAgain() {
        HoldShardsRequest raise = AllShards.request(
                        held.fence().getOwnerId(), held.fence().getEpoch())
                .toBuilder()
                .setRaisesEpoch(true)
                .build();
        long raised = result(held.store().holdShards(raise)).getEpoch();
        assertEquals(raised, result(held.store().holdShards(raise)).getEpoch(), "it has risen already");
        assertEquals(raised, result(renew(held.fence())).getEpoch());
        Fence now = held.fence().toBuilder().setEpoch(raised).build();
        assertEquals(raised, result(renew(now)).getEpoch());
        assertEquals(FailureCode.FENCED, failure(renew(held.fence())).code(), "it knows by now");
        long again = result(held.store()
                        .holdShards(raise.toBuilder().setEpoch(raised).build()))
                .getEpoch();
        assertTrue(again > raised);
        assertEquals(FailureCode.FENCED, failure(held.store().holdShards(raise)).code());
        assertEquals(FailureCode.FENCED, failure(renew(held.fence())).code());
        held.hold(held.fence().getOwnerId());
        assertEquals(FailureCode.FENCED, failure(renew(now)).code(), "one that was lost");
    }

    @Test
    void eachAnswerToAnOwnerSaysTheTimeOfTheStore() {
        Instant first = ProtoTime.instant(result(renew(held.fence())).getNow());
        Instant second = ProtoTime.instant(result(renew(held.fence())).getNow());
        assertTrue(first.isAfter(Instant.EPOCH), first::toString);
        assertFalse(second.isBefore(first), () -> second + " after " + first);
    }

    @Test
    void anotherOwnerGetsNothingWhileTheLeaseLasts() {
        HoldShardsResponse taken = result(held.store().holdShards(AllShards.request("second-" + held.seed(), 0)));
        assertEquals(HoldShardsResponse.getDefaultInstance(), taken);
        assertEquals(AllShards.NUMBERS, result(renew(held.fence())).getShardsList());
    }

    @Test
    void whoDoesNotShareKeepsAll() {
        HoldShardsResponse second = share("second", 0);
        assertEquals(0, second.getShardsCount());
        assertEquals(Shard.COUNT / 2, second.getFairShare());
        assertEquals(AllShards.NUMBERS, result(renew(held.fence())).getShardsList());
        release("second");
    }

    @Test
    void thoseWhoShareTakeNoMoreThanTheirPart() {
        release(held.fence().getOwnerId());
        HoldShardsResponse first = share("first", 0);
        assertEquals(AllShards.NUMBERS, first.getShardsList(), "alone");
        assertEquals(Shard.COUNT, first.getFairShare());

        HoldShardsResponse second = share("second", 0);
        assertEquals(0, second.getShardsCount(), "nothing is free yet");
        HoldShardsResponse crowded = share("first", first.getEpoch());
        assertEquals(first.getEpoch(), crowded.getEpoch());
        assertEquals(Shard.COUNT, crowded.getShardsCount());
        assertEquals(Shard.COUNT / 2, crowded.getFairShare());

        release("first");
        HoldShardsResponse again = share("first", 0);
        assertTrue(again.getEpoch() > second.getEpoch());
        HoldShardsResponse more = share("second", second.getEpoch());
        assertTrue(more.getEpoch() > again.getEpoch(), "above that of whoever held it before");
        HoldShardsResponse renewed = share("second", more.getEpoch());
        assertEquals(
                more.toBuilder().clearNow().build(),
                renewed.toBuilder().clearNow().build(),
                "with nothing gained the epoch stays");
        assertEquals(Shard.COUNT / 2, again.getShardsCount());
        assertEquals(Shard.COUNT / 2, more.getShardsCount());
        List<Integer> all = new ArrayList<>(again.getShardsList());
        all.addAll(more.getShardsList());
        assertEquals(AllShards.NUMBERS, all.stream().sorted().toList());

        release("first");
        assertEquals(AllShards.NUMBERS, share("second", more.getEpoch()).getShardsList(), "of who is gone");
        release("second");
    }

    @Test
    void whoGaveUpWhatItHeldDecidesNothingMore() {
        release(held.fence().getOwnerId());
        Fence first = fence("first", share("first", 0));
        String lifetimeId = samples.lifetimeId();
        result(held.store().createLifetime(samples.start(first, lifetimeId)));
        release("first");
        Fence again = fence("first", share("first", 0));

        assertEquals(
                FailureCode.FENCED,
                failure(held.append(first, samples.decision(lifetimeId, 2, 1).build()))
                        .code());
        result(held.append(again, samples.decision(lifetimeId, 2, 1).build()));
        release("first");
    }

    private HoldShardsResponse share(String ownerId, long epoch) {
        return result(held.store()
                .holdShards(AllShards.request(ownerId, epoch).toBuilder()
                        .setShares(true)
                        .build()));
    }

    private static Fence fence(String ownerId, HoldShardsResponse held) {
        return Fence.newBuilder().setOwnerId(ownerId).setEpoch(held.getEpoch()).build();
    }

    @Test
    void shardsAreTakenOverWhenTheLeaseRunsOut() {
        String lifetimeId = held.create();
        Fence first = held.fence();
        result(held.store()
                .holdShards(HoldShardsRequest.newBuilder()
                        .setOwnerId(first.getOwnerId())
                        .setEpoch(first.getEpoch())
                        .setLeaseMs(1)
                        .build()));
        held.hold("second-" + held.seed());
        assertEquals(
                FailureCode.FENCED,
                failure(held.append(first, samples.decision(lifetimeId, 2, 1).build()))
                        .code());
        assertEquals(FailureCode.FENCED, failure(renew(first)).code());
        result(held.append(samples.decision(lifetimeId, 2, 1).build()));
    }

    @Test
    void releasedShardsAreFree() {
        release(held.fence().getOwnerId());
        String lifetimeId = samples.lifetimeId();
        assertEquals(
                FailureCode.FENCED,
                failure(held.store().createLifetime(samples.start(held.fence(), lifetimeId)))
                        .code());
        held.hold("second-" + held.seed());
        result(held.store().createLifetime(samples.start(held.fence(), lifetimeId)));
    }

    @Test
    void aNewProcessOfAnOwnerFencesTheEarlier() {
        String lifetimeId = held.create();
        Fence earlier = held.fence();
        held.hold(earlier.getOwnerId());
        assertTrue(held.fence().getEpoch() > earlier.getEpoch());
        assertEquals(FailureCode.FENCED, failure(renew(earlier)).code());
        result(held.append(samples.decision(lifetimeId, 2, 1).build()));
    }

    @Test
    void onlyWhatRunsAndIsNotParkedIsRunnable() {
        String running = held.create();
        String parked = held.create();
        String paused = held.create();
        String ended = held.create();
        held.park(parked, Instant.now().plusSeconds(60));
        result(held.append(samples.decision(paused, 2, 1)
                .setHead(samples.head(paused, LifetimeStatus.LIFETIME_STATUS_PAUSED, 3))
                .build()));
        held.end(ended);
        assertEquals(List.of(running), runnable(AllShards.NUMBERS));
        assertEquals(List.of(running), runnable(shardOf(running)));
        List<Integer> otherShards = new ArrayList<>(AllShards.NUMBERS);
        otherShards.removeAll(shardOf(running));
        assertEquals(List.of(), runnable(otherShards));
    }

    @Test
    void runnableLifetimesComeInPages() {
        List<String> created = result(Future.join(IntStream.range(0, 1_050)
                        .mapToObj(i -> held.store().createLifetime(samples.start(held.fence(), samples.lifetimeId())))
                        .toList()))
                .<CreateLifetimeResponse>list()
                .stream()
                .map(CreateLifetimeResponse::getLifetimeId)
                .sorted()
                .toList();
        assertEquals(created, runnable(AllShards.NUMBERS));
    }

    /** Of this test's tenant. */
    private List<String> runnable(List<Integer> shards) {
        List<String> runnable = new ArrayList<>();
        ListRunnableRequest.Builder request = ListRunnableRequest.newBuilder().addAllShards(shards);
        while (true) {
            List<LifetimeKey> page =
                    result(held.store().listRunnable(request.build())).getLifetimesList();
            page.stream()
                    .filter(key -> key.getTenantId().equals(samples.tenantId()))
                    .forEach(key -> runnable.add(key.getLifetimeId()));
            if (page.isEmpty()) {
                return runnable;
            }
            request.setAfter(page.get(page.size() - 1));
        }
    }

    private static List<Integer> shardOf(String lifetimeId) {
        return List.of(Shard.of(lifetimeId).number());
    }

    private Future<HoldShardsResponse> renew(Fence fence) {
        return held.store().holdShards(AllShards.request(fence.getOwnerId(), fence.getEpoch()));
    }

    private void release(String ownerId) {
        result(held.store()
                .releaseShards(
                        ReleaseShardsRequest.newBuilder().setOwnerId(ownerId).build()));
    }
}
