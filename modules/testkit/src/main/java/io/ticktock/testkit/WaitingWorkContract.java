package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.FoundWork;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.ListWaitingWorkRequest;
import io.ticktock.proto.v1.WaitingWork;
import io.ticktock.proto.v1.WantedWork;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store does with attempts that wait for workers: decisions say which, and those with room are told. */
public abstract class WaitingWorkContract {

    private static final Instant MORNING = Instant.parse("2026-03-01T08:00:00Z");
    private static final String TYPE = "acme.work";

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void whatWaitsIsFoundByItsTypeTheLongestFirst() {
        String lifetimeId = held.create(samples);
        WaitingWork late = work(samples, TYPE, MORNING.plusSeconds(2));
        WaitingWork early = work(samples, TYPE, MORNING.plusSeconds(1));
        WaitingWork another = work(samples, "acme.other", MORNING);
        append(samples.decision(lifetimeId, 3, 1).addBegunWork(late).addBegunWork(another));
        append(samples.decision(lifetimeId, 4, 1).addBegunWork(early));
        assertEquals(List.of(found(lifetimeId, early), found(lifetimeId, late)), list(wanted(samples, TYPE, 10)));
        assertEquals(List.of(found(lifetimeId, early)), list(wanted(samples, TYPE, 1)));
        assertEquals(
                List.of(found(lifetimeId, another), found(lifetimeId, early)),
                list(wanted(samples, "acme.other", 10), wanted(samples, TYPE, 1)));
        assertEquals(List.of(), list(wanted(samples, "acme.none", 10)));
    }

    @Test
    void anotherTenantsWorkIsNotFound() {
        String lifetimeId = held.create(samples);
        append(samples.decision(lifetimeId, 3, 1).addBegunWork(work(samples, TYPE, MORNING)));
        held.create(others);
        assertEquals(List.of(), list(wanted(others, TYPE, 10)));
    }

    @Test
    void whatWaitsNoMoreIsNotFound() {
        String lifetimeId = held.create(samples);
        WaitingWork stays = work(samples, TYPE, MORNING);
        WaitingWork goes = work(samples, TYPE, MORNING);
        append(samples.decision(lifetimeId, 3, 1).addBegunWork(stays).addBegunWork(goes));
        append(samples.decision(lifetimeId, 4, 1).addEndedWorkExecIds(goes.getExecId()));
        assertEquals(List.of(found(lifetimeId, stays)), list(wanted(samples, TYPE, 10)));
        append(samples.decision(lifetimeId, 5, 1).addBegunWork(goes));
        assertEquals(2, list(wanted(samples, TYPE, 10)).size());
    }

    /** Decisions that come together may be written together. */
    @Test
    void decisionsThatComeTogetherCountInTheirOrder() {
        String lifetimeId = held.create(samples);
        WaitingWork ends = work(samples, TYPE, MORNING);
        WaitingWork lasts = work(samples, TYPE, MORNING);
        List<Future<?>> appends = new ArrayList<>();
        appends.add(tried(samples.decision(lifetimeId, 3, 1).addBegunWork(ends)));
        appends.add(tried(samples.decision(lifetimeId, 4, 1).addEndedWorkExecIds(ends.getExecId())));
        appends.add(tried(samples.decision(lifetimeId, 5, 1).addBegunWork(lasts)));
        appends.add(tried(samples.decision(lifetimeId, 6, 1).addEndedWorkExecIds(lasts.getExecId())));
        appends.add(tried(samples.decision(lifetimeId, 7, 1).addBegunWork(lasts)));
        result(Future.all(appends));
        assertEquals(List.of(found(lifetimeId, lasts)), list(wanted(samples, TYPE, 10)));
    }

    @Test
    void tooMuchAtOnceIsRefused() {
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().listWaitingWork(request(wanted(samples, TYPE, 1_001))))
                        .code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().listWaitingWork(request(wanted(samples, TYPE, 0))))
                        .code());
        ListWaitingWorkRequest.Builder many = ListWaitingWorkRequest.newBuilder();
        for (int i = 0; i <= 1_000; i++) {
            many.addWanted(wanted(samples, TYPE + i, 1));
        }
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().listWaitingWork(many.build())).code());
    }

    private void append(LifetimeDecision.Builder decision) {
        result(tried(decision));
    }

    private Future<?> tried(LifetimeDecision.Builder decision) {
        return held.append(decision.build());
    }

    private static WaitingWork work(StateSamples of, String type, Instant since) {
        return WaitingWork.newBuilder()
                .setExecId(of.execId())
                .setTaskType(type)
                .setSince(StateSamples.time(since))
                .build();
    }

    private FoundWork found(String lifetimeId, WaitingWork work) {
        return FoundWork.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .setWork(work)
                .build();
    }

    private static WantedWork wanted(StateSamples of, String type, int most) {
        return WantedWork.newBuilder()
                .setTenantId(of.tenantId())
                .setTaskType(type)
                .setMost(most)
                .build();
    }

    private static ListWaitingWorkRequest request(WantedWork... wanted) {
        return ListWaitingWorkRequest.newBuilder().addAllWanted(List.of(wanted)).build();
    }

    private List<FoundWork> list(WantedWork... wanted) {
        return result(held.store().listWaitingWork(request(wanted))).getFoundList();
    }
}
