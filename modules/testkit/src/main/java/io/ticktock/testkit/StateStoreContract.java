package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.*;
import io.ticktock.state.Recorded;
import io.ticktock.state.References;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does. The store of a test may hold what earlier tests left: each has tenants of its own. */
public abstract class StateStoreContract {

    private static final long LEASE_MS = 60_000;
    private static final List<Integer> ALL_SHARDS =
            IntStream.range(0, Shard.COUNT).boxed().toList();

    private final long seed = System.nanoTime();
    private final StateSamples samples = new StateSamples("tenant-" + seed, seed);
    private final StateSamples others = new StateSamples("other-" + seed, seed + 1);
    private StateStore store;
    private Fence fence;

    protected abstract StateStore open();

    @BeforeEach
    void holdAllShards() {
        System.out.println("seed " + seed);
        store = open();
        fence = hold("contract-" + seed);
    }

    @AfterEach
    void close() {
        result(store.releaseShards(
                ReleaseShardsRequest.newBuilder().setOwnerId(fence.getOwnerId()).build()));
        result(store.close());
    }

    // graphs

    @Test
    void aGraphVersionIsRegisteredOnce() {
        RegisterGraphRequest request = register("1.0.0");
        assertTrue(result(store.registerGraph(request)).getCreated());
        assertFalse(result(store.registerGraph(request)).getCreated());
        GetGraphResponse got = result(store.getGraph(graphRequest(samples, "1.0.0")));
        assertEquals(request.getGraph(), got.getGraph());
        assertEquals(request.getCanonical(), got.getCanonical());
    }

    @Test
    void aGraphVersionNeverChanges() {
        result(store.registerGraph(register("1.0.0")));
        RegisterGraphRequest.Builder other = register("1.0.0").toBuilder();
        other.getGraphBuilder().setDigest("another");
        Failure refused = failure(store.registerGraph(other.build()));
        assertEquals(FailureCode.ALREADY_EXISTS, refused.code());
        assertTrue(refused.getMessage().contains("sample version 1.0.0"), refused.getMessage());
    }

    @Test
    void withoutAVersionTheHighestIsGot() {
        for (String version : List.of("1.9.0", "1.10.0", "2.0.0-rc.1", "1.10.0-beta", "2.0.0-rc.1.1", "0.99.0")) {
            result(store.registerGraph(register(version)));
        }
        assertEquals(
                "2.0.0-rc.1.1",
                result(store.getGraph(graphRequest(samples, ""))).getGraph().getVersion());
        result(store.registerGraph(register("2.0.0")));
        assertEquals(
                "2.0.0",
                result(store.getGraph(graphRequest(samples, ""))).getGraph().getVersion());
    }

    @Test
    void aVersionMustBeSemantic() {
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.registerGraph(register("latest"))).code());
    }

    @Test
    void anothersGraphIsNotThere() {
        result(store.registerGraph(register("1.0.0")));
        Failure foreign = failure(store.getGraph(graphRequest(others, "1.0.0")));
        assertEquals(FailureCode.NOT_FOUND, foreign.code());
        assertEquals(
                failure(store.getGraph(graphRequest(new StateSamples("nobody", 1), "1.0.0")))
                        .getMessage(),
                foreign.getMessage());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.getGraph(graphRequest(others, ""))).code());
    }

    // records

    @Test
    void aRecordIsRecordedOnce() {
        TaskExecution task = samples.task(samples.lifetimeId(), "1");
        assertEquals(recorded(task), result(store.appendTask(task)));
        assertEquals(recorded(task), result(store.appendTask(task)));
        PlanExecution plan = samples.plan(samples.lifetimeId(), List.of(), "next");
        assertEquals(recorded(plan), result(store.appendPlan(plan)));
        assertEquals(recorded(plan), result(store.appendPlan(plan)));
    }

    @Test
    void theFirstRecordOfAnAttemptStays() {
        TaskExecution first = samples.task(samples.lifetimeId(), "1");
        TaskExecution second = first.toBuilder()
                .setResult(TaskResult.newBuilder().setPayload(samples.payload("2")))
                .build();
        result(store.appendTask(first));
        assertEquals(new Recorded<>(first, AppendOutcome.APPEND_OUTCOME_SUPERSEDED), result(store.appendTask(second)));
        assertEquals(List.of(first), get(first.getHeaders()).getTasksList());
    }

    @Test
    void ofManyRecordsOfAnAttemptOneStays() {
        TaskExecution first = samples.task(samples.lifetimeId(), "0");
        List<Future<Recorded<TaskExecution>>> appends = IntStream.range(0, 40)
                .mapToObj(run -> first.toBuilder()
                        .setResult(TaskResult.newBuilder().setPayload(samples.payload("" + run % 20)))
                        .build())
                .map(store::appendTask)
                .toList();
        result(Future.join(appends));
        Set<TaskExecution> stayed = new HashSet<>();
        appends.forEach(append -> stayed.add(append.result().execution()));
        assertEquals(1, stayed.size());
        assertEquals(
                2,
                appends.stream()
                        .filter(append -> append.result().outcome() == AppendOutcome.APPEND_OUTCOME_RECORDED)
                        .count(),
                "the record that stayed was appended twice");
        assertEquals(List.copyOf(stayed), get(first.getHeaders()).getTasksList());
    }

    @Test
    void tenantsMayUseTheSameIds() {
        TaskExecution task = samples.task(samples.lifetimeId(), "1");
        TaskExecution.Builder same = task.toBuilder();
        same.getHeadersBuilder().setTenantId(others.tenantId());
        result(store.appendTask(task));
        assertEquals(recorded(same.build()), result(store.appendTask(same.build())));
    }

    @Test
    void recordsAreGotInTheOrderAskedFor() {
        String lifetimeId = samples.lifetimeId();
        List<TaskExecution> tasks = IntStream.range(0, 20)
                .mapToObj(i -> samples.task(lifetimeId, "" + i))
                .toList();
        PlanExecution plan = samples.plan(lifetimeId, List.of(), "next");
        result(Future.join(tasks.stream().map(store::appendTask).toList()));
        result(store.appendPlan(plan));
        List<TaskExecution> backwards = new ArrayList<>(tasks);
        java.util.Collections.reverse(backwards);
        GetExecutionsRequest.Builder request = GetExecutionsRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .addTaskExecIds(samples.execId())
                .addPlanExecIds(plan.getHeaders().getExecId());
        backwards.forEach(task -> request.addTaskExecIds(task.getHeaders().getExecId()));
        GetExecutionsResponse got = result(store.getExecutions(request.build()));
        assertEquals(backwards, got.getTasksList());
        assertEquals(List.of(plan), got.getPlansList());
        assertEquals(
                GetExecutionsResponse.getDefaultInstance(),
                result(store.getExecutions(
                        request.setTenantId(others.tenantId()).build())));
    }

    @Test
    void referencesAreFoundAcrossLifetimes() {
        TaskExecution task = samples.task(samples.lifetimeId(), "[1, 2]");
        TaskExecution foreign = others.task(others.lifetimeId(), "1");
        PlanExecution plan = samples.plan(samples.lifetimeId(), List.of(), "one", "two");
        TaskExecution missing = samples.task(samples.lifetimeId(), "1");
        result(store.appendTask(task));
        result(store.appendTask(foreign));
        result(store.appendPlan(plan));
        FindExecutionsRequest request = FindExecutionsRequest.newBuilder()
                .addKeys(key(task.getHeaders()))
                .addKeys(key(foreign.getHeaders()))
                .addKeys(key(plan.getHeaders()))
                .addKeys(key(missing.getHeaders()))
                .build();
        Set<ExecutionReference> found =
                Set.copyOf(result(store.findExecutions(request)).getExecutionsList());
        assertEquals(Set.of(References.to(task), References.to(foreign), References.to(plan)), found);
        FindExecutionsRequest own =
                request.toBuilder().setTenantId(samples.tenantId()).build();
        assertEquals(
                Set.of(References.to(task), References.to(plan)),
                Set.copyOf(result(store.findExecutions(own)).getExecutionsList()));
        assertEquals(6, References.to(task).getResultSizeBytes());
    }

    @Test
    void wrongIdsAreRefused() {
        TaskExecution.Builder task = samples.task(samples.lifetimeId(), "1").toBuilder();
        task.getHeadersBuilder().setExecId("one");
        Failure refused = failure(store.appendTask(task.build()));
        assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().startsWith("exec_id must be a UUID"), refused.getMessage());
        task.getHeadersBuilder().setExecId(samples.execId()).setTenantId("");
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.appendTask(task.build())).code());
        assertEquals(FailureCode.INVALID_ARGUMENT, failure(load("1-1-1-1-1")).code());
    }

    // new lifetimes

    @Test
    void aLifetimeIsCreatedWithItsFirstEvents() {
        CreateLifetimeRequest request = samples.start(fence, samples.lifetimeId());
        CreateLifetimeResponse created = result(store.createLifetime(request));
        String lifetimeId = request.getDecision().getLifetimeId();
        assertEquals(
                CreateLifetimeResponse.newBuilder()
                        .setLifetimeId(lifetimeId)
                        .setCreated(true)
                        .build(),
                created);
        LoadLifetimeResponse loaded = result(load(lifetimeId));
        assertEquals(request.getDecision().getHead(), loaded.getLifetime());
        assertEquals(request.getDecision().getEventsList(), loaded.getEventsList());
        assertFalse(loaded.getMore());
        assertEquals(request.getInput(), result(input(samples, lifetimeId)).getInput());
    }

    @Test
    void anIdIsCreatedOnce() {
        CreateLifetimeRequest first = samples.start(fence, samples.lifetimeId());
        String lifetimeId = first.getDecision().getLifetimeId();
        result(store.createLifetime(first));
        CreateLifetimeResponse second = result(store.createLifetime(samples.start(fence, lifetimeId)));
        assertFalse(second.getCreated());
        assertEquals(lifetimeId, second.getLifetimeId());
        assertEquals(
                first.getDecision().getEventsList(), result(load(lifetimeId)).getEventsList());
    }

    @Test
    void anIdempotencyKeyIsUsedOnceInATenant() {
        CreateLifetimeRequest first = withKey(samples.start(fence, samples.lifetimeId()), "order-1");
        CreateLifetimeRequest second = withKey(samples.start(fence, samples.lifetimeId()), "order-1");
        CreateLifetimeRequest foreign = withKey(others.start(fence, others.lifetimeId()), "order-1");
        assertTrue(result(store.createLifetime(first)).getCreated());
        CreateLifetimeResponse repeated = result(store.createLifetime(second));
        assertFalse(repeated.getCreated());
        assertEquals(first.getDecision().getLifetimeId(), repeated.getLifetimeId());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(load(second.getDecision().getLifetimeId())).code());
        assertTrue(result(store.createLifetime(foreign)).getCreated());
    }

    @Test
    void aRequestThatDiffersFromTheEarlierOneIsTold() {
        CreateLifetimeRequest first = fingerprinted("order", "graph", "a", "input", "b");
        result(store.createLifetime(first));
        assertEquals(List.of(), differing(fingerprinted("order", "graph", "a", "input", "b")));
        assertEquals(List.of("input"), differing(fingerprinted("order", "graph", "a", "input", "c")));
        assertEquals(List.of("input", "labels"), differing(fingerprinted("order", "graph", "a", "labels", "b")));
        assertEquals(
                List.of("graph"),
                differing(first.toBuilder()
                        .clearIdempotencyKey()
                        .setFingerprint(fingerprint("graph", "x", "input", "b"))
                        .setDecision(samples.start(fence, first.getDecision().getLifetimeId())
                                .getDecision())
                        .build()));
        assertEquals(List.of(), differing(withKey(samples.start(fence, samples.lifetimeId()), "order")));
        result(store.createLifetime(withKey(samples.start(fence, samples.lifetimeId()), "without")));
        assertEquals(List.of(), differing(fingerprinted("without", "graph", "a")));
    }

    private List<String> differing(CreateLifetimeRequest again) {
        CreateLifetimeResponse response = result(store.createLifetime(again));
        assertFalse(response.getCreated());
        return response.getDifferingFieldsList();
    }

    private CreateLifetimeRequest fingerprinted(String key, String... fields) {
        return withKey(samples.start(fence, samples.lifetimeId()), key).toBuilder()
                .setFingerprint(fingerprint(fields))
                .build();
    }

    private static StartFingerprint fingerprint(String... fields) {
        StartFingerprint.Builder fingerprint = StartFingerprint.newBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            fingerprint.addFields(
                    FieldDigest.newBuilder().setField(fields[i]).setDigest(ByteString.copyFromUtf8(fields[i + 1])));
        }
        return fingerprint.build();
    }

    @Test
    void ofManyStartsWithAKeyOneIsCreated() {
        List<Future<CreateLifetimeResponse>> starts = IntStream.range(0, 30)
                .mapToObj(i -> withKey(samples.start(fence, samples.lifetimeId()), "order"))
                .map(store::createLifetime)
                .toList();
        result(Future.join(starts));
        assertEquals(
                1, starts.stream().filter(start -> start.result().getCreated()).count());
        assertEquals(
                1,
                starts.stream()
                        .map(start -> start.result().getLifetimeId())
                        .distinct()
                        .count());
    }

    @Test
    void aStartOfAnOutdatedOwnerWritesNothing() {
        Fence outdated = fence;
        fence = hold(fence.getOwnerId());
        CreateLifetimeRequest request = samples.start(outdated, samples.lifetimeId());
        assertEquals(FailureCode.FENCED, failure(store.createLifetime(request)).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(load(request.getDecision().getLifetimeId())).code());
    }

    @Test
    void aStartWithoutHeadIsRefused() {
        CreateLifetimeRequest.Builder request = samples.start(fence, samples.lifetimeId()).toBuilder();
        request.getDecisionBuilder().clearHead();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.createLifetime(request.build())).code());
    }

    // decisions

    @Test
    void decisionsExtendTheLog() {
        String lifetimeId = create();
        LifetimeDecision eventsOnly = samples.decision(lifetimeId, 2, 2).build();
        LifetimeDecision withHead = samples.decision(lifetimeId, 4, 1)
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_PAUSED, 5))
                .build();
        result(append(eventsOnly));
        result(append(withHead));
        LoadLifetimeResponse loaded = result(load(lifetimeId));
        assertEquals(withHead.getHead(), loaded.getLifetime());
        assertEquals(5, loaded.getEventsCount());
        assertEquals(eventsOnly.getEventsList(), loaded.getEventsList().subList(2, 4));
        assertEquals(withHead.getEvents(0), loaded.getEvents(4));
    }

    @Test
    void theSameDecisionAgainSucceeds() {
        String lifetimeId = create();
        LifetimeDecision decision = samples.decision(lifetimeId, 2, 2).build();
        result(append(decision));
        result(append(decision));
        assertEquals(4, result(load(lifetimeId)).getEventsCount());
    }

    @Test
    void aDecisionOnTakenNumbersWritesNothing() {
        String lifetimeId = create();
        result(store.sendSignal(SendSignalRequest.newBuilder()
                .setSignal(samples.pause(lifetimeId, "s1"))
                .build()));
        LifetimeDecision first = samples.decision(lifetimeId, 2, 2).build();
        result(append(first));
        LifetimeDecision other = samples.decision(lifetimeId, 3, 2)
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_PAUSED, 5))
                .addConsumedSignalIds("s1")
                .build();
        LifetimeDecision longer =
                first.toBuilder().addEvents(samples.event(lifetimeId, 5)).build();
        assertEquals(FailureCode.ALREADY_EXISTS, failure(append(other)).code());
        assertEquals(FailureCode.ALREADY_EXISTS, failure(append(longer)).code());
        LoadLifetimeResponse loaded = result(load(lifetimeId));
        assertEquals(4, loaded.getEventsCount());
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_RUNNING, loaded.getLifetime().getStatus());
        assertEquals(1, loaded.getSignalsCount());
    }

    @Test
    void aConflictFailsItsDecisionOnly() {
        List<String> lifetimeIds =
                IntStream.range(0, 20).mapToObj(i -> create()).toList();
        result(append(samples.decision(lifetimeIds.get(7), 2, 1).build()));
        List<Future<AppendDecisionResponse>> appends = lifetimeIds.stream()
                .map(id -> append(samples.decision(id, 2, 1).build()))
                .toList();
        result(Future.join(appends).otherwiseEmpty());
        for (int i = 0; i < 20; i++) {
            assertEquals(i != 7, appends.get(i).succeeded(), "decision " + i);
        }
    }

    @Test
    void aDecisionOfAnOutdatedOwnerWritesNothing() {
        String lifetimeId = create();
        Fence outdated = fence;
        fence = hold(fence.getOwnerId());
        LifetimeDecision decision = samples.decision(lifetimeId, 2, 1).build();
        Future<AppendDecisionResponse> refused = store.appendDecision(AppendDecisionRequest.newBuilder()
                .setFence(outdated)
                .setDecision(decision)
                .build());
        assertEquals(FailureCode.FENCED, failure(refused).code());
        assertEquals(2, result(load(lifetimeId)).getEventsCount());
        result(append(decision));
    }

    @Test
    void anOlderHeadDoesNotReplaceANewer() {
        String lifetimeId = create();
        AgentLifetime newer = samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_COMPLETED, 9);
        AgentLifetime older = samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_PAUSED, 8);
        result(append(samples.decision(lifetimeId, 8, 1).setHead(newer).build()));
        result(append(samples.decision(lifetimeId, 7, 1).setHead(older).build()));
        assertEquals(newer, result(load(lifetimeId)).getLifetime());
    }

    @Test
    void aLongLogIsLoadedInPages() {
        String lifetimeId = create();
        result(append(samples.decision(lifetimeId, 2, 1_100).build()));
        LoadLifetimeResponse first = result(load(lifetimeId));
        assertEquals(1_000, first.getEventsCount());
        assertTrue(first.getMore());
        LoadLifetimeResponse second = result(store.loadLifetime(LoadLifetimeRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .setAfterSeq(1_000)
                .build()));
        assertEquals(102, second.getEventsCount());
        assertEquals(1_001, second.getEvents(0).getSeq());
        assertFalse(second.getMore());
    }

    // signals and timers

    @Test
    void aSignalWaitsUntilItIsConsumed() {
        String lifetimeId = create();
        Signal signal = samples.pause(lifetimeId, "s1");
        SendSignalRequest request =
                SendSignalRequest.newBuilder().setSignal(signal).build();
        result(store.sendSignal(request));
        result(store.sendSignal(request));
        assertEquals(List.of(signal), result(load(lifetimeId)).getSignalsList());
        assertTrue(isDue(lifetimeId));
        result(append(
                samples.decision(lifetimeId, 2, 1).addConsumedSignalIds("s1").build()));
        assertEquals(0, result(load(lifetimeId)).getSignalsCount());
        assertFalse(isDue(lifetimeId));
    }

    @Test
    void aSignalMayBeConsumedWithoutEvents() {
        String lifetimeId = create();
        result(store.sendSignal(SendSignalRequest.newBuilder()
                .setSignal(samples.pause(lifetimeId, "s1"))
                .build()));
        result(append(
                samples.decision(lifetimeId, 2, 0).addConsumedSignalIds("s1").build()));
        assertEquals(0, result(load(lifetimeId)).getSignalsCount());
    }

    @Test
    void decisionsSendSignals() {
        String sender = create();
        String receiver = samples.lifetimeId();
        Signal signal = samples.pause(receiver, "from-sender");
        result(append(samples.decision(sender, 2, 1).addOutgoingSignals(signal).build()));
        assertFalse(isDue(receiver), "it does not exist yet");
        result(store.createLifetime(samples.start(fence, receiver)));
        assertTrue(isDue(receiver));
        assertEquals(List.of(signal), result(load(receiver)).getSignalsList());
    }

    @Test
    void whatHasEndedGetsNoSignals() {
        String sender = create();
        String ended = create();
        result(store.sendSignal(SendSignalRequest.newBuilder()
                .setSignal(samples.pause(ended, "early"))
                .build()));
        end(ended);
        assertEquals(0, result(load(ended)).getSignalsCount());
        Future<SendSignalResponse> late = store.sendSignal(SendSignalRequest.newBuilder()
                .setSignal(samples.pause(ended, "late"))
                .build());
        assertEquals(FailureCode.FAILED_PRECONDITION, failure(late).code());
        result(append(samples.decision(sender, 2, 1)
                .addOutgoingSignals(samples.pause(ended, "late too"))
                .build()));
        assertEquals(0, result(load(ended)).getSignalsCount());
        assertFalse(isDue(ended));
    }

    @Test
    void whatEndsTogetherWithASignalToItGetsNoSignal() {
        String sender = create();
        String ended = create();
        LifetimeDecision sending = samples.decision(sender, 2, 1)
                .addOutgoingSignals(samples.pause(ended, "meanwhile"))
                .build();
        // While the first is being written the two others gather, and are written at once.
        result(Future.all(append(samples.decision(create(), 2, 1).build()), append(ending(ended)), append(sending)));
        assertEquals(0, result(load(ended)).getSignalsCount());
    }

    @Test
    void aParkedLifetimeIsDueAtItsTime() {
        String late = create();
        String soon = create();
        String never = create();
        Instant inAnHour = Instant.now().plus(1, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS);
        park(late, Instant.now().minusSeconds(5));
        park(soon, inAnHour);
        result(append(samples.decision(never, 2, 1).setHead(parked(never)).build()));
        assertTrue(isDue(late));
        assertFalse(isDue(soon));
        assertFalse(isDue(never));
        ListDueResponse due = result(store.listDue(
                ListDueRequest.newBuilder().addAllShards(shardOf(soon)).build()));
        assertEquals(StateSamples.time(inAnHour), due.getNextDueAt());
    }

    @Test
    void whatIsNotParkedAnyMoreIsNotDue() {
        String lifetimeId = create();
        park(lifetimeId, Instant.now().minusSeconds(5));
        result(append(samples.decision(lifetimeId, 3, 1)
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 4))
                .build()));
        assertFalse(isDue(lifetimeId));
        park(lifetimeId, 4, Instant.now().minusSeconds(5));
        assertTrue(isDue(lifetimeId));
        park(lifetimeId, 5, Instant.now().plusSeconds(3_600));
        assertFalse(isDue(lifetimeId));
    }

    // ownership

    @Test
    void anOwnerHoldsAllShardsAndRenews() {
        HoldShardsResponse renewed = result(store.holdShards(holding(fence.getOwnerId(), fence.getEpoch())));
        assertEquals(fence.getEpoch(), renewed.getEpoch());
        assertEquals(ALL_SHARDS, renewed.getShardsList());
    }

    @Test
    void anotherOwnerGetsNothingWhileTheLeaseLasts() {
        HoldShardsResponse held = result(store.holdShards(holding("second-" + seed, 0)));
        assertEquals(0, held.getShardsCount());
        assertTrue(held.getEpoch() > fence.getEpoch());
        release("second-" + seed);
    }

    @Test
    void shardsAreTakenOverWhenTheLeaseRunsOut() {
        String lifetimeId = create();
        result(store.holdShards(HoldShardsRequest.newBuilder()
                .setOwnerId(fence.getOwnerId())
                .setEpoch(fence.getEpoch())
                .setLeaseMs(1)
                .build()));
        String second = "second-" + seed;
        long epoch = result(store.holdShards(holding(second, 0))).getEpoch();
        eventually(() -> result(store.holdShards(holding(second, epoch))).getShardsCount() == Shard.COUNT);
        assertEquals(
                FailureCode.FENCED,
                failure(append(samples.decision(lifetimeId, 2, 1).build())).code());
        assertEquals(
                FailureCode.FENCED,
                failure(store.holdShards(holding(fence.getOwnerId(), fence.getEpoch())))
                        .code());
        fence = Fence.newBuilder().setOwnerId(second).setEpoch(epoch).build();
        result(append(samples.decision(lifetimeId, 2, 1).build()));
    }

    @Test
    void releasedShardsAreFree() {
        release(fence.getOwnerId());
        String lifetimeId = samples.lifetimeId();
        assertEquals(
                FailureCode.FENCED,
                failure(store.createLifetime(samples.start(fence, lifetimeId))).code());
        fence = hold("second-" + seed);
        result(store.createLifetime(samples.start(fence, lifetimeId)));
    }

    @Test
    void aNewProcessOfAnOwnerFencesTheEarlier() {
        String lifetimeId = create();
        Fence earlier = fence;
        fence = hold(fence.getOwnerId());
        assertTrue(fence.getEpoch() > earlier.getEpoch());
        assertEquals(
                FailureCode.FENCED,
                failure(store.holdShards(holding(earlier.getOwnerId(), earlier.getEpoch())))
                        .code());
        result(append(samples.decision(lifetimeId, 2, 1).build()));
    }

    @Test
    void onlyWhatRunsAndIsNotParkedIsRunnable() {
        String running = create();
        String parked = create();
        String paused = create();
        String ended = create();
        park(parked, Instant.now().plusSeconds(60));
        result(append(samples.decision(paused, 2, 1)
                .setHead(samples.head(paused, LifetimeStatus.LIFETIME_STATUS_PAUSED, 3))
                .build()));
        end(ended);
        assertEquals(List.of(running), runnable(ALL_SHARDS));
        assertEquals(List.of(running), runnable(shardOf(running)));
        List<Integer> otherShards = new ArrayList<>(ALL_SHARDS);
        otherShards.removeAll(shardOf(running));
        assertEquals(List.of(), runnable(otherShards));
    }

    @Test
    void runnableLifetimesComeInPages() {
        List<String> created = result(Future.join(IntStream.range(0, 1_050)
                        .mapToObj(i -> store.createLifetime(samples.start(fence, samples.lifetimeId())))
                        .toList()))
                .<CreateLifetimeResponse>list()
                .stream()
                .map(CreateLifetimeResponse::getLifetimeId)
                .sorted()
                .toList();
        assertEquals(created, runnable(ALL_SHARDS));
    }

    // what tenants read

    @Test
    void aTenantSeesItsLifetimeOnly() {
        String lifetimeId = create();
        assertEquals(
                samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 2)
                        .getLifetimeId(),
                result(getLifetime(samples, lifetimeId)).getLifetime().getLifetimeId());
        Failure foreign = failure(getLifetime(others, lifetimeId));
        assertEquals(FailureCode.NOT_FOUND, foreign.code());
        end(lifetimeId);
        assertEquals(
                foreign.getMessage(), failure(getLifetime(others, lifetimeId)).getMessage());
        assertEquals(foreign.getMessage(), failure(input(others, lifetimeId)).getMessage());
        assertEquals(
                foreign.getMessage(), failure(listEvents(others, lifetimeId, 0)).getMessage());
        assertEquals(
                foreign.getMessage(),
                failure(listExecutions(others, lifetimeId, "")).getMessage());
        String unknown = samples.lifetimeId();
        assertEquals(
                foreign.getMessage().replace(lifetimeId, unknown),
                failure(getLifetime(samples, unknown)).getMessage());
    }

    @Test
    void lifetimesAreListedNewestFirst() {
        List<String> created = IntStream.range(0, 7).mapToObj(i -> create()).toList();
        end(created.get(2));
        result(store.createLifetime(others.start(fence, others.lifetimeId())));
        List<String> newestFirst = newestFirst(created);
        assertEquals(newestFirst, list(lifetimesOf(samples).setPageSize(3)));
        assertEquals(newestFirst, list(lifetimesOf(samples)));
        assertEquals(
                List.of(created.get(2)),
                list(lifetimesOf(samples).setStatus(LifetimeStatus.LIFETIME_STATUS_COMPLETED)));
        assertEquals(7, list(lifetimesOf(samples).setGraphName("sample")).size());
        assertEquals(List.of(), list(lifetimesOf(samples).setGraphName("another")));
    }

    @Test
    void lifetimesAreFoundByTheirLabels() {
        String red = createLabelled(Map.of("team", "red", "tier", "1"));
        String blue = createLabelled(Map.of("team", "blue", "tier", "1"));
        String again = createLabelled(Map.of("team", "red", "tier", "2"));
        createLabelled(Map.of());
        assertEquals(List.of(again, red), list(lifetimesOf(samples).putLabels("team", "red")));
        assertEquals(
                List.of(again, red),
                list(lifetimesOf(samples).putLabels("team", "red").setPageSize(1)));
        assertEquals(List.of(blue, red), list(lifetimesOf(samples).putLabels("tier", "1")));
        assertEquals(
                List.of(red), list(lifetimesOf(samples).putLabels("tier", "1").putLabels("team", "red")));
        assertEquals(List.of(), list(lifetimesOf(samples).putLabels("team", "green")));
        assertEquals(List.of(), list(lifetimesOf(samples).putLabels("red", "team")));
        assertEquals(List.of(), list(lifetimesOf(others).putLabels("team", "red")));
        LifetimeDecision.Builder ending = ending(red).toBuilder();
        ending.getHeadBuilder().putLabels("team", "red").putLabels("tier", "1");
        result(append(ending.build()));
        assertEquals(
                List.of(red),
                list(lifetimesOf(samples)
                        .putLabels("team", "red")
                        .setStatus(LifetimeStatus.LIFETIME_STATUS_COMPLETED)));
        assertEquals(
                List.of(), list(lifetimesOf(samples).putLabels("team", "red").setGraphName("another")));
    }

    private String createLabelled(Map<String, String> labels) {
        CreateLifetimeRequest.Builder start = samples.start(fence, samples.lifetimeId()).toBuilder();
        start.getDecisionBuilder().getHeadBuilder().clearLabels().putAllLabels(labels);
        return result(store.createLifetime(start.build())).getLifetimeId();
    }

    @Test
    void lifetimesAreFoundByWhenTheyBegan() {
        List<String> created = IntStream.range(0, 6).mapToObj(i -> create()).toList();
        Timestamp third = began(created.get(2));
        Timestamp fifth = began(created.get(4));
        List<String> within = newestFirst(created.stream()
                .filter(id -> !isBefore(began(id), third))
                .filter(id -> isBefore(began(id), fifth))
                .toList());
        assertEquals(within, list(lifetimesOf(samples).setCreatedAfter(third).setCreatedBefore(fifth)));
        assertEquals(
                within,
                list(lifetimesOf(samples)
                        .setCreatedAfter(third)
                        .setCreatedBefore(fifth)
                        .putLabels("team", "blue")
                        .setPageSize(1)));
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.listLifetimes(lifetimesOf(samples)
                                .setCreatedAfter(third)
                                .setCreatedBefore(third)
                                .build()))
                        .code());
    }

    /** As its id tells, which begins with milliseconds. */
    private static Timestamp began(String lifetimeId) {
        return StateSamples.time(
                Instant.ofEpochMilli(UUID.fromString(lifetimeId).getMostSignificantBits() >>> 16));
    }

    private static boolean isBefore(Timestamp one, Timestamp other) {
        return ProtoTime.instant(one).isBefore(ProtoTime.instant(other));
    }

    private static List<String> newestFirst(List<String> created) {
        List<String> newestFirst = new ArrayList<>(created);
        Collections.reverse(newestFirst);
        return newestFirst;
    }

    @Test
    void aTokenIsGoodForTheSameFiltersOnly() {
        create();
        create();
        ListLifetimesRequest.Builder asked =
                lifetimesOf(samples).putLabels("team", "blue").setPageSize(1);
        asked.setPageToken(result(store.listLifetimes(asked.build())).getNextPageToken());
        assertEquals(1, result(store.listLifetimes(asked.build())).getLifetimesCount());
        for (ListLifetimesRequest.Builder other : List.of(
                asked.clone().clearLabels(),
                asked.clone().putLabels("team", "red"),
                asked.clone().setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING),
                asked.clone().setGraphName("sample"),
                asked.clone().setCreatedBefore(StateSamples.time(Instant.now())),
                asked.clone().setTenantId(others.tenantId()))) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(store.listLifetimes(other.build())).code());
        }
    }

    @Test
    void pagesOutOfRangeAreRefused() {
        for (ListLifetimesRequest.Builder request : List.of(
                lifetimesOf(samples).setPageSize(201),
                lifetimesOf(samples).setPageSize(-1),
                lifetimesOf(samples).setPageToken("x"),
                lifetimesOf(samples).setPageToken(samples.lifetimeId()),
                lifetimesOf(samples).putLabels("team", "\0"),
                lifetimesOf(samples).setTenantId(""))) {
            assertEquals(
                    FailureCode.INVALID_ARGUMENT,
                    failure(store.listLifetimes(request.build())).code());
        }
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(listExecutions(samples, samples.lifetimeId(), "1.x")).code());
    }

    @Test
    void executionsAreListedOldestFirst() {
        String lifetimeId = create();
        List<ExecutionReference> appended = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            TaskExecution task = samples.task(lifetimeId, "" + i);
            PlanExecution plan =
                    samples.plan(lifetimeId, List.of(task.getHeaders().getExecId()), "next");
            result(store.appendTask(task));
            result(store.appendPlan(plan));
            appended.add(References.to(task));
            appended.add(References.to(plan));
        }
        List<ExecutionReference> listed = new ArrayList<>();
        String token = "";
        do {
            ListExecutionsResponse page = result(listExecutions(samples, lifetimeId, token));
            assertTrue(page.getExecutionsCount() <= 4);
            listed.addAll(page.getExecutionsList());
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        assertEquals(appended, listed);
    }

    @Test
    void eventsAreListedBehindANumber() {
        String lifetimeId = create();
        result(append(samples.decision(lifetimeId, 2, 3).build()));
        assertEquals(
                List.of(3L, 4L, 5L),
                result(listEvents(samples, lifetimeId, 2)).getEventsList().stream()
                        .map(LifetimeEvent::getSeq)
                        .toList());
        assertEquals(0, result(listEvents(samples, lifetimeId, 5)).getEventsCount());
    }

    @Test
    void theOutputOfATaskIsItsResult() {
        TaskExecution task = samples.task(create(), "[42]");
        result(store.appendTask(task));
        assertEquals(
                samples.payload("[42]"),
                result(output(samples, task.getHeaders(), 0)).getOutput());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(output(others, task.getHeaders(), 0)).code());
    }

    @Test
    void theOutputOfAPlanIsWhatItPassesOn() {
        String lifetimeId = create();
        TaskExecution arrived = samples.task(lifetimeId, "1");
        PlanExecution.Builder plan =
                samples.plan(lifetimeId, List.of(arrived.getHeaders().getExecId()), "next", "END").toBuilder();
        plan.getResultBuilder().addInputs(samples.payload("\"a\"")).addInputs(Payload.getDefaultInstance());
        result(store.appendTask(arrived));
        result(store.appendPlan(plan.build()));
        assertEquals(
                samples.payload("\"a\""),
                result(output(samples, plan.getHeaders(), 0)).getOutput());
        assertEquals(
                samples.payload("1"),
                result(output(samples, plan.getHeaders(), 1)).getOutput());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(output(samples, plan.getHeaders(), 2)).code());
    }

    @Test
    void theOutputOfAJoinedPlanIsAList() {
        String lifetimeId = create();
        List<TaskExecution> arrived = IntStream.range(0, 3)
                .mapToObj(i -> samples.task(lifetimeId, "" + i))
                .toList();
        result(Future.join(arrived.stream().map(store::appendTask).toList()));
        List<String> execIds =
                arrived.stream().map(task -> task.getHeaders().getExecId()).toList();
        PlanExecution all = samples.plan(lifetimeId, execIds, "END").toBuilder()
                .setJoined(true)
                .build();
        PlanExecution one = samples.plan(lifetimeId, execIds.subList(1, 2), "END").toBuilder()
                .setJoined(true)
                .build();
        result(store.appendPlan(all));
        result(store.appendPlan(one));
        assertEquals(
                List.of(samples.payload("0"), samples.payload("1"), samples.payload("2")),
                result(output(samples, all.getHeaders(), 0)).getJoinedList());
        assertEquals(
                List.of(samples.payload("1")),
                result(output(samples, one.getHeaders(), 0)).getJoinedList());
    }

    @Test
    void whatGuardrailsRejectedIsNoOutput() {
        String lifetimeId = create();
        TaskExecution rejected = samples.task(lifetimeId, "\"rejected\"");
        TaskExecution accepted = samples.task(lifetimeId, "1");
        result(store.appendTask(rejected));
        result(store.appendTask(accepted));
        String rejectedId = rejected.getHeaders().getExecId();
        PlanExecution alone = samples.plan(lifetimeId, List.of(rejectedId), "END").toBuilder()
                .putRejected(rejectedId, "not allowed")
                .build();
        PlanExecution joined =
                samples
                        .plan(
                                lifetimeId,
                                List.of(rejectedId, accepted.getHeaders().getExecId()),
                                "END")
                        .toBuilder()
                        .setJoined(true)
                        .putRejected(rejectedId, "not allowed")
                        .build();
        result(store.appendPlan(alone));
        result(store.appendPlan(joined));
        assertEquals(
                Payload.getDefaultInstance(),
                result(output(samples, alone.getHeaders(), 0)).getOutput());
        assertEquals(
                List.of(Payload.getDefaultInstance(), samples.payload("1")),
                result(output(samples, joined.getHeaders(), 0)).getJoinedList());
    }

    @Test
    void aPackedInputIsASliceOfItsBlob() {
        PlanExecution.Builder plan = samples.plan(create(), List.of(), "a", "b", "END").toBuilder();
        plan.getResultBuilder()
                .setPackedInputs(PackedInputs.newBuilder()
                        .setBlob(samples.blobReference("packed"))
                        .addAllSizesBytes(List.of(10L, -1L, 20L))
                        .setMediaType("application/json"));
        result(store.appendPlan(plan.build()));
        BlobSlice expected = BlobSlice.newBuilder()
                .setBlob(samples.blobReference("packed"))
                .setOffsetBytes(10)
                .setSizeBytes(20)
                .setMediaType("application/json")
                .build();
        assertEquals(expected, result(output(samples, plan.getHeaders(), 2)).getSlice());
    }

    // blobs

    @Test
    void whatIsReferredToIsNotGarbage() {
        String lifetimeId = samples.lifetimeId();
        result(store.createLifetime(samples.start(fence, lifetimeId).toBuilder()
                .setInput(samples.blob("input"))
                .build()));
        TaskExecution.Builder task = samples.task(lifetimeId, "").toBuilder();
        task.getResultBuilder().setPayload(samples.blob("result"));
        result(store.appendTask(task.build()));
        PlanExecution.Builder plan = samples.plan(lifetimeId, List.of(), "a").toBuilder();
        plan.getResultBuilder().addInputs(samples.blob("choice"));
        result(store.appendPlan(plan.build()));
        LifetimeEvent waiting = samples.event(lifetimeId, 3).toBuilder()
                .setWaiting(
                        Waiting.newBuilder().setHuman(HumanRequest.newBuilder().setDetails(samples.blob("details"))))
                .build();
        result(append(samples.decision(lifetimeId, 2, 0).addEvents(waiting).build()));
        Signal answer = samples.pause(lifetimeId, "answer").toBuilder()
                .setAnswer(Answer.newBuilder().setPayload(samples.blob("answer")))
                .build();
        result(store.sendSignal(SendSignalRequest.newBuilder().setSignal(answer).build()));
        List<String> garbage = List.of(
                samples.blobReference("garbage").getUri(),
                others.blobReference("result").getUri());
        FindUnreferencedBlobsRequest.Builder request =
                FindUnreferencedBlobsRequest.newBuilder().addAllUris(garbage);
        for (String used : List.of("input", "result", "choice", "details", "answer")) {
            request.addUris(samples.blobReference(used).getUri());
        }
        assertEquals(
                Set.copyOf(garbage),
                Set.copyOf(result(store.findUnreferencedBlobs(request.build())).getUrisList()));
    }

    private RegisterGraphRequest register(String version) {
        return RegisterGraphRequest.newBuilder()
                .setGraph(samples.graph(version))
                .setCanonical(ByteString.copyFromUtf8("{\"version\":\"" + version + "\"}"))
                .build();
    }

    private static GetGraphRequest graphRequest(StateSamples of, String version) {
        return GetGraphRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setName("sample")
                .setVersion(version)
                .build();
    }

    private static <E extends com.google.protobuf.Message> Recorded<E> recorded(E execution) {
        return new Recorded<>(execution, AppendOutcome.APPEND_OUTCOME_RECORDED);
    }

    private static ExecutionKey key(ExecutionHeaders headers) {
        return ExecutionKey.newBuilder()
                .setTenantId(headers.getTenantId())
                .setLifetimeId(headers.getLifetimeId())
                .setExecId(headers.getExecId())
                .build();
    }

    private GetExecutionsResponse get(ExecutionHeaders headers) {
        return result(store.getExecutions(GetExecutionsRequest.newBuilder()
                .setTenantId(headers.getTenantId())
                .setLifetimeId(headers.getLifetimeId())
                .addTaskExecIds(headers.getExecId())
                .build()));
    }

    private static CreateLifetimeRequest withKey(CreateLifetimeRequest request, String idempotencyKey) {
        return request.toBuilder().setIdempotencyKey(idempotencyKey).build();
    }

    private String create() {
        return result(store.createLifetime(samples.start(fence, samples.lifetimeId())))
                .getLifetimeId();
    }

    private void end(String lifetimeId) {
        result(append(ending(lifetimeId)));
    }

    private LifetimeDecision ending(String lifetimeId) {
        AgentLifetime.Builder head = samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_COMPLETED, 3).toBuilder();
        head.setEndedAt(head.getUpdatedAt());
        return samples.decision(lifetimeId, 2, 1).setHead(head).build();
    }

    private void park(String lifetimeId, Instant wakeAt) {
        park(lifetimeId, 2, wakeAt);
    }

    private void park(String lifetimeId, long afterSeq, Instant wakeAt) {
        result(append(samples.decision(lifetimeId, afterSeq, 1)
                .setHead(parked(lifetimeId).toBuilder().setLastSeq(afterSeq + 1))
                .setWakeAt(StateSamples.time(wakeAt))
                .build()));
    }

    private AgentLifetime parked(String lifetimeId) {
        return samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_RUNNING, 3).toBuilder()
                .setParked(true)
                .build();
    }

    private Future<AppendDecisionResponse> append(LifetimeDecision decision) {
        return store.appendDecision(AppendDecisionRequest.newBuilder()
                .setFence(fence)
                .setDecision(decision)
                .build());
    }

    private Future<LoadLifetimeResponse> load(String lifetimeId) {
        return store.loadLifetime(LoadLifetimeRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .build());
    }

    private Future<GetInputResponse> input(StateSamples of, String lifetimeId) {
        return store.getInput(GetInputRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setLifetimeId(lifetimeId)
                .build());
    }

    private Future<GetLifetimeResponse> getLifetime(StateSamples of, String lifetimeId) {
        return store.getLifetime(GetLifetimeRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setLifetimeId(lifetimeId)
                .build());
    }

    private Future<ListEventsResponse> listEvents(StateSamples of, String lifetimeId, long afterSeq) {
        return store.listEvents(ListEventsRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setLifetimeId(lifetimeId)
                .setAfterSeq(afterSeq)
                .build());
    }

    private Future<ListExecutionsResponse> listExecutions(StateSamples of, String lifetimeId, String token) {
        return store.listExecutions(ListExecutionsRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setLifetimeId(lifetimeId)
                .setPageSize(4)
                .setPageToken(token)
                .build());
    }

    private Future<GetOutputResponse> output(StateSamples of, ExecutionHeaders headers, int choice) {
        return store.getOutput(GetOutputRequest.newBuilder()
                .setTenantId(of.tenantId())
                .setOutput(OutputReference.newBuilder()
                        .setLifetimeId(headers.getLifetimeId())
                        .setExecId(headers.getExecId())
                        .setKind(headers.getKind())
                        .setChoice(choice))
                .build());
    }

    private static ListLifetimesRequest.Builder lifetimesOf(StateSamples of) {
        return ListLifetimesRequest.newBuilder().setTenantId(of.tenantId());
    }

    private List<String> list(ListLifetimesRequest.Builder request) {
        List<String> listed = new ArrayList<>();
        String token = "";
        do {
            ListLifetimesResponse page =
                    result(store.listLifetimes(request.setPageToken(token).build()));
            page.getLifetimesList().forEach(head -> listed.add(head.getLifetimeId()));
            assertNotEquals(token, page.getNextPageToken() + "again");
            token = page.getNextPageToken();
        } while (!token.isEmpty());
        return listed;
    }

    /** Of this test's tenant. */
    private List<String> runnable(List<Integer> shards) {
        List<String> runnable = new ArrayList<>();
        ListRunnableRequest.Builder request = ListRunnableRequest.newBuilder().addAllShards(shards);
        while (true) {
            List<LifetimeKey> page = result(store.listRunnable(request.build())).getLifetimesList();
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

    private boolean isDue(String lifetimeId) {
        return result(store.listDue(ListDueRequest.newBuilder()
                        .addAllShards(shardOf(lifetimeId))
                        .build()))
                .getLifetimesList()
                .stream()
                .anyMatch(key -> key.getLifetimeId().equals(lifetimeId));
    }

    private Fence hold(String ownerId) {
        long epoch = result(store.holdShards(holding(ownerId, 0))).getEpoch();
        eventually(() -> result(store.holdShards(holding(ownerId, epoch))).getShardsCount() == Shard.COUNT);
        return Fence.newBuilder().setOwnerId(ownerId).setEpoch(epoch).build();
    }

    private void release(String ownerId) {
        result(store.releaseShards(
                ReleaseShardsRequest.newBuilder().setOwnerId(ownerId).build()));
    }

    private static HoldShardsRequest holding(String ownerId, long epoch) {
        return HoldShardsRequest.newBuilder()
                .setOwnerId(ownerId)
                .setEpoch(epoch)
                .setLeaseMs(LEASE_MS)
                .build();
    }

    private static void eventually(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadlineNanos < 0, "not so after 10 s");
            Thread.onSpinWait();
        }
    }
}
