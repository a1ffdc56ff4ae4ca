package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store keeps to wake lifetimes by: signals that wait for them, and times they wait for. */
public abstract class SignalAndTimerContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();

    protected abstract StateStore open();

    @Test
    void aSignalWaitsUntilItIsConsumed() {
        String lifetimeId = held.create();
        Signal signal = samples.pause(lifetimeId, "s1");
        SendSignalRequest request =
                SendSignalRequest.newBuilder().setSignal(signal).build();
        result(held.store().sendSignal(request));
        result(held.store().sendSignal(request));
        assertEquals(List.of(signal), result(held.load(lifetimeId)).getSignalsList());
        assertTrue(isDue(lifetimeId));
        result(held.append(
                samples.decision(lifetimeId, 2, 1).addConsumedSignalIds("s1").build()));
        assertEquals(0, result(held.load(lifetimeId)).getSignalsCount());
        assertFalse(isDue(lifetimeId));
    }

    @Test
    void aSignalMayBeConsumedWithoutEvents() {
        String lifetimeId = held.create();
        result(held.store()
                .sendSignal(SendSignalRequest.newBuilder()
                        .setSignal(samples.pause(lifetimeId, "s1"))
                        .build()));
        result(held.append(
                samples.decision(lifetimeId, 2, 0).addConsumedSignalIds("s1").build()));
        assertEquals(0, result(held.load(lifetimeId)).getSignalsCount());
    }

    @Test
    void decisionsSendSignals() {
        String sender = held.create();
        String receiver = samples.lifetimeId();
        Signal signal = samples.pause(receiver, "from-sender");
        result(held.append(
                samples.decision(sender, 2, 1).addOutgoingSignals(signal).build()));
        assertFalse(isDue(receiver), "it does not exist yet");
        result(held.store().createLifetime(samples.start(held.fence(), receiver)));
        assertTrue(isDue(receiver));
        assertEquals(List.of(signal), result(held.load(receiver)).getSignalsList());
    }

    @Test
    void whatHasEndedGetsNoSignals() {
        String sender = held.create();
        String ended = held.create();
        result(held.store()
                .sendSignal(SendSignalRequest.newBuilder()
                        .setSignal(samples.pause(ended, "early"))
                        .build()));
        held.end(ended);
        assertEquals(0, result(held.load(ended)).getSignalsCount());
        Future<SendSignalResponse> late = held.store()
                .sendSignal(SendSignalRequest.newBuilder()
                        .setSignal(samples.pause(ended, "late"))
                        .build());
        assertEquals(FailureCode.FAILED_PRECONDITION, failure(late).code());
        result(held.append(samples.decision(sender, 2, 1)
                .addOutgoingSignals(samples.pause(ended, "late too"))
                .build()));
        assertEquals(0, result(held.load(ended)).getSignalsCount());
        assertFalse(isDue(ended));
    }

    @Test
    void whatEndsTogetherWithASignalToItGetsNoSignal() {
        String sender = held.create();
        String ended = held.create();
        LifetimeDecision sending = samples.decision(sender, 2, 1)
                .addOutgoingSignals(samples.pause(ended, "meanwhile"))
                .build();
        // While the first is being written the two others gather, and are written at once.
        result(Future.all(
                held.append(samples.decision(held.create(), 2, 1).build()),
                held.append(samples.ending(ended)),
                held.append(sending)));
        assertEquals(0, result(held.load(ended)).getSignalsCount());
    }

    @Test
    void aParkedLifetimeIsDueAtItsTime() {
        String late = held.create();
        String soon = held.create();
        String never = held.create();
        Instant inAnHour = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS);
        held.park(late, Instant.now().minusSeconds(5));
        held.park(soon, inAnHour);
        result(held.append(
                samples.decision(never, 2, 1).setHead(samples.parked(never)).build()));
        assertTrue(isDue(late));
        assertFalse(isDue(soon));
        assertFalse(isDue(never));
        ListDueResponse due = result(held.store()
                .listDue(ListDueRequest.newBuilder().addAllShards(shardOf(soon)).build()));
        assertEquals(StateSamples.time(inAnHour), due.getNextDueAt());
    }

    @Test
    void whatIsNotParkedAnyMoreIsNotDue() {
        String lifetimeId = held.create();
        held.park(lifetimeId, Instant.now().minusSeconds(5));
        result(held.append(samples.decision(lifetimeId, 3, 1)
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 4))
                .build()));
        assertFalse(isDue(lifetimeId));
        held.park(lifetimeId, 4, Instant.now().minusSeconds(5));
        assertTrue(isDue(lifetimeId));
        held.park(lifetimeId, 5, Instant.now().plusSeconds(3_600));
        assertFalse(isDue(lifetimeId));
    }

    /** One that was given up and asked for again elsewhere may be written behind what was decided since. */
    @Test
    void aHeadThatComesLateLeavesTheTimerAsItIs() {
        String lifetimeId = held.create();
        AgentLifetime earlier = samples.parked(lifetimeId);
        held.park(lifetimeId, 3, Instant.now().minusSeconds(5));
        result(held.append(samples.decision(lifetimeId, 3, 0).setHead(earlier).build()));
        assertTrue(isDue(lifetimeId));
        held.park(lifetimeId, 4, Instant.now().plusSeconds(3_600));
        result(held.append(samples.decision(lifetimeId, 3, 0)
                .setHead(earlier)
                .setWakeAt(StateSamples.time(Instant.now().minusSeconds(5)))
                .build()));
        assertFalse(isDue(lifetimeId));
    }

    @Test
    void allThatIsDueIsSeenPageByPage() {
        Set<LifetimeKey> expected = new HashSet<>();
        Instant due = Instant.now().minusSeconds(5).truncatedTo(ChronoUnit.MICROS);
        for (int i = 0; i < 600; i++) {
            String lifetimeId = held.create();
            expected.add(key(lifetimeId));
            if (i % 3 < 2) {
                held.park(lifetimeId, due);
            }
            if (i % 3 > 0) {
                result(held.store()
                        .sendSignal(SendSignalRequest.newBuilder()
                                .setSignal(samples.pause(lifetimeId, "s1"))
                                .build()));
            }
        }
        List<ListDueResponse> pages = new ArrayList<>();
        pages.add(listDue(ListDueRequest.newBuilder()));
        assertTrue(pages.get(0).hasNext());
        while (pages.get(pages.size() - 1).hasNext() && pages.size() < 10) {
            pages.add(listDue(ListDueRequest.newBuilder()
                    .setAfter(pages.get(pages.size() - 1).getNext())));
        }
        assertFalse(pages.get(pages.size() - 1).hasNext());
        Set<LifetimeKey> seen = new HashSet<>();
        for (ListDueResponse page : pages) {
            assertEquals(Set.copyOf(page.getLifetimesList()).size(), page.getLifetimesCount(), "each once");
            page.getLifetimesList().stream().filter(this::isOurs).forEach(seen::add);
        }
        assertEquals(expected, seen);
    }

    private boolean isOurs(LifetimeKey key) {
        return key.getTenantId().equals(samples.tenantId());
    }

    private ListDueResponse listDue(ListDueRequest.Builder request) {
        return result(
                held.store().listDue(request.addAllShards(AllShards.NUMBERS).build()));
    }

    private LifetimeKey key(String lifetimeId) {
        return LifetimeKey.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .build();
    }

    private static List<Integer> shardOf(String lifetimeId) {
        return List.of(Shard.of(lifetimeId).number());
    }

    private boolean isDue(String lifetimeId) {
        return result(held.store()
                        .listDue(ListDueRequest.newBuilder()
                                .addAllShards(shardOf(lifetimeId))
                                .build()))
                .getLifetimesList()
                .stream()
                .anyMatch(key -> key.getLifetimeId().equals(lifetimeId));
    }
}
