package io.ticktock.api.worker;

import static io.ticktock.api.worker.TestWorker.hello;
import static io.ticktock.api.worker.TestWorker.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ConnectRequest;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.HeldTask;
import io.ticktock.proto.v1.ListWaitingWorkResponse;
import io.ticktock.proto.v1.ReturnTasksRequest;
import io.ticktock.proto.v1.TaskAcknowledgement;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.WithdrawnTasks;
import io.ticktock.proto.v1.WorkerHello;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What workers get and what becomes of what they say, between a fake executor and streams without a network. */
class WorkerGatewayTest {

    private static final String TENANT = FakeExecutor.TENANT;
    private static final long LONG_MS = 60_000;
    private static final long SHORT_MS = 1_000;
    private static final GatewayBounds BOUNDS = new GatewayBounds(
            6,
            4,
            4,
            1_000,
            Duration.ofMillis(50),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            Duration.ofMillis(200),
            Duration.ofMillis(100));

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final FakeExecutor executor = new FakeExecutor(bus);
    private final WorkerGateway gateway = new WorkerGateway(vertx, bus, "gateway-1", BOUNDS);
    private volatile GetExecutionsResponse records = GetExecutionsResponse.getDefaultInstance();
    private Context context;

    @BeforeEach
    void start() {
        Awaiting.result(bus.serve(Addresses.STATE_GET_EXECUTIONS, request -> Future.succeededFuture(records)));
        Awaiting.result(bus.serve(
                Addresses.STATE_LIST_WAITING_WORK,
                request -> Future.succeededFuture(ListWaitingWorkResponse.getDefaultInstance())));
        Awaiting.result(vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                WorkerGatewayTest.this.context = context;
                return gateway.start();
            }
        }));
    }

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void aWorkerNeverHasMoreThanItHasRoomFor() {
        TestWorker worker = worker("w", 3);
        executor.offer(10, LONG_MS);
        Set<TaskAssignment> inHand = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            inHand.add(next(worker.assignments));
        }
        assertEquals(7, executor.left());
        TaskAssignment first = inHand.iterator().next();
        worker.complete(first);
        assertEquals(7, executor.left(), "room is there when the outcome is recorded, not before");
        next(executor.completed).record();
        next(worker.assignments);
        assertTrue(worker.assignments.isEmpty());
        assertEquals(6, executor.left());
    }

    @Test
    void workersShareWhatThereIs() {
        List<TestWorker> workers = List.of(worker("a", 5), worker("b", 5));
        executor.offer(10, LONG_MS);
        for (TestWorker worker : workers) {
            Set<ByteString> tokens = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                ByteString token = next(worker.assignments).getToken();
                assertEquals(16, token.size());
                tokens.add(token);
            }
            assertEquals(5, tokens.size());
        }
    }

    @Test
    void anOutcomeIsAcknowledgedOnceItIsRecordedAndTheSameEachTime() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        worker.complete(assignment);
        FakeExecutor.Completed completed = next(executor.completed);
        assertEquals("w", completed.request().getWorkerId());
        assertEquals(TENANT, completed.request().getTenantId());
        worker.complete(assignment);
        assertTrue(worker.acknowledgements.isEmpty());
        completed.record();
        TaskAcknowledgement answer = next(worker.acknowledgements);
        assertTrue(answer.getRecorded());
        worker.complete(assignment);
        assertEquals(answer, next(worker.acknowledgements));
        assertTrue(executor.completed.isEmpty(), "the executor hears it once");
    }

    @Test
    void onlyWhoHasTheLatestTokenCanComplete() {
        TestWorker worker = worker("w", 1);
        TestWorker stranger = new TestWorker(context, gateway).open("other", hello("w", 1));
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        ByteString wrong = ByteString.copyFrom(new byte[16]);
        worker.complete(assignment.getExecId(), wrong);
        assertRefused(worker);
        stranger.complete(assignment);
        assertRefused(stranger);
        worker.complete(UUID.randomUUID().toString(), wrong);
        assertRefused(worker);
        assertTrue(executor.completed.isEmpty());
        worker.complete(assignment);
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
    }

    @Test
    void whoeverHasTheTokenCompletesIt() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        assertNotInHand("other", completion(assignment, assignment.getToken()));
        assertNotInHand(TENANT, completion(assignment, ByteString.copyFrom(new byte[16])));
        Future<Void> settled = outside("complete", TENANT, completion(assignment, assignment.getToken()));
        FakeExecutor.Completed completed = next(executor.completed);
        assertFalse(settled.isComplete());
        completed.record();
        Awaiting.result(settled);
        assertTrue(next(worker.acknowledgements).getRecorded(), "the worker forgets it");
        Awaiting.result(outside("complete", TENANT, completion(assignment, assignment.getToken())));
        assertTrue(executor.completed.isEmpty(), "the executor hears it once");
    }

    @Test
    void whoeverHasWaitedInVainMayAskAgainAsOftenAsNeeded() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        for (int round = 0; round < 2; round++) {
            List<Future<Void>> asked = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                asked.add(outside("complete", TENANT, completion(assignment, assignment.getToken())));
            }
            for (Future<Void> each : asked) {
                assertEquals(FailureCode.UNAVAILABLE, Awaiting.failure(each).code());
            }
        }
        Future<Void> settled = outside("complete", TENANT, completion(assignment, assignment.getToken()));
        next(executor.completed).record();
        Awaiting.result(settled);
    }

    @Test
    void whoeverHasTheTokenKeepsItAlive() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, 3 * SHORT_MS);
        TaskAssignment assignment = next(worker.assignments);
        worker.disconnect();
        long end = System.nanoTime() + Duration.ofMillis(6 * SHORT_MS).toNanos();
        while (System.nanoTime() < end) {
            Awaiting.result(outside("heartbeat", TENANT, completion(assignment, assignment.getToken())));
            Awaiting.result(vertx.timer(SHORT_MS / 20));
        }
        assertTrue(executor.returned.isEmpty());
        next(executor.returned);
        Failure late = Awaiting.failure(outside("heartbeat", TENANT, completion(assignment, assignment.getToken())));
        assertEquals(FailureCode.NOT_FOUND, late.code());
    }

    @Test
    void whatAnotherTenantsWorkerSaysItHasChangesNothing() {
        String execId = UUID.randomUUID().toString();
        HeldTask held = held(execId);
        TestWorker stranger =
                new TestWorker(context, gateway).open("other", hello("w", 1).addHeld(held));
        executor.claimable.add(execId);
        executor.announce();
        TestWorker worker =
                new TestWorker(context, gateway).open(TENANT, hello("w", 1).addHeld(held));
        worker.complete(execId, held.getToken());
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
        assertTrue(worker.cancellations.isEmpty());
        assertTrue(stranger.acknowledgements.isEmpty());
    }

    @Test
    void whatAnotherTenantHasIsNotToldApartFromWhatNobodyHas() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        String foreign = next(worker.assignments).getExecId();
        String unknown = UUID.randomUUID().toString();
        TestWorker stranger = new TestWorker(context, gateway)
                .open("other", hello("w", 2).addHeld(held(foreign)).addHeld(held(unknown)));
        stranger.heartbeat("exec-of-nobody");
        Set<String> cancelled = new HashSet<>();
        while (!cancelled.contains("exec-of-nobody")) {
            cancelled.add(next(stranger.cancellations).getExecId());
        }
        assertEquals(cancelled.contains(unknown), cancelled.contains(foreign));
        assertTrue(worker.cancellations.isEmpty());
    }

    @Test
    void whatOneTenantWasAnsweredIsNotToldToAnother() {
        TestWorker worker = worker("w", 1);
        TestWorker stranger = new TestWorker(context, gateway).open("other", hello("w", 1));
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        worker.complete(assignment);
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
        stranger.complete(assignment);
        assertRefused(stranger);
        assertNotInHand("other", completion(assignment, assignment.getToken()));
    }

    @Test
    void anotherTenantsWorkerGetsNothing() {
        TestWorker stranger = new TestWorker(context, gateway).open("other", hello("w", 10));
        executor.offer(1, LONG_MS);
        executor.announce();
        assertEquals(1, executor.left());
        TestWorker worker = worker("w", 1);
        executor.announce();
        next(worker.assignments);
        assertTrue(stranger.assignments.isEmpty());
    }

    @Test
    void whatASilentWorkerHadGoesBack() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, SHORT_MS);
        TaskAssignment assignment = next(worker.assignments);
        ReturnTasksRequest returned = next(executor.returned);
        assertEquals(List.of(assignment.getExecId()), returned.getExecIdsList());
        assertFalse(returned.getUntouched());
        assertEquals(assignment.getExecId(), next(worker.cancellations).getExecId());
        worker.complete(assignment);
        assertRefused(worker);
    }

    @Test
    void whoeverHasHeartbeatsKeepsWhatItHas() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, 3 * SHORT_MS);
        TaskAssignment assignment = next(worker.assignments);
        long end = System.nanoTime() + Duration.ofMillis(6 * SHORT_MS).toNanos();
        while (System.nanoTime() < end) {
            worker.heartbeat(assignment.getExecId());
            Awaiting.result(vertx.timer(SHORT_MS / 20));
        }
        assertTrue(executor.returned.isEmpty());
        worker.complete(assignment);
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
    }

    @Test
    void aHeartbeatForWhatIsNotItsOwnIsAnsweredWithACancel() {
        TestWorker worker = worker("w", 1);
        worker.heartbeat("exec-of-nobody");
        assertEquals(HeldTask.newBuilder().setExecId("exec-of-nobody").build(), next(worker.cancellations));
    }

    @Test
    void aWorkerThatComesAgainKeepsWhatItHasAndLosesTheRest() {
        TestWorker before = worker("w", 2);
        executor.offer(2, LONG_MS);
        TaskAssignment kept = next(before.assignments);
        TaskAssignment lost = next(before.assignments);
        before.disconnect();
        TestWorker after =
                new TestWorker(context, gateway).open(TENANT, hello("w", 2).addHeld(held(kept)));
        assertEquals(List.of(lost.getExecId()), next(executor.returned).getExecIdsList());
        after.complete(kept);
        next(executor.completed).record();
        assertTrue(next(after.acknowledgements).getRecorded());
    }

    @Test
    void anOutcomeThatWasRecordedWhileTheWorkerWasAwayIsAcknowledgedWhenItComesAgain() {
        TestWorker before = worker("w", 1);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(before.assignments);
        before.complete(assignment);
        before.disconnect();
        next(executor.completed).record();
        TestWorker after =
                new TestWorker(context, gateway).open(TENANT, hello("w", 1).addHeld(held(assignment)));
        assertTrue(next(after.acknowledgements).getRecorded());
        assertTrue(after.cancellations.isEmpty());
    }

    @Test
    void aSecondStreamOfAWorkerTakesTheFirstOnesPlace() {
        TestWorker first = worker("w", 1);
        TestWorker second = worker("w", 1);
        assertEquals(FailureCode.FAILED_PRECONDITION, next(first.failures).code());
        executor.offer(1, LONG_MS);
        next(second.assignments);
        assertTrue(first.assignments.isEmpty());
    }

    @Test
    void whatAWorkerHadBeforeTheServerCameIsKeptForIt() {
        String execId = UUID.randomUUID().toString();
        HeldTask held = held(execId);
        executor.claimable.add(execId);
        executor.announce();
        TestWorker worker =
                new TestWorker(context, gateway).open(TENANT, hello("w", 1).addHeld(held));
        worker.complete(execId, held.getToken());
        FakeExecutor.Completed completed = next(executor.completed);
        assertEquals(execId, completed.request().getCompletion().getExecId());
        completed.record();
        assertTrue(next(worker.acknowledgements).getRecorded());
    }

    @Test
    void whatNoExecutorHasClaimedHasABound() {
        WorkerHello.Builder hello = hello("w", 10);
        for (int i = 0; i < 5; i++) {
            HeldTask held = held(UUID.randomUUID().toString());
            executor.claimable.add(held.getExecId());
            hello.addHeld(held);
        }
        TestWorker worker = new TestWorker(context, gateway).open(TENANT, hello);
        // Of four places, a tenant alone gets three.
        assertEquals(hello.getHeld(3), next(worker.cancellations));
        assertEquals(hello.getHeld(4), next(worker.cancellations));
        executor.announce();
        worker.complete(hello.getHeld(0).getExecId(), hello.getHeld(0).getToken());
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
        worker.disconnect();
        TestWorker again = new TestWorker(context, gateway)
                .open(
                        TENANT,
                        hello("w", 10)
                                .addHeld(hello.getHeld(1))
                                .addHeld(held(UUID.randomUUID().toString())));
        again.complete(hello.getHeld(1).getExecId(), hello.getHeld(1).getToken());
        next(executor.completed).record();
        assertTrue(next(again.acknowledgements).getRecorded(), "a place is free again once its attempt is claimed");
        assertTrue(again.cancellations.isEmpty());
    }

    @Test
    void whatIsRecordedAlreadyIsAcknowledgedToWhoDidIt() {
        HeldTask held = held(UUID.randomUUID().toString());
        recordedBy("w");
        TestWorker worker =
                new TestWorker(context, gateway).open(TENANT, hello("w", 1).addHeld(held));
        worker.complete(held.getExecId(), held.getToken());
        assertTrue(next(worker.acknowledgements).getRecorded());
    }

    @Test
    void whatAnotherHasRecordedIsNotItsOwn() {
        HeldTask held = held(UUID.randomUUID().toString());
        recordedBy("another");
        TestWorker worker =
                new TestWorker(context, gateway).open(TENANT, hello("w", 1).addHeld(held));
        worker.complete(held.getExecId(), held.getToken());
        assertRefused(worker);
    }

    @Test
    void whatNobodyWaitsForIsGivenUpInTheEnd() {
        HeldTask held = held(UUID.randomUUID().toString());
        executor.announce();
        TestWorker worker =
                new TestWorker(context, gateway).open(TENANT, hello("w", 1).addHeld(held));
        worker.complete(held.getExecId(), held.getToken());
        assertRefused(worker);
    }

    @Test
    void anOutcomeIsKeptUntilAnExecutorTakesIt() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        worker.complete(assignment);
        next(executor.completed).fail(FailureCode.UNAVAILABLE);
        executor.claimable.add(assignment.getExecId());
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
    }

    @Test
    void outcomesThatThereIsNoMemoryForAreToBeSaidAgain() {
        TestWorker worker = worker("w", 2);
        executor.offer(2, LONG_MS);
        TaskAssignment first = next(worker.assignments);
        TaskAssignment second = next(worker.assignments);
        worker.complete(first, "x".repeat(700));
        FakeExecutor.Completed unrecorded = next(executor.completed);
        worker.complete(second, "x".repeat(700));
        assertEquals(FailureCode.OVERLOADED, next(worker.failures).code());
        unrecorded.record();
        TestWorker again = new TestWorker(context, gateway)
                .open(TENANT, hello("w", 2).addHeld(held(first)).addHeld(held(second)));
        assertTrue(next(again.acknowledgements).getRecorded());
        again.complete(second, "x".repeat(700));
        next(executor.completed).record();
        assertTrue(next(again.acknowledgements).getRecorded());
    }

    @Test
    void whatIsWithdrawnIsCancelled() {
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        WithdrawnTasks.Builder withdrawn = WithdrawnTasks.newBuilder().addExecIds(assignment.getExecId());
        bus.publish(
                Addresses.EXECUTOR_WITHDRAWN_TASKS,
                withdrawn.setTenantId("other").build());
        bus.publish(
                Addresses.EXECUTOR_WITHDRAWN_TASKS,
                withdrawn.setTenantId(TENANT).build());
        HeldTask cancelled = next(worker.cancellations);
        assertEquals(assignment.getExecId(), cancelled.getExecId());
        assertEquals(assignment.getToken(), cancelled.getToken());
        assertTrue(worker.cancellations.isEmpty());
        executor.offer(1, LONG_MS);
        assertNotEquals(assignment.getExecId(), next(worker.assignments).getExecId());
    }

    @Test
    void aWorkerThatDrainsGetsNothingMore() {
        TestWorker worker = worker("w", 2);
        executor.offer(1, LONG_MS);
        TaskAssignment assignment = next(worker.assignments);
        worker.drain();
        executor.offer(1, LONG_MS);
        worker.complete(assignment);
        next(executor.completed).record();
        assertTrue(next(worker.acknowledgements).getRecorded());
        assertTrue(worker.assignments.isEmpty());
        assertEquals(1, executor.left());
    }

    @Test
    void aWorkerThatDoesNotReadIsCutOffAndOthersGetTheWork() {
        TestWorker stuck = new TestWorker(context, gateway);
        stuck.isFull = true;
        stuck.open(TENANT, hello("stuck", 10));
        TestWorker worker = worker("w", 1);
        executor.offer(1, LONG_MS);
        next(worker.assignments);
        assertEquals(FailureCode.UNAVAILABLE, next(stuck.failures).code());
        assertTrue(stuck.assignments.isEmpty());
    }

    @Test
    void aWorkerWhoseKeyIsRevokedIsSentAway() {
        TestWorker worker = worker("w", 1);
        worker.credential = Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "not now"));
        Awaiting.result(vertx.timer(300));
        assertTrue(worker.failures.isEmpty(), "what passes is no reason");
        worker.credential = Future.failedFuture(new Failure(FailureCode.UNAUTHENTICATED, "revoked"));
        assertEquals(FailureCode.UNAUTHENTICATED, next(worker.failures).code());
        executor.offer(1, LONG_MS);
        assertTrue(worker.assignments.isEmpty());
    }

    @Test
    void thereIsABoundOnWorkersInAllAndOfOneTenant() {
        for (int i = 0; i < BOUNDS.sessionsOfTenant(); i++) {
            worker("w" + i, 1);
        }
        assertOverloaded(TENANT);
        for (int i = BOUNDS.sessionsOfTenant(); i < BOUNDS.sessions(); i++) {
            new TestWorker(context, gateway).open("other", hello("w" + i, 1));
        }
        assertOverloaded("third");
    }

    @Test
    void aSecondHelloEndsTheStream() {
        TestWorker worker = worker("w", 1);
        worker.say(ConnectRequest.newBuilder().setHello(hello("w", 1)));
        assertEquals(FailureCode.INVALID_ARGUMENT, next(worker.failures).code());
        TestWorker other = worker("w", 1);
        other.say(ConnectRequest.newBuilder());
        assertEquals(FailureCode.INVALID_ARGUMENT, next(other.failures).code());
    }

    static Stream<WorkerHello.Builder> faultyHellos() {
        String execId = UUID.randomUUID().toString();
        List<String> many = new ArrayList<>();
        for (int i = 0; i <= 100; i++) {
            many.add("acme.t" + i);
        }
        return Stream.of(
                hello("", 1),
                hello("with space", 1),
                hello("x".repeat(129), 1),
                hello("w", 0),
                hello("w", -1),
                hello("w", 10_001),
                hello("w", 1).clearTaskTypes(),
                hello("w", 1).addTaskTypes("transform"),
                hello("w", 1).addTaskTypes(""),
                hello("w", 1).addTaskTypes("acme." + "x".repeat(200)),
                hello("w", 1).addAllTaskTypes(many),
                hello("w", 1).addHeld(HeldTask.newBuilder().setExecId("no-id")),
                hello("w", 1).addHeld(held(execId).toBuilder().clearToken()),
                hello("w", 1).addHeld(held(execId).toBuilder().clearLifetimeId()));
    }

    @ParameterizedTest
    @MethodSource("faultyHellos")
    void aFaultyHelloIsRefusedWithWhatWouldBeRight(WorkerHello.Builder hello) {
        Failure failure = Awaiting.failure(new TestWorker(context, gateway).tryToOpen(TENANT, hello));
        assertEquals(FailureCode.INVALID_ARGUMENT, failure.code());
        assertTrue(failure.getMessage().startsWith("hello."), failure.getMessage());
    }

    private TestWorker worker(String workerId, int capacity) {
        return new TestWorker(context, gateway).open(TENANT, hello(workerId, capacity));
    }

    private static TaskCompletion completion(TaskAssignment assignment, ByteString token) {
        return TaskCompletion.newBuilder()
                .setExecId(assignment.getExecId())
                .setToken(token)
                .build();
    }

    private Future<Void> outside(String verb, String tenantId, TaskCompletion said) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(nothing -> (verb.equals("complete")
                        ? gateway.complete(tenantId, said)
                        : gateway.heartbeat(tenantId, said.getExecId(), said.getToken()))
                .onComplete(done));
        return done.future();
    }

    private void assertNotInHand(String tenantId, TaskCompletion said) {
        for (String verb : List.of("complete", "heartbeat")) {
            Failure failure = Awaiting.failure(outside(verb, tenantId, said));
            assertEquals(FailureCode.NOT_FOUND, failure.code());
        }
    }

    private void recordedBy(String workerId) {
        records = GetExecutionsResponse.newBuilder()
                .addTasks(TaskExecution.newBuilder()
                        .setHeaders(ExecutionHeaders.newBuilder().setWorkerId(workerId)))
                .build();
    }

    private static HeldTask held(TaskAssignment assignment) {
        return HeldTask.newBuilder()
                .setExecId(assignment.getExecId())
                .setToken(assignment.getToken())
                .setLifetimeId(assignment.getLifetimeId())
                .build();
    }

    private static HeldTask held(String execId) {
        return HeldTask.newBuilder()
                .setExecId(execId)
                .setToken(ByteString.copyFrom(new byte[16]))
                .setLifetimeId(FakeExecutor.LIFETIME)
                .build();
    }

    private static void assertRefused(TestWorker worker) {
        assertFalse(next(worker.acknowledgements).getRecorded());
    }

    private void assertOverloaded(String tenantId) {
        Failure failure = Awaiting.failure(new TestWorker(context, gateway).tryToOpen(tenantId, hello("one-more", 1)));
        assertEquals(FailureCode.OVERLOADED, failure.code());
    }
}
