package io.ticktock.state;

import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.proto.v1.*;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Lifetimes that run side by side, each a chain of steps of a record and a decision. */
final class Workload {

    static final String TENANT = "tenant";
    private static final String OWNER = "workload";

    private final StateStore store;
    private final int steps;
    private final List<String> lifetimeIds;
    private final AtomicInteger done = new AtomicInteger();
    private final Fence fence;

    Workload(StateStore store, int lifetimes, int steps) {
        this.store = store;
        this.steps = steps;
        this.lifetimeIds = IntStream.range(0, lifetimes)
                .mapToObj(i -> UUID.randomUUID().toString())
                .toList();
        HoldShardsResponse held = result(store.holdShards(HoldShardsRequest.newBuilder()
                .setOwnerId(OWNER)
                .setLeaseMs(60_000)
                .build()));
        this.fence =
                Fence.newBuilder().setOwnerId(OWNER).setEpoch(held.getEpoch()).build();
    }

    /** Fails when a write fails or is answered with another outcome than recorded. */
    Future<Void> run() {
        List<Future<Void>> running = new ArrayList<>();
        for (String lifetimeId : lifetimeIds) {
            running.add(store.createLifetime(start(fence, lifetimeId)).compose(created -> {
                assertEquals(true, created.getCreated(), "created by this very request");
                return step(lifetimeId, 0);
            }));
        }
        return Future.join(running).mapEmpty();
    }

    int steps() {
        return done.get();
    }

    /** Each log is whole: as many events as decided, without a gap. */
    void assertLogs() {
        for (String lifetimeId : lifetimeIds) {
            List<Long> seqs = result(store.loadLifetime(LoadLifetimeRequest.newBuilder()
                            .setTenantId(TENANT)
                            .setLifetimeId(lifetimeId)
                            .build()))
                    .getEventsList()
                    .stream()
                    .map(LifetimeEvent::getSeq)
                    .toList();
            assertEquals(LongRange.of(1, 1 + 2L * steps), seqs);
        }
    }

    static CreateLifetimeRequest start(Fence fence, String lifetimeId) {
        return CreateLifetimeRequest.newBuilder()
                .setFence(fence)
                .setDecision(decision(lifetimeId, 1, 1).setHead(head(lifetimeId, 1)))
                .build();
    }

    static TaskExecution task(String lifetimeId) {
        return TaskExecution.newBuilder()
                .setHeaders(ExecutionHeaders.newBuilder()
                        .setTenantId(TENANT)
                        .setLifetimeId(lifetimeId)
                        .setExecId(UUID.randomUUID().toString())
                        .setNodeId("node")
                        .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED))
                .build();
    }

    static LifetimeDecision.Builder decision(String lifetimeId, long firstSeq, long lastSeq) {
        LifetimeDecision.Builder decision =
                LifetimeDecision.newBuilder().setTenantId(TENANT).setLifetimeId(lifetimeId);
        for (long seq = firstSeq; seq <= lastSeq; seq++) {
            decision.addEvents(LifetimeEvent.newBuilder()
                    .setTenantId(TENANT)
                    .setLifetimeId(lifetimeId)
                    .setSeq(seq)
                    .setScheduled(Scheduled.newBuilder()
                            .setExecId(
                                    Long.toHexString(ThreadLocalRandom.current().nextLong()))));
        }
        return decision;
    }

    static AgentLifetime head(String lifetimeId, long lastSeq) {
        return AgentLifetime.newBuilder()
                .setTenantId(TENANT)
                .setLifetimeId(lifetimeId)
                .setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING)
                .setLastSeq(lastSeq)
                .build();
    }

    private Future<Void> step(String lifetimeId, int number) {
        if (number == steps) {
            return Future.succeededFuture();
        }
        long seq = 2 + 2L * number;
        LifetimeDecision.Builder decision = decision(lifetimeId, seq, seq + 1);
        if (number % 2 == 1) {
            decision.setHead(head(lifetimeId, seq + 1));
        }
        return store.appendTask(task(lifetimeId))
                .compose(recorded -> {
                    assertEquals(AppendOutcome.APPEND_OUTCOME_RECORDED, recorded.outcome());
                    return store.appendDecision(AppendDecisionRequest.newBuilder()
                            .setFence(fence)
                            .setDecision(decision)
                            .build());
                })
                .compose(appended -> {
                    done.incrementAndGet();
                    return step(lifetimeId, number + 1);
                });
    }

    private static final class LongRange {
        static List<Long> of(long first, long last) {
            return java.util.stream.LongStream.rangeClosed(first, last).boxed().toList();
        }
    }
}
