package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every store appends decisions to the logs of lifetimes. */
public abstract class DecisionContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();

    protected abstract StateStore open();

    @Test
    void decisionsExtendTheLog() {
        String lifetimeId = held.create();
        LifetimeDecision eventsOnly = samples.decision(lifetimeId, 2, 2).build();
        LifetimeDecision withHead = samples.decision(lifetimeId, 4, 1)
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_PAUSED, 5))
                .build();
        result(held.append(eventsOnly));
        result(held.append(withHead));
        LoadLifetimeResponse loaded = result(held.load(lifetimeId));
        assertEquals(withHead.getHead(), loaded.getLifetime());
        assertEquals(5, loaded.getEventsCount());
        assertEquals(eventsOnly.getEventsList(), loaded.getEventsList().subList(2, 4));
        assertEquals(withHead.getEvents(0), loaded.getEvents(4));
    }

    @Test
    void theSameDecisionAgainSucceeds() {
        String lifetimeId = held.create();
        LifetimeDecision decision = samples.decision(lifetimeId, 2, 2).build();
        result(held.append(decision));
        result(held.append(decision));
        assertEquals(4, result(held.load(lifetimeId)).getEventsCount());
    }

    @Test
    void aDecisionOnTakenNumbersWritesNothing() {
        String lifetimeId = held.create();
        result(held.store()
                .sendSignal(SendSignalRequest.newBuilder()
                        .setSignal(samples.pause(lifetimeId, "s1"))
                        .build()));
        LifetimeDecision first = samples.decision(lifetimeId, 2, 2).build();
        result(held.append(first));
        LifetimeDecision other = samples.decision(lifetimeId, 3, 2)
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_PAUSED, 5))
                .addConsumedSignalIds("s1")
                .build();
        LifetimeDecision longer =
                first.toBuilder().addEvents(samples.event(lifetimeId, 5)).build();
        assertEquals(FailureCode.ALREADY_EXISTS, failure(held.append(other)).code());
        assertEquals(FailureCode.ALREADY_EXISTS, failure(held.append(longer)).code());
        LoadLifetimeResponse loaded = result(held.load(lifetimeId));
        assertEquals(4, loaded.getEventsCount());
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_RUNNING, loaded.getLifetime().getStatus());
        assertEquals(1, loaded.getSignalsCount());
    }

    @Test
    void aConflictFailsItsDecisionOnly() {
        List<String> lifetimeIds =
                IntStream.range(0, 20).mapToObj(i -> held.create()).toList();
        result(held.append(samples.decision(lifetimeIds.get(7), 2, 1).build()));
        List<Future<AppendDecisionResponse>> appends = lifetimeIds.stream()
                .map(id -> held.append(samples.decision(id, 2, 1).build()))
                .toList();
        result(Future.join(appends).otherwiseEmpty());
        for (int i = 0; i < 20; i++) {
            assertEquals(i != 7, appends.get(i).succeeded(), "decision " + i);
        }
    }

    @Test
    void aDecisionOfAnOutdatedOwnerWritesNothing() {
        String lifetimeId = held.create();
        Fence outdated = held.fence();
        held.hold(outdated.getOwnerId());
        LifetimeDecision decision = samples.decision(lifetimeId, 2, 1).build();
        assertEquals(
                FailureCode.FENCED, failure(held.append(outdated, decision)).code());
        assertEquals(2, result(held.load(lifetimeId)).getEventsCount());
        result(held.append(decision));
    }

    @Test
    void anOlderHeadDoesNotReplaceANewer() {
        String lifetimeId = held.create();
        AgentLifetime newer = samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_COMPLETED, 9);
        AgentLifetime older = samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_PAUSED, 8);
        result(held.append(samples.decision(lifetimeId, 8, 1).setHead(newer).build()));
        result(held.append(samples.decision(lifetimeId, 7, 1).setHead(older).build()));
        assertEquals(newer, result(held.load(lifetimeId)).getLifetime());
    }

    @Test
    void aLongLogIsLoadedInPages() {
        String lifetimeId = held.create();
        result(held.append(samples.decision(lifetimeId, 2, 1_100).build()));
        LoadLifetimeResponse first = result(held.load(lifetimeId));
        assertEquals(1_000, first.getEventsCount());
        assertTrue(first.getMore());
        LoadLifetimeResponse second = result(held.store()
                .loadLifetime(LoadLifetimeRequest.newBuilder()
                        .setTenantId(samples.tenantId())
                        .setLifetimeId(lifetimeId)
                        .setAfterSeq(1_000)
                        .build()));
        assertEquals(102, second.getEventsCount());
        assertEquals(1_001, second.getEvents(0).getSeq());
        assertFalse(second.getMore());
    }
}
