package io.ticktock.executor;

import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Service;
import io.ticktock.bus.Shard;
import io.ticktock.bus.outside.HostResolver;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.HeldExecutionsRequest;
import io.ticktock.proto.v1.InputSources;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.ReportRefusedRecordRequest;
import io.ticktock.proto.v1.ReportRefusedRecordResponse;
import io.ticktock.proto.v1.ReportWaitingRequest;
import io.ticktock.proto.v1.ReportWaitingResponse;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.ticktock.proto.v1.TaskResult;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** An executor of two verticles on a real bus, with the other planes as fakes. One lifetime of one graph. */
final class ExecutorFixture implements AutoCloseable {

    static final String TENANT = "acme";
    static final String EXECUTOR_ID = "executor-1";
    static final long PATIENCE_SECONDS = 20;

    final Vertx vertx = Vertx.vertx();
    final Bus bus;
    final FakeState state;
    final FakeBlobs blobs;
    final BlockingQueue<ExecutionWaiting> waits = new LinkedBlockingQueue<>();
    final Queue<ReportRefusedRecordRequest> refusals = new ConcurrentLinkedQueue<>();
    final String lifetimeId = UUID.randomUUID().toString();
    final Executor executor;
    volatile CompletableFuture<ReportWaitingResponse> waitAnswer =
            CompletableFuture.completedFuture(ReportWaitingResponse.getDefaultInstance());

    ExecutorFixture(ExecutorConfiguration configuration) throws Exception {
        this(
                configuration,
                "{graph: g, version: 1.0.0, start: a, tasks: {a: {type: test.task}}, edges: [\"a -> END [FINAL]\"]}");
    }

    ExecutorFixture(ExecutorConfiguration configuration, String graph) throws Exception {
        this(configuration, graph, false);
    }

    ExecutorFixture(ExecutorConfiguration configuration, String graph, boolean takesWorkers) throws Exception {
        this(configuration, graph, takesWorkers, Tracing.OFF);
    }

    ExecutorFixture(ExecutorConfiguration configuration, String graph, boolean takesWorkers, Tracing tracing)
            throws Exception {
        bus = new Bus(vertx, Delivery.DIRECT, tracing);
        state = new FakeState(bus);
        blobs = new FakeBlobs(bus);
        executor = new Executor(
                vertx,
                bus,
                configuration,
                EXECUTOR_ID,
                takesWorkers,
                HostResolver.system(vertx),
                InstantSource.system(),
                List.of(),
                List.of(),
                new SimpleMeterRegistry());
        graph(graph);
        Shard shard = Shard.of(lifetimeId);
        await(bus.serve(List.of(
                new Service<>(Addresses.CONTROL_REPORT_WAITING.at(shard), this::reportWaiting),
                new Service<>(Addresses.CONTROL_REPORT_REFUSED_RECORD.at(shard), this::reportRefused))));
        await(vertx.deployVerticle(() -> new ExecutorVerticle(bus, executor), new DeploymentOptions().setInstances(2)));
    }

    void graph(String text) {
        AgentGraph graph = GraphParser.parse("test.yaml", text.getBytes(StandardCharsets.UTF_8), TENANT);
        state.graph = graph;
    }

    TaskInput.Builder task(String nodeId) {
        return TaskInput.newBuilder()
                .setHeaders(headers(nodeId, NodeKind.NODE_KIND_TASK))
                .setSources(InputSources.getDefaultInstance());
    }

    PlanInput.Builder plan(String nodeId, TaskExecution... arrived) {
        InputSources.Builder sources = InputSources.newBuilder();
        for (TaskExecution task : arrived) {
            sources.addArrivedExecIds(task.getHeaders().getExecId());
        }
        return PlanInput.newBuilder()
                .setHeaders(headers(nodeId, NodeKind.NODE_KIND_PLAN))
                .setSources(sources.setJoined(arrived.length > 1));
    }

    /** What a Plan chose, to be run. */
    TaskInput.Builder chosen(PlanExecution plan, int choice) {
        return task(plan.getResult().getNextTaskIds(choice))
                .setSources(InputSources.newBuilder()
                        .setPlanExecId(plan.getHeaders().getExecId())
                        .setChoice(choice));
    }

    /** A Task's record that some other process made. */
    TaskExecution recorded(String nodeId, String json) {
        TaskExecution execution = TaskExecution.newBuilder()
                .setHeaders(
                        headers(nodeId, NodeKind.NODE_KIND_TASK).setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED))
                .setResult(TaskResult.newBuilder().setPayload(FakeState.json(json)))
                .build();
        state.add(execution);
        return execution;
    }

    TaskExecution run(TaskInput.Builder input) throws Exception {
        dispatch(input.build());
        return state.task(input.getHeaders().getExecId()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    PlanExecution run(PlanInput.Builder input) throws Exception {
        dispatch(input.build());
        return state.plan(input.getHeaders().getExecId()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    DispatchResponse dispatch(TaskInput input) throws Exception {
        return await(bus.request(Addresses.EXECUTOR_RUN_TASK, input));
    }

    DispatchResponse dispatch(PlanInput input) throws Exception {
        return await(bus.request(Addresses.EXECUTOR_RUN_PLAN, input));
    }

    ExecutionWaiting nextWait() throws InterruptedException {
        ExecutionWaiting wait = waits.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (wait == null) {
            throw new AssertionError("nothing waits");
        }
        return wait;
    }

    boolean isHeld(String execId) throws Exception {
        HeldExecutionsRequest request =
                HeldExecutionsRequest.newBuilder().addExecIds(execId).build();
        return await(bus.request(Addresses.EXECUTOR_HELD, request))
                .getExecIdsList()
                .equals(List.of(execId));
    }

    /** Returns once the attempt is no longer in hand. */
    void awaitReleased(String execId) throws Exception {
        awaitThat(() -> {
            try {
                return !isHeld(execId);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not come about in time");
            }
            Thread.onSpinWait();
        }
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .join();
        TestTaskType.HANDLERS.clear();
        TestPlanType.HANDLERS.clear();
    }

    private ExecutionHeaders.Builder headers(String nodeId, NodeKind kind) {
        String execId = UUID.randomUUID().toString();
        return ExecutionHeaders.newBuilder()
                .setTenantId(TENANT)
                .setLifetimeId(lifetimeId)
                .setExecId(execId)
                .setGraph(state.reference())
                .setNodeId(nodeId)
                .setKind(kind)
                .setTokenPath("0")
                .setIteration(1)
                .setAttempt(1)
                .setIdempotencyKey("key-" + execId)
                .setScheduledAt(Timestamp.newBuilder().setSeconds(1_900_000_000L));
    }

    private Future<ReportRefusedRecordResponse> reportRefused(ReportRefusedRecordRequest request) {
        refusals.add(request);
        return Future.succeededFuture(ReportRefusedRecordResponse.getDefaultInstance());
    }

    private Future<ReportWaitingResponse> reportWaiting(ReportWaitingRequest request) {
        Future<ReportWaitingResponse> answer = Future.fromCompletionStage(waitAnswer);
        waits.add(request.getWaiting());
        return answer;
    }
}
