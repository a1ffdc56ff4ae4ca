package io.ticktock.executor;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.proto.v1.AppendPlanExecutionRequest;
import io.ticktock.proto.v1.AppendPlanExecutionResponse;
import io.ticktock.proto.v1.AppendTaskExecutionRequest;
import io.ticktock.proto.v1.AppendTaskExecutionResponse;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetExecutionsResponse;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GetInputRequest;
import io.ticktock.proto.v1.GetInputResponse;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The data plane's records in memory, on a real bus; what goes wrong, a test says beforehand. */
final class FakeState {

    /** What happens to one append. */
    enum Mishap {
        /** It never arrives. */
        LOST,
        /** It is recorded, but the answer is lost. */
        ACKNOWLEDGEMENT_LOST,
        REFUSED
    }

    final List<Message> appends = new CopyOnWriteArrayList<>();
    final List<Message> reads = new CopyOnWriteArrayList<>();
    private final Queue<Mishap> mishaps = new ArrayDeque<>();
    private final Map<String, CompletableFuture<TaskExecution>> tasks = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<PlanExecution>> plans = new ConcurrentHashMap<>();
    private volatile Optional<CompletableFuture<Void>> gate = Optional.empty();
    volatile AgentGraph graph;
    /** Until it completes, graphs are not told. */
    volatile CompletableFuture<Void> graphGate = CompletableFuture.completedFuture(null);

    volatile Payload input = json("{}");
    volatile GetOutputResponse output = GetOutputResponse.getDefaultInstance();

    FakeState(Bus bus) {
        bus.serve(Addresses.STATE_GET_GRAPH, this::getGraph);
        bus.serve(Addresses.STATE_GET_INPUT, this::getInput);
        bus.serve(Addresses.STATE_GET_EXECUTIONS, this::getExecutions);
        bus.serve(Addresses.STATE_GET_OUTPUT, this::getOutput);
        bus.serve(Addresses.STATE_APPEND_TASK, this::appendTask);
        bus.serve(Addresses.STATE_APPEND_PLAN, this::appendPlan);
    }

    synchronized void next(Mishap... happen) {
        mishaps.addAll(List.of(happen));
    }

    /** Until the gate completes, appends are not answered. */
    void hold(CompletableFuture<Void> until) {
        gate = Optional.of(until);
    }

    CompletableFuture<TaskExecution> task(String execId) {
        return tasks.computeIfAbsent(execId, id -> new CompletableFuture<>());
    }

    CompletableFuture<PlanExecution> plan(String execId) {
        return plans.computeIfAbsent(execId, id -> new CompletableFuture<>());
    }

    void add(TaskExecution execution) {
        task(execution.getHeaders().getExecId()).complete(execution);
    }

    void add(PlanExecution execution) {
        plan(execution.getHeaders().getExecId()).complete(execution);
    }

    GraphReference reference() {
        return GraphReference.newBuilder()
                .setTenantId(graph.tenantId())
                .setName(graph.name())
                .setVersion(graph.version())
                .setDigest(graph.digest())
                .build();
    }

    static Payload json(String json) {
        return Payload.newBuilder().setInline(ByteString.copyFromUtf8(json)).build();
    }

    private Future<GetGraphResponse> getGraph(GetGraphRequest request) {
        reads.add(request);
        return Future.fromCompletionStage(graphGate)
                .map(open -> GetGraphResponse.newBuilder()
                        .setGraph(reference())
                        .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                        .build());
    }

    private Future<GetInputResponse> getInput(GetInputRequest request) {
        reads.add(request);
        return Future.succeededFuture(
                GetInputResponse.newBuilder().setInput(input).build());
    }

    private Future<GetOutputResponse> getOutput(GetOutputRequest request) {
        reads.add(request);
        return Future.succeededFuture(output);
    }

    private Future<GetExecutionsResponse> getExecutions(GetExecutionsRequest request) {
        reads.add(request);
        GetExecutionsResponse.Builder reply = GetExecutionsResponse.newBuilder();
        request.getTaskExecIdsList().stream()
                .map(id -> task(id).getNow(null))
                .filter(found -> found != null)
                .forEach(reply::addTasks);
        request.getPlanExecIdsList().stream()
                .map(id -> plan(id).getNow(null))
                .filter(found -> found != null)
                .forEach(reply::addPlans);
        return Future.succeededFuture(reply.build());
    }

    private Future<AppendTaskExecutionResponse> appendTask(AppendTaskExecutionRequest request) {
        TaskExecution execution = request.getExecution();
        return append(execution, task(execution.getHeaders().getExecId()), execution)
                .map(outcome -> AppendTaskExecutionResponse.newBuilder()
                        .setOutcome(outcome)
                        .build());
    }

    private Future<AppendPlanExecutionResponse> appendPlan(AppendPlanExecutionRequest request) {
        PlanExecution execution = request.getExecution();
        return append(execution, plan(execution.getHeaders().getExecId()), execution)
                .map(outcome -> AppendPlanExecutionResponse.newBuilder()
                        .setOutcome(outcome)
                        .build());
    }

    private synchronized <M extends Message> Future<AppendOutcome> append(
            Message message, CompletableFuture<M> record, M execution) {
        appends.add(message);
        Mishap mishap = mishaps.poll();
        if (mishap == Mishap.REFUSED) {
            return Future.failedFuture(new Failure(FailureCode.INVALID_ARGUMENT, "it is not to be had"));
        }
        if (mishap == Mishap.LOST) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "lost"));
        }
        boolean recorded = record.complete(execution) || execution.equals(record.getNow(null));
        if (mishap == Mishap.ACKNOWLEDGEMENT_LOST) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "lost"));
        }
        AppendOutcome outcome =
                recorded ? AppendOutcome.APPEND_OUTCOME_RECORDED : AppendOutcome.APPEND_OUTCOME_SUPERSEDED;
        return gate.map(until -> Future.fromCompletionStage(until).map(outcome))
                .orElseGet(() -> Future.succeededFuture(outcome));
    }
}
