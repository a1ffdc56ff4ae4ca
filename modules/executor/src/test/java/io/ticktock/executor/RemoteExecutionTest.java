package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.opentelemetry.api.OpenTelemetry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.executor.secret.SecretsConfiguration;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.ClaimTasksRequest;
import io.ticktock.proto.v1.CompleteTaskRequest;
import io.ticktock.proto.v1.CompleteTaskResponse;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.TakeTasksRequest;
import io.ticktock.proto.v1.TakeTasksResponse;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.ticktock.proto.v1.WithdrawnTasks;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attempts that a worker outside runs: from their dispatch, over a gateway's hands, to their record. */
class RemoteExecutionTest {

    private static final String GATEWAY = "gateway-1";
    private static final ExecutorConfiguration ONE_PLACE = new ExecutorConfiguration(
            1,
            8,
            100,
            1,
            1 << 10,
            1 << 20,
            1 << 20,
            1 << 20,
            100,
            Duration.ofHours(1),
            ExecutorConfiguration.DEFAULT.http(),
            SecretsConfiguration.NONE);
    private static final String GRAPH = """
            graph: g
            version: 1.0.0
            start: a
            tasks:
              a: {type: acme.work, greeting: "hello ${input.who}", timeout: 30s, heartbeat_timeout: 7s}
              b: {type: transform, output: {done: true}}
            plans:
              p: {type: rules, rules: [], otherwise: {next: [b]}}
            edges: ["a -> p", "p -> b", "b -> END [FINAL]"]
            """;

    private ExecutorFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = new ExecutorFixture(ONE_PLACE, GRAPH, true);
        fixture.state.input = FakeState.json("{\"who\": \"Ada\"}");
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void aWorkerGetsWhatAHandlerWouldAndItsResultIsTheRecords() throws Exception {
        TaskInput input = dispatch();
        TaskAssignment assignment = takeOne();
        assertEquals(input.getHeaders().getExecId(), assignment.getExecId());
        assertEquals("acme.work", assignment.getTaskType());
        assertEquals(fixture.lifetimeId, assignment.getLifetimeId());
        assertEquals("a", assignment.getNodeId());
        assertEquals(30_000, assignment.getTimeoutMs());
        assertEquals(7_000, assignment.getHeartbeatTimeoutMs());
        assertEquals("{\"greeting\":\"hello Ada\"}", assignment.getSettings().toStringUtf8());
        assertEquals("{\"who\": \"Ada\"}", assignment.getInput().getInline().toStringUtf8());
        assertEquals("", assignment.getTraceparent());

        assertTrue(complete(TaskCompletion.newBuilder()
                        .setExecId(assignment.getExecId())
                        .setResult(json("{\"x\":1}"))
                        .setTelemetry(PolicyTelemetry.newBuilder().setTokensUsed(7)))
                .getRecorded());
        TaskExecution record = record(input);
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_SUCCEEDED, record.getHeaders().getStatus());
        assertEquals("worker-1", record.getHeaders().getWorkerId());
        assertEquals("{\"x\":1}", record.getResult().getPayload().getInline().toStringUtf8());
        assertEquals(7, record.getTelemetry().getTokensUsed());
    }

    @Test
    void aWorkerLearnsWhichSpanItsWorkIsFor() throws Exception {
        fixture.close();
        Tracing all = Tracing.with(OpenTelemetry.noop().getTracer("test"), 1);
        fixture = new ExecutorFixture(ONE_PLACE, GRAPH, true, all);
        fixture.state.input = FakeState.json("{\"who\": \"Ada\"}");
        String execId = dispatch().getHeaders().getExecId();
        assertEquals(
                "00-" + fixture.lifetimeId.replace("-", "") + "-"
                        + execId.replace("-", "").substring(16) + "-01",
                takeOne().getTraceparent());
    }

    @Test
    void theAnswerWaitsForTheRecord() throws Exception {
        dispatch();
        TaskAssignment assignment = takeOne();
        CompletableFuture<Void> durable = new CompletableFuture<>();
        fixture.state.hold(durable);
        Future<?> answer = fixture.bus.request(
                Addresses.EXECUTOR_COMPLETE_TASK.at(ExecutorFixture.EXECUTOR_ID),
                request(TaskCompletion.newBuilder()
                        .setExecId(assignment.getExecId())
                        .setResult(json("1"))));
        ExecutorFixture.await(fixture.vertx.timer(100, TimeUnit.MILLISECONDS));
        assertFalse(answer.isComplete());
        durable.complete(null);
        ExecutorFixture.await(answer);
    }

    @Test
    void whatAWorkerMayNotSayIsAFailureOfItsAttempt() throws Exception {
        record Case(String code, TaskCompletion.Builder completion) {}
        List<Case> cases = List.of(
                new Case("no_outcome", TaskCompletion.newBuilder()),
                new Case(
                        "invalid_result",
                        TaskCompletion.newBuilder()
                                .setResult(Payload.newBuilder()
                                        .setBlob(BlobReference.newBuilder().setUri("blob:other/00")))),
                new Case("invalid_result", TaskCompletion.newBuilder().setResult(json("1],[2"))),
                new Case("invalid_result", TaskCompletion.newBuilder().setResult(json("{not json"))),
                new Case(
                        "invalid_telemetry",
                        TaskCompletion.newBuilder()
                                .setResult(json("1"))
                                .setTelemetry(PolicyTelemetry.newBuilder().setTokensUsed(-1))),
                new Case("worker_failed", TaskCompletion.newBuilder().setError(ExecutionError.getDefaultInstance())),
                new Case(
                        "mine",
                        TaskCompletion.newBuilder()
                                .setError(ExecutionError.newBuilder().setCode("mine"))),
                new Case(
                        "m".repeat(200) + "…",
                        TaskCompletion.newBuilder()
                                .setError(ExecutionError.newBuilder().setCode("m".repeat(1_000)))));
        for (Case each : cases) {
            TaskInput input = dispatch();
            complete(each.completion.setExecId(takeOne().getExecId()));
            assertEquals(each.code, record(input).getError().getCode());
        }
    }

    @Test
    void aResultOfNothingIsNull() throws Exception {
        TaskInput input = dispatch();
        complete(TaskCompletion.newBuilder().setExecId(takeOne().getExecId()).setResult(Payload.getDefaultInstance()));
        assertEquals("null", record(input).getResult().getPayload().getInline().toStringUtf8());
    }

    @Test
    void othersGetNothingByGuessing() throws Exception {
        dispatch();
        TaskAssignment assignment = takeOne();
        TaskCompletion.Builder completion =
                TaskCompletion.newBuilder().setExecId(assignment.getExecId()).setResult(json("1"));
        assertNotFound(request(completion).toBuilder().setTenantId("other").build());
        assertNotFound(request(completion).toBuilder().setGatewayId("gateway-2").build());
        assertTrue(complete(completion).getRecorded());
        assertNotFound(request(completion));
    }

    @Test
    void itTakesNoPlaceWhileAWorkerHasIt() throws Exception {
        List<TaskInput> remote = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            remote.add(dispatch());
        }
        TaskExecution local = fixture.run(fixture.task("b"));
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_SUCCEEDED, local.getHeaders().getStatus());
        for (TaskInput input : remote) {
            assertTrue(fixture.isHeld(input.getHeaders().getExecId()));
        }
    }

    @Test
    void itsTimeBeginsWhenAWorkerHasIt() throws Exception {
        fixture.graph(GRAPH.replace("timeout: 30s", "timeout: 1s"));
        TaskInput input = dispatch();
        ExecutorFixture.await(fixture.vertx.timer(1_200, TimeUnit.MILLISECONDS));
        assertTrue(fixture.isHeld(input.getHeaders().getExecId()));
        BlockingQueue<WithdrawnTasks> withdrawn = withdrawals();
        takeOne();
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_TIMED_OUT,
                record(input).getHeaders().getStatus());
        assertEquals(
                List.of(input.getHeaders().getExecId()),
                withdrawn.poll(20, TimeUnit.SECONDS).getExecIdsList());
    }

    @Test
    void whatAWorkerEndsForWantOfTimeHasTimedOut() throws Exception {
        TaskExecution ended = failed("timed_out");
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_TIMED_OUT, ended.getHeaders().getStatus());
        assertEquals("timed_out", ended.getError().getCode());
        assertEquals("no result after 1.0 s", ended.getError().getMessage());
        assertTrue(ended.getError().getRetryable());
        assertEquals("worker-1", ended.getHeaders().getWorkerId());

        fixture.graph(GRAPH.replace("timeout: 30s, heart", "heart"));
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_FAILED,
                failed("timed_out").getHeaders().getStatus());
    }

    private TaskExecution failed(String code) throws Exception {
        TaskInput input = dispatch();
        complete(TaskCompletion.newBuilder()
                .setExecId(takeOne().getExecId())
                .setError(ExecutionError.newBuilder()
                        .setCode(code)
                        .setMessage("no result after 1.0 s")
                        .setRetryable(true)));
        return record(input);
    }

    @Test
    void aCancelReachesWhoHasIt() throws Exception {
        TaskInput input = dispatch();
        takeOne();
        BlockingQueue<WithdrawnTasks> withdrawn = withdrawals();
        fixture.bus.publish(
                Addresses.EXECUTOR_CANCEL,
                CancelExecutions.newBuilder()
                        .setTenantId(ExecutorFixture.TENANT)
                        .setLifetimeId(fixture.lifetimeId)
                        .addExecIds(input.getHeaders().getExecId())
                        .build());
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                record(input).getHeaders().getStatus());
        assertEquals(
                List.of(input.getHeaders().getExecId()),
                withdrawn.poll(20, TimeUnit.SECONDS).getExecIdsList());
    }

    @Test
    void aWorkerKeepsWhatAStoppingExecutorHad() throws Exception {
        TaskInput input = dispatch();
        takeOne();
        BlockingQueue<WithdrawnTasks> withdrawn = withdrawals();
        ExecutorFixture.await(fixture.executor.drain(Duration.ofMillis(100)));
        ExecutorFixture.await(fixture.vertx.timer(100, TimeUnit.MILLISECONDS));
        assertTrue(withdrawn.isEmpty());
        TaskCompletion.Builder completion = TaskCompletion.newBuilder()
                .setExecId(input.getHeaders().getExecId())
                .setResult(json("1"));
        assertRefused(FailureCode.UNAVAILABLE, request(completion));
        assertTrue(fixture.state.appends.isEmpty(), input.getHeaders().getExecId());
    }

    @Test
    void whatAnExecutorThatIsGoneHasHadIsKeptForItsWorker() throws Exception {
        TaskInput input = fixture.task("a").setMayBeOut(true).build();
        fixture.dispatch(input);
        ClaimTasksRequest claim = ClaimTasksRequest.newBuilder()
                .setGatewayId(GATEWAY)
                .setTenantId(ExecutorFixture.TENANT)
                .addExecIds(input.getHeaders().getExecId())
                .build();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ExecutorFixture.PATIENCE_SECONDS);
        int claimed = 0;
        while (claimed == 0) {
            assertTrue(System.nanoTime() < end, "its worker does not get it");
            assertEquals(0, take().getAssignmentsCount(), "another worker got it");
            claimed = ExecutorFixture.await(
                            fixture.bus.request(Addresses.EXECUTOR_CLAIM_TASKS.at(ExecutorFixture.EXECUTOR_ID), claim))
                    .getTasksCount();
            ExecutorFixture.await(fixture.vertx.timer(5, TimeUnit.MILLISECONDS));
        }
    }

    private BlockingQueue<WithdrawnTasks> withdrawals() throws Exception {
        BlockingQueue<WithdrawnTasks> withdrawn = new LinkedBlockingQueue<>();
        ExecutorFixture.await(fixture.bus.subscribe(Addresses.EXECUTOR_WITHDRAWN_TASKS, withdrawn::add));
        return withdrawn;
    }

    private TaskInput dispatch() throws Exception {
        TaskInput input = fixture.task("a").build();
        fixture.dispatch(input);
        return input;
    }

    private TakeTasksResponse take() throws Exception {
        TakeTasksRequest request = TakeTasksRequest.newBuilder()
                .setGatewayId(GATEWAY)
                .setTenantId(ExecutorFixture.TENANT)
                .setTaskType("acme.work")
                .setMost(1)
                .build();
        return ExecutorFixture.await(
                fixture.bus.request(Addresses.EXECUTOR_TAKE_TASKS.at(ExecutorFixture.EXECUTOR_ID), request));
    }

    private TaskAssignment takeOne() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ExecutorFixture.PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            TakeTasksResponse taken = take();
            if (taken.getAssignmentsCount() > 0) {
                return taken.getAssignments(0);
            }
            ExecutorFixture.await(fixture.vertx.timer(5, TimeUnit.MILLISECONDS));
        }
        throw new AssertionError("there is nothing to take");
    }

    private CompleteTaskResponse complete(TaskCompletion.Builder completion) throws Exception {
        return ExecutorFixture.await(fixture.bus.request(
                Addresses.EXECUTOR_COMPLETE_TASK.at(ExecutorFixture.EXECUTOR_ID), request(completion)));
    }

    private static CompleteTaskRequest request(TaskCompletion.Builder completion) {
        return CompleteTaskRequest.newBuilder()
                .setGatewayId(GATEWAY)
                .setTenantId(ExecutorFixture.TENANT)
                .setWorkerId("worker-1")
                .setCompletion(completion)
                .build();
    }

    private void assertNotFound(CompleteTaskRequest request) throws Exception {
        assertRefused(FailureCode.NOT_FOUND, request);
    }

    private void assertRefused(FailureCode code, CompleteTaskRequest request) throws Exception {
        Future<?> answer =
                fixture.bus.request(Addresses.EXECUTOR_COMPLETE_TASK.at(ExecutorFixture.EXECUTOR_ID), request);
        ExecutorFixture.await(answer.transform(done -> Future.succeededFuture()));
        assertEquals(code, Failure.of(answer.cause()).code());
    }

    private TaskExecution record(TaskInput input) throws Exception {
        return fixture.state
                .task(input.getHeaders().getExecId())
                .get(ExecutorFixture.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static Payload json(String text) {
        return Payload.newBuilder().setInline(ByteString.copyFromUtf8(text)).build();
    }
}
