package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Bus;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.ClaimedTask;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ReturnTasksRequest;
import io.ticktock.proto.v1.TakeTasksRequest;
import io.ticktock.proto.v1.TakeTasksResponse;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.running.HandlerThreads;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who may have an attempt when: time goes as the test says. */
class RemoteTasksTest {

    private static final Instant BEGUN = Instant.parse("2026-03-01T08:00:00Z");
    private static final Instant LATER = BEGUN.plusSeconds(1);
    private static final Instant BEFORE = BEGUN.minusSeconds(1);
    private static final String TENANT = "acme";
    private static final String TYPE = "acme.work";
    private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx();
    private long nowNanos = 1;
    private final Map<String, CompletableFuture<TaskOutcome>> outcomes = new HashMap<>();
    private final RemoteTasks tasks = new RemoteTasks(new Bus(vertx), "executor-1", 3, BEGUN, () -> nowNanos);

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void attemptsAreTakenInTheirOrderAndOnce() {
        offer("a", LATER);
        offer("b", LATER);
        TakeTasksResponse first = take("gateway-1", TENANT, 1);
        assertEquals(List.of("a"), ids(first));
        assertTrue(first.getMore());
        TakeTasksResponse second = take("gateway-2", TENANT, 5);
        assertEquals(List.of("b"), ids(second));
        assertFalse(second.getMore());
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
    }

    @Test
    void anotherTenantGetsNothing() {
        offer("a", LATER);
        assertEquals(List.of(), ids(take("gateway-1", "other", 5)));
        assertEquals(List.of(), claim("gateway-1", "other", "a"));
        take("gateway-1", TENANT, 5);
        giveBack("gateway-1", "other", "a", false);
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
    }

    @Test
    void oneThatNoWorkerTakesGoesToWaitElsewhere() {
        offer("a", LATER);
        pass(RemoteTasks.PATIENCE.minusMillis(1));
        assertFalse(outcomeOf("a").isDone());
        pass(Duration.ofMillis(1));
        assertEquals(TaskOutcome.waitForWorker(TYPE), outcomeOf("a").join());
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
    }

    @Test
    void whatThereIsNoRoomForGoesToWaitElsewhereAtOnce() {
        offer("a", LATER);
        offer("b", LATER);
        offer("c", LATER);
        offer("d", LATER);
        assertEquals(TaskOutcome.waitForWorker(TYPE), outcomeOf("d").join());
    }

    @Test
    void oneThatIsOutHasTime() {
        offer("a", LATER);
        take("gateway-1", TENANT, 1);
        for (int i = 0; i < 100; i++) {
            tasks.heard("gateway-1");
            pass(Duration.ofSeconds(4));
        }
        assertFalse(outcomeOf("a").isDone());
    }

    @Test
    void oneOfBeforeIsKeptForTheWorkerThatHasIt() {
        offer("a", BEFORE);
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
        assertEquals(List.of("a"), claim("gateway-1", TENANT, "a"));
        pass(HEARTBEAT_TIMEOUT.multipliedBy(3));
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
    }

    @Test
    void oneOfBeforeThatNobodyHasGoesToAnyOnce() {
        offer("a", BEFORE);
        pass(HEARTBEAT_TIMEOUT.minusMillis(1));
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
        pass(Duration.ofMillis(1));
        assertFalse(outcomeOf("a").isDone());
        assertEquals(List.of("a"), ids(take("gateway-1", TENANT, 5)));
    }

    @Test
    void oneThatWaitsCanBeClaimedAndOneThatIsOutCannot() {
        offer("a", LATER);
        assertEquals(List.of("a"), claim("gateway-1", TENANT, "a"));
        assertEquals(List.of(), claim("gateway-2", TENANT, "a"));
        assertEquals(List.of("a"), claim("gateway-1", TENANT, "a"));
    }

    @Test
    void oneThatWorkersLoseTimeAndAgainHasFailed() {
        offer("a", LATER);
        for (int losses = 1; losses <= RemoteTasks.MOST_LOSSES; losses++) {
            assertEquals(List.of("a"), ids(take("gateway-1", TENANT, 5)));
            assertFalse(outcomeOf("a").isDone());
            giveBack("gateway-1", TENANT, "a", false);
        }
        assertEquals("worker_lost", ((Failed) outcomeOf("a").join()).code());
        assertTrue(((Failed) outcomeOf("a").join()).retryable());
    }

    @Test
    void oneThatFoundNoRoomIsNotLost() {
        offer("a", LATER);
        for (int i = 0; i < 2 * RemoteTasks.MOST_LOSSES; i++) {
            assertEquals(List.of("a"), ids(take("gateway-1", TENANT, 5)));
            giveBack("gateway-1", TENANT, "a", true);
        }
        assertFalse(outcomeOf("a").isDone());
    }

    @Test
    void onlyWhoHasItGivesItBack() {
        offer("a", LATER);
        take("gateway-1", TENANT, 5);
        giveBack("gateway-2", TENANT, "a", false);
        assertEquals(List.of(), ids(take("gateway-2", TENANT, 5)));
    }

    @Test
    void whatASilentGatewayHadIsKeptForItsWorkerAndThenGoesToAny() {
        offer("a", LATER);
        tasks.heard("gateway-1");
        take("gateway-1", TENANT, 5);
        pass(RemoteTasks.GATEWAY_SILENCE.plusMillis(1));
        assertEquals(List.of(), ids(take("gateway-2", TENANT, 5)));
        assertEquals(List.of("a"), claim("gateway-2", TENANT, "a"));
        tasks.heard("gateway-2");
        pass(RemoteTasks.GATEWAY_SILENCE.plusMillis(1));
        pass(HEARTBEAT_TIMEOUT);
        assertEquals(List.of("a"), ids(take("gateway-3", TENANT, 5)));
    }

    @Test
    void whatNobodyWaitsForIsNotGivenOut() {
        HeldAttempt attempt = attempt("a");
        CompletableFuture<TaskOutcome> outcome =
                tasks.offer(attempt, assignment("a"), LATER).toCompletableFuture();
        attempt.stop(AttemptFailure.cancelled());
        assertFalse(outcome.isDone());
        assertEquals(List.of(), ids(take("gateway-1", TENANT, 5)));
        assertEquals(List.of(), claim("gateway-1", TENANT, "a"));
    }

    private void offer(String execId, Instant since) {
        outcomes.put(
                execId, tasks.offer(attempt(execId), assignment(execId), since).toCompletableFuture());
    }

    private CompletableFuture<TaskOutcome> outcomeOf(String execId) {
        return outcomes.get(execId);
    }

    private HeldAttempt attempt(String execId) {
        ExecutionHeaders headers = ExecutionHeaders.newBuilder()
                .setTenantId(TENANT)
                .setExecId(execId)
                .build();
        HeldAttempt attempt = new HeldAttempt(
                headers,
                0,
                vertx.getOrCreateContext(),
                new HandlerThreads(1, 1),
                "executor-1",
                Tracing.OFF,
                new AttemptTimes(java.time.InstantSource.system(), System::nanoTime),
                new Deltas(vertx, delta -> {}, System::nanoTime));
        attempt.begin(Duration.ofHours(1));
        return attempt;
    }

    private static TaskAssignment assignment(String execId) {
        return TaskAssignment.newBuilder()
                .setExecId(execId)
                .setTaskType(TYPE)
                .setHeartbeatTimeoutMs(HEARTBEAT_TIMEOUT.toMillis())
                .build();
    }

    private void pass(Duration time) {
        nowNanos += time.toNanos();
        tasks.tick();
    }

    private TakeTasksResponse take(String gateway, String tenant, int most) {
        return tasks.take(TakeTasksRequest.newBuilder()
                        .setGatewayId(gateway)
                        .setTenantId(tenant)
                        .setTaskType(TYPE)
                        .setMost(most)
                        .build())
                .result();
    }

    private List<String> claim(String gateway, String tenant, String execId) {
        return tasks
                .claim(ClaimTasksRequest.newBuilder()
                        .setGatewayId(gateway)
                        .setTenantId(tenant)
                        .addExecIds(execId)
                        .build())
                .result()
                .getTasksList()
                .stream()
                .map(ClaimedTask::getExecId)
                .toList();
    }

    private void giveBack(String gateway, String tenant, String execId, boolean untouched) {
        tasks.takeBack(ReturnTasksRequest.newBuilder()
                .setGatewayId(gateway)
                .setTenantId(tenant)
                .addExecIds(execId)
                .setUntouched(untouched)
                .build());
    }

    private static List<String> ids(TakeTasksResponse taken) {
        return taken.getAssignmentsList().stream()
                .map(TaskAssignment::getExecId)
                .toList();
    }
}
