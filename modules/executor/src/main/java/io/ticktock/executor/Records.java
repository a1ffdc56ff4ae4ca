package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetInputRequest;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import java.util.List;

/** Durable records and lifetime inputs, read from the data plane unless they are still at hand from before. */
final class Records {

    private final Bus bus;
    private final int maxInputBytes;
    private final ReadCache<RecordedTask> tasks;
    private final ReadCache<RecordedPlan> plans;
    private final ReadCache<LifetimeInput> inputs;

    Records(Bus bus, long cacheBytes, int maxInputBytes) {
        this.bus = bus;
        this.maxInputBytes = maxInputBytes;
        this.tasks = new ReadCache<>(cacheBytes / 2, RecordedTask::weightBytes);
        this.plans = new ReadCache<>(cacheBytes / 4, RecordedPlan::weightBytes);
        this.inputs = new ReadCache<>(cacheBytes / 4, LifetimeInput::weightBytes);
    }

    /** Keeps a record that has just become durable, for the node that comes next. */
    void add(TaskExecution execution) {
        ExecutionHeaders headers = execution.getHeaders();
        tasks.put(headers.getTenantId(), headers.getExecId(), RecordedTask.of(execution));
    }

    /** As {@link #add(TaskExecution)}. */
    void add(PlanExecution execution) {
        ExecutionHeaders headers = execution.getHeaders();
        plans.put(headers.getTenantId(), headers.getExecId(), RecordedPlan.of(execution));
    }

    /** Whether the record of this attempt is known here to be durable. */
    boolean has(ExecutionHeaders headers) {
        return headers.getKind() == NodeKind.NODE_KIND_PLAN
                ? plans.has(headers.getTenantId(), headers.getExecId())
                : tasks.has(headers.getTenantId(), headers.getExecId());
    }

    /** The records of these Task executions, in this order, for another execution of their lifetime. */
    Future<List<RecordedTask>> tasks(ExecutionHeaders reader, List<String> execIds) {
        return tasks.getAll(
                reader.getTenantId(), execIds, missing -> new TaskReading(bus, reader, missing, maxInputBytes).read());
    }

    /** The record of this Plan execution, for another execution of its lifetime. */
    Future<RecordedPlan> plan(ExecutionHeaders reader, String execId) {
        return plans.get(reader.getTenantId(), execId, missing -> readPlan(reader, missing));
    }

    /** What the execution's lifetime was started with. */
    Future<LifetimeInput> lifetimeInput(ExecutionHeaders reader) {
        return inputs.get(reader.getTenantId(), reader.getLifetimeId(), missing -> readInput(reader));
    }

    private Future<LifetimeInput> readInput(ExecutionHeaders reader) {
        GetInputRequest request = GetInputRequest.newBuilder()
                .setTenantId(reader.getTenantId())
                .setLifetimeId(reader.getLifetimeId())
                .build();
        return bus.request(Addresses.STATE_GET_INPUT, request).map(reply -> LifetimeInput.of(reply.getInput()));
    }

    private Future<RecordedPlan> readPlan(ExecutionHeaders reader, String execId) {
        GetExecutionsRequest request = GetExecutionsRequest.newBuilder()
                .setTenantId(reader.getTenantId())
                .setLifetimeId(reader.getLifetimeId())
                .addPlanExecIds(execId)
                .build();
        return bus.request(Addresses.STATE_GET_EXECUTIONS, request)
                .compose(reply -> reply.getPlansCount() == 1
                        ? Future.succeededFuture(RecordedPlan.of(reply.getPlans(0)))
                        : Future.failedFuture(
                                new Failure(FailureCode.NOT_FOUND, "a record that the attempt needs does not exist")));
    }
}
