package io.ticktock.executor;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.EndedLifetimes;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.GetExecutionsRequest;
import io.ticktock.proto.v1.GetInputRequest;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.TaskExecution;
import io.vertx.core.Future;
import java.util.List;

/** Durable records and lifetime inputs, read from the data plane unless they are still at hand from before. */
final class Records {

    private final Bus bus;
    private final int maxInputBytes;
    private final ReadCache<LifetimeKey, RecordKey, RecordedTask> tasks;
    private final ReadCache<LifetimeKey, RecordKey, RecordedPlan> plans;
    private final ReadCache<LifetimeKey, LifetimeKey, LifetimeInput> inputs;

    Records(Bus bus, long cacheBytes, int maxInputBytes) {
        this.bus = bus;
        this.maxInputBytes = maxInputBytes;
        this.tasks = new ReadCache<>(cacheBytes / 2, RecordedTask::weightBytes, RecordKey::lifetime);
        this.plans = new ReadCache<>(cacheBytes / 4, RecordedPlan::weightBytes, RecordKey::lifetime);
        this.inputs = new ReadCache<>(cacheBytes / 4, LifetimeInput::weightBytes, lifetime -> lifetime);
    }

    /** Keeps a record that has just become durable, for the node that comes next. */
    void add(TaskExecution execution) {
        tasks.put(RecordKey.of(execution.getHeaders()), RecordedTask.of(execution));
    }

    /** As {@link #add(TaskExecution)}. */
    void add(PlanExecution execution) {
        plans.put(RecordKey.of(execution.getHeaders()), RecordedPlan.of(execution));
    }

    /** No node comes next in these. */
    void forget(EndedLifetimes ended) {
        for (LifetimeKey lifetime : ended.getLifetimesList()) {
            tasks.remove(lifetime);
            plans.remove(lifetime);
            inputs.remove(lifetime);
        }
    }

    /** Whether the record of this attempt is known here to be durable. */
    boolean has(ExecutionHeaders headers) {
        RecordKey key = RecordKey.of(headers);
        return headers.getKind() == NodeKind.NODE_KIND_PLAN ? plans.has(key) : tasks.has(key);
    }

    /** The records of these Task executions, in this order, for another execution of their lifetime. */
    Future<List<RecordedTask>> tasks(ExecutionHeaders reader, List<String> execIds) {
        LifetimeKey lifetime = RecordKey.lifetimeOf(reader);
        List<RecordKey> keys =
                execIds.stream().map(execId -> new RecordKey(lifetime, execId)).toList();
        return tasks.getAll(keys, missing -> new TaskReading(bus, lifetime, missing, maxInputBytes).read());
    }

    /** The record of this Plan execution, for another execution of its lifetime. */
    Future<RecordedPlan> plan(ExecutionHeaders reader, String execId) {
        return plans.get(new RecordKey(RecordKey.lifetimeOf(reader), execId), this::readPlan);
    }

    /** What the execution's lifetime was started with. */
    Future<LifetimeInput> lifetimeInput(ExecutionHeaders reader) {
        return inputs.get(RecordKey.lifetimeOf(reader), this::readInput);
    }

    private Future<LifetimeInput> readInput(LifetimeKey lifetime) {
        GetInputRequest request = GetInputRequest.newBuilder()
                .setTenantId(lifetime.getTenantId())
                .setLifetimeId(lifetime.getLifetimeId())
                .build();
        return bus.request(Addresses.STATE_GET_INPUT, request).map(reply -> LifetimeInput.of(reply.getInput()));
    }

    private Future<RecordedPlan> readPlan(RecordKey key) {
        GetExecutionsRequest request = GetExecutionsRequest.newBuilder()
                .setTenantId(key.lifetime().getTenantId())
                .setLifetimeId(key.lifetime().getLifetimeId())
                .addPlanExecIds(key.execId())
                .build();
        return bus.request(Addresses.STATE_GET_EXECUTIONS, request)
                .compose(reply -> reply.getPlansCount() == 1
                        ? Future.succeededFuture(RecordedPlan.of(reply.getPlans(0)))
                        : Future.failedFuture(
                                new Failure(FailureCode.NOT_FOUND, "a record that the attempt needs does not exist")));
    }
}
