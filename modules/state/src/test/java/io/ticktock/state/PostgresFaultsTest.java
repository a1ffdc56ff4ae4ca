package io.ticktock.state;

import static io.ticktock.state.TestDatabase.eventually;
import static io.ticktock.state.TestDatabase.failure;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of writes when rows are bad, connections break and owners change. */
class PostgresFaultsTest {

    private static final String BAD_TEXT = "bad\u0000text";

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private TestDatabase database;
    private PostgresStateStore store;

    @BeforeEach
    void open() {
        System.out.println("seed " + seed);
        database = new TestDatabase();
        store = database.openStore();
    }

    @AfterEach
    void close() {
        result(store.close());
        database.close();
    }

    @Test
    void aBadRecordFailsAlone() {
        String lifetimeId = UUID.randomUUID().toString();
        List<Future<Recorded<TaskExecution>>> appends =
                IntStream.range(0, 100).mapToObj(i -> Workload.task(lifetimeId).toBuilder()).toList().stream()
                        .map(TaskExecution.Builder::build)
                        .map(task -> random.nextInt(10) == 0 ? bad(task) : task)
                        .map(store::appendTask)
                        .toList();
        Future<Recorded<TaskExecution>> last = store.appendTask(bad(Workload.task(lifetimeId)));
        result(Future.join(appends).otherwiseEmpty());
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(last).code());
        long good = appends.stream().filter(Future::succeeded).count();
        assertEquals(good, database.count("SELECT count(*) FROM task_executions"));
        appends.stream()
                .filter(Future::succeeded)
                .forEach(append -> assertFalse(
                        append.result().execution().getHeaders().getNodeId().equals(BAD_TEXT)));
        appends.stream()
                .filter(Future::failed)
                .forEach(append -> assertEquals(
                        FailureCode.INVALID_ARGUMENT, failure(append).code()));
    }

    @Test
    void aBadDecisionOrStartFailsAlone() {
        Fence fence = hold("owner", 60_000);
        List<Future<CreateLifetimeResponse>> starts = IntStream.range(0, 30)
                .mapToObj(i -> Workload.start(fence, UUID.randomUUID().toString()).toBuilder()
                        .setIdempotencyKey(i == 11 ? BAD_TEXT : "key " + i)
                        .build())
                .map(store::createLifetime)
                .toList();
        result(Future.join(starts).otherwiseEmpty());
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(starts.get(11)).code());
        assertEquals(29, database.count("SELECT count(*) FROM lifetimes"));
        List<Future<AppendDecisionResponse>> appends = IntStream.range(0, 30)
                .filter(i -> i != 11)
                .mapToObj(i -> append(
                        fence,
                        Workload.decision(starts.get(i).result().getLifetimeId(), 2, 3)
                                .addConsumedSignalIds(i == 20 ? BAD_TEXT : "s")))
                .toList();
        result(Future.join(appends).otherwiseEmpty());
        assertEquals(1, appends.stream().filter(Future::failed).count());
        assertEquals(29 + 28 * 2, database.count("SELECT count(*) FROM lifetime_events"));
    }

    @Test
    void aStoreThatGetsTooFewConnectionsToWriteIsNotOpened() {
        List<PgConnection> others = new ArrayList<>();
        Future<PgConnection> next = database.tryConnect();
        while (next.otherwiseEmpty().toCompletionStage().toCompletableFuture().join() != null) {
            others.add(next.result());
            next = database.tryConnect();
        }
        // One is enough to look at the schema.
        result(others.remove(0).close());
        result(others.remove(0).close());
        Failure refused = failure(PostgresStateStore.open(
                database.vertx(), StateConfiguration.of(database.address()), new SimpleMeterRegistry()));
        others.forEach(other -> result(other.close()));
        assertEquals(FailureCode.UNAVAILABLE, refused.code());
        assertEquals("the database takes no more connections; try again later", refused.getMessage());
    }

    @Test
    void aLeaseIsRenewedWhileEveryReadWaits() {
        Fence fence = hold("owner", 60_000);
        PgConnection blocker = database.connect();
        result(blocker.query("BEGIN; LOCK TABLE lifetimes IN ACCESS EXCLUSIVE MODE")
                .execute());
        LoadLifetimeRequest any = LoadLifetimeRequest.newBuilder()
                .setTenantId(Workload.TENANT)
                .setLifetimeId(UUID.randomUUID().toString())
                .build();
        List<Future<LoadLifetimeResponse>> reads =
                IntStream.range(0, 20).mapToObj(i -> store.loadLifetime(any)).toList();

        HoldShardsResponse held = result(store.holdShards(
                holding("owner", 60_000).toBuilder().setEpoch(fence.getEpoch()).build()));

        assertEquals(fence.getEpoch(), held.getEpoch());
        assertTrue(reads.stream().noneMatch(Future::isComplete));
        result(blocker.query("ROLLBACK").execute().eventually(blocker::close));
        reads.forEach(read -> assertEquals(FailureCode.NOT_FOUND, failure(read).code()));
    }

    @Test
    void nothingIsLostOrDoubledWhenConnectionsBreak() {
        Workload workload = new Workload(store, 30, 40);
        Future<Void> done = workload.run();
        PgConnection killer = database.connect();
        int kills = 0;
        while (!done.isComplete()) {
            int later = workload.steps() + 1 + random.nextInt(60);
            eventually(() -> done.isComplete() || workload.steps() >= later);
            kills += result(killer.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                    + " WHERE application_name = 'ticktock' AND datname = current_database()")
                            .execute())
                    .size();
        }
        result(killer.close());
        result(done);
        System.out.println(kills + " connections were broken");
        assertEquals(1_200, database.count("SELECT count(*) FROM task_executions"));
        assertEquals(30 * 81, database.count("SELECT count(*) FROM lifetime_events"));
        workload.assertLogs();
    }

    @Test
    void aTakeoverWaitsForTheDecisionUnderWay() {
        Fence outdated = hold("first", 1);
        String lifetimeId = create(outdated);
        PgConnection underWay = database.connect();
        result(underWay.query("BEGIN; SELECT FROM shard_owners WHERE owner_id = 'first' FOR SHARE")
                .execute());
        Future<HoldShardsResponse> takeover = store.holdShards(holding("second", 60_000));
        awaitOneThatWaitsForALock();
        assertFalse(takeover.isComplete(), "a decision is under way");
        result(underWay.query("INSERT INTO lifetime_events VALUES ('tenant', '" + lifetimeId + "', 2, 1, ''); COMMIT")
                .execute());
        assertEquals(64, result(takeover).getShardsCount());
        assertEquals(
                FailureCode.FENCED,
                failure(append(outdated, Workload.decision(lifetimeId, 3, 3))).code());
        result(underWay.close());
    }

    @Test
    void whoWaitsForItsOwnDecisionKeepsNoOtherOwnerFromRenewing() {
        HoldShardsRequest slow = sharing("slow");
        HoldShardsRequest other = sharing("other");
        long slowEpoch = result(store.holdShards(slow)).getEpoch();
        long epoch = result(store.holdShards(other)).getEpoch();
        PgConnection underWay = database.connect();
        result(underWay.query("BEGIN; SELECT FROM shard_owners WHERE owner_id = 'slow' FOR SHARE")
                .execute());
        Future<HoldShardsResponse> waits =
                store.holdShards(slow.toBuilder().setEpoch(slowEpoch).build());
        awaitOneThatWaitsForALock();
        HoldShardsResponse renewed =
                result(store.holdShards(other.toBuilder().setEpoch(epoch).build()));
        assertEquals(epoch, renewed.getEpoch());
        result(underWay.query("COMMIT").execute().eventually(underWay::close));
        result(waits.otherwiseEmpty());
    }

    private static HoldShardsRequest sharing(String owner) {
        return holding(owner, 60_000).toBuilder().setShares(true).build();
    }

    private void awaitOneThatWaitsForALock() {
        eventually(() -> database.count("SELECT count(*) FROM pg_stat_activity"
                        + " WHERE wait_event_type = 'Lock' AND datname = current_database()")
                > 0);
    }

    @Test
    void whoWasLostBeforeTheClockWentBackKeepsNothing() {
        Fence lost = hold("first", 60_000);
        database.execute("UPDATE shard_owners SET lease_until = lease_until + interval '1 hour'");
        HoldShardsResponse taken = result(store.holdShards(holding("second", 60_000)));
        assertEquals(64, taken.getShardsCount());
        assertEquals(
                FailureCode.FENCED,
                failure(append(lost, Workload.decision(UUID.randomUUID().toString(), 1, 1)))
                        .code());
    }

    @Test
    void aDecisionWaitsForTheTakeoverUnderWay() {
        Fence outdated = hold("first", 1);
        String lifetimeId = create(outdated);
        PgConnection takeover = database.connect();
        result(takeover.query("BEGIN; DELETE FROM shard_owners WHERE owner_id = 'first'")
                .execute());
        Future<AppendDecisionResponse> decision = append(outdated, Workload.decision(lifetimeId, 2, 2));
        awaitOneThatWaitsForALock();
        assertFalse(decision.isComplete(), "a takeover is under way");
        result(takeover.query("COMMIT").execute());
        assertEquals(FailureCode.FENCED, failure(decision).code());
        assertEquals(1, database.count("SELECT count(*) FROM lifetime_events"));
        result(takeover.close());
    }

    @Test
    void anOutdatedOwnerCommitsNothingAfterATakeover() {
        PostgresStateStore other = database.openStore();
        Fence owner = hold("owner 0", 1);
        for (int round = 1; round <= 20; round++) {
            Fence outdated = owner;
            List<String> lifetimeIds =
                    IntStream.range(0, 10).mapToObj(i -> create(outdated)).toList();
            List<Future<?>> decisions = new java.util.ArrayList<>();
            lifetimeIds.forEach(id -> decisions.add(decideOnAndOn(outdated, id, 2)));
            result(database.vertx().timer(1 + random.nextInt(10)));
            String next = "owner " + round;
            HoldShardsResponse held = result(other.holdShards(holding(next, 1)));
            String ofOutdated = "SELECT count(*) FROM lifetime_events WHERE epoch = " + outdated.getEpoch();
            long atTakeover = database.count(ofOutdated);
            assertEquals(64, held.getShardsCount());
            result(Future.join(decisions).otherwiseEmpty());
            assertEquals(atTakeover, database.count(ofOutdated), "round " + round);
            owner = Fence.newBuilder()
                    .setOwnerId(next)
                    .setEpoch(held.getEpoch())
                    .build();
        }
        result(other.close());
    }

    private Future<?> decideOnAndOn(Fence fence, String lifetimeId, long seq) {
        return append(fence, Workload.decision(lifetimeId, seq, seq))
                .compose(appended -> decideOnAndOn(fence, lifetimeId, seq + 1));
    }

    private Fence hold(String owner, long leaseMs) {
        HoldShardsResponse held = result(store.holdShards(holding(owner, leaseMs)));
        return Fence.newBuilder().setOwnerId(owner).setEpoch(held.getEpoch()).build();
    }

    private static HoldShardsRequest holding(String owner, long leaseMs) {
        return HoldShardsRequest.newBuilder()
                .setOwnerId(owner)
                .setLeaseMs(leaseMs)
                .build();
    }

    private String create(Fence fence) {
        return result(store.createLifetime(
                        Workload.start(fence, UUID.randomUUID().toString())))
                .getLifetimeId();
    }

    private Future<AppendDecisionResponse> append(Fence fence, LifetimeDecision.Builder decision) {
        return store.appendDecision(AppendDecisionRequest.newBuilder()
                .setFence(fence)
                .setDecision(decision)
                .build());
    }

    private static TaskExecution bad(TaskExecution task) {
        TaskExecution.Builder bad = task.toBuilder();
        bad.getHeadersBuilder().setNodeId(BAD_TEXT);
        return bad.build();
    }
}
