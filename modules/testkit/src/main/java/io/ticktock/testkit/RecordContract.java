package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.Recorded;
import io.ticktock.state.References;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every store keeps records of executions: the first of an attempt stays. */
public abstract class RecordContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void aRecordIsRecordedOnce() {
        TaskExecution task = samples.task(samples.lifetimeId(), "1");
        assertEquals(recorded(task), result(held.store().appendTask(task)));
        assertEquals(recorded(task), result(held.store().appendTask(task)));
        PlanExecution plan = samples.plan(samples.lifetimeId(), List.of(), "next");
        assertEquals(recorded(plan), result(held.store().appendPlan(plan)));
        assertEquals(recorded(plan), result(held.store().appendPlan(plan)));
    }

    @Test
    void theFirstRecordOfAnAttemptStays() {
        TaskExecution first = samples.task(samples.lifetimeId(), "1");
        TaskExecution second = first.toBuilder()
                .setResult(TaskResult.newBuilder().setPayload(samples.payload("2")))
                .build();
        result(held.store().appendTask(first));
        assertEquals(
                new Recorded<>(first, AppendOutcome.APPEND_OUTCOME_SUPERSEDED),
                result(held.store().appendTask(second)));
        assertEquals(List.of(first), get(first.getHeaders()).getTasksList());
    }

    @Test
    void ofManyRecordsOfAnAttemptOneStays() {
        TaskExecution first = samples.task(samples.lifetimeId(), "0");
        List<Future<Recorded<TaskExecution>>> appends = IntStream.range(0, 40)
                .mapToObj(run -> first.toBuilder()
                        .setResult(TaskResult.newBuilder().setPayload(samples.payload("" + run % 20)))
                        .build())
                .map(held.store()::appendTask)
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
    void recordsOfBothKindsTravelTogether() {
        TaskExecution task = samples.task(samples.lifetimeId(), "1");
        PlanExecution plan = samples.plan(samples.lifetimeId(), List.of(), "next");
        result(Future.join(held.store().appendTask(task), held.store().appendPlan(plan)));
        TaskExecution freshTask = samples.task(samples.lifetimeId(), "2");
        PlanExecution freshPlan = samples.plan(samples.lifetimeId(), List.of(), "next");
        PlanExecution another = plan.toBuilder().setJoined(true).build();
        Future<Recorded<TaskExecution>> taskAgain = held.store().appendTask(task);
        Future<Recorded<PlanExecution>> anotherPlan = held.store().appendPlan(another);
        Future<Recorded<TaskExecution>> newTask = held.store().appendTask(freshTask);
        Future<Recorded<PlanExecution>> newPlan = held.store().appendPlan(freshPlan);
        assertEquals(recorded(task), result(taskAgain));
        assertEquals(new Recorded<>(plan, AppendOutcome.APPEND_OUTCOME_SUPERSEDED), result(anotherPlan));
        assertEquals(recorded(freshTask), result(newTask));
        assertEquals(recorded(freshPlan), result(newPlan));
    }

    @Test
    void tenantsMayUseTheSameIds() {
        TaskExecution task = samples.task(samples.lifetimeId(), "1");
        TaskExecution.Builder same = task.toBuilder();
        same.getHeadersBuilder().setTenantId(others.tenantId());
        result(held.store().appendTask(task));
        assertEquals(recorded(same.build()), result(held.store().appendTask(same.build())));
    }

    @Test
    void recordsAreGotInTheOrderAskedFor() {
        String lifetimeId = samples.lifetimeId();
        List<TaskExecution> tasks = IntStream.range(0, 20)
                .mapToObj(i -> samples.task(lifetimeId, "" + i))
                .toList();
        PlanExecution plan = samples.plan(lifetimeId, List.of(), "next");
        result(Future.join(tasks.stream().map(held.store()::appendTask).toList()));
        result(held.store().appendPlan(plan));
        List<TaskExecution> backwards = new ArrayList<>(tasks);
        Collections.reverse(backwards);
        GetExecutionsRequest.Builder request = GetExecutionsRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(lifetimeId)
                .addTaskExecIds(samples.execId())
                .addPlanExecIds(plan.getHeaders().getExecId());
        backwards.forEach(task -> request.addTaskExecIds(task.getHeaders().getExecId()));
        GetExecutionsResponse got = result(held.store().getExecutions(request.build()));
        assertEquals(backwards, got.getTasksList());
        assertEquals(List.of(plan), got.getPlansList());
        assertEquals(
                GetExecutionsResponse.getDefaultInstance(),
                result(held.store()
                        .getExecutions(request.setTenantId(others.tenantId()).build())));
    }

    @Test
    void referencesAreFoundAcrossLifetimes() {
        TaskExecution task = samples.task(samples.lifetimeId(), "[1, 2]");
        TaskExecution foreign = others.task(others.lifetimeId(), "1");
        PlanExecution plan = samples.plan(samples.lifetimeId(), List.of(), "one", "two");
        TaskExecution missing = samples.task(samples.lifetimeId(), "1");
        result(held.store().appendTask(task));
        result(held.store().appendTask(foreign));
        result(held.store().appendPlan(plan));
        FindExecutionsRequest request = FindExecutionsRequest.newBuilder()
                .addKeys(key(task.getHeaders()))
                .addKeys(key(foreign.getHeaders()))
                .addKeys(key(plan.getHeaders()))
                .addKeys(key(missing.getHeaders()))
                .build();
        Set<ExecutionReference> found =
                Set.copyOf(result(held.store().findExecutions(request)).getExecutionsList());
        assertEquals(Set.of(References.to(task), References.to(foreign), References.to(plan)), found);
        FindExecutionsRequest own =
                request.toBuilder().setTenantId(samples.tenantId()).build();
        assertEquals(
                Set.of(References.to(task), References.to(plan)),
                Set.copyOf(result(held.store().findExecutions(own)).getExecutionsList()));
        assertEquals(6, References.to(task).getResultSizeBytes());
    }

    @Test
    void wrongIdsAreRefused() {
        TaskExecution.Builder task = samples.task(samples.lifetimeId(), "1").toBuilder();
        task.getHeadersBuilder().setExecId("one");
        Failure refused = failure(held.store().appendTask(task.build()));
        assertEquals(FailureCode.INVALID_ARGUMENT, refused.code());
        assertTrue(refused.getMessage().startsWith("exec_id must be a UUID"), refused.getMessage());
        task.getHeadersBuilder().setExecId(samples.execId()).setTenantId("");
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().appendTask(task.build())).code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT, failure(held.load("1-1-1-1-1")).code());
    }

    private static <E extends Message> Recorded<E> recorded(E execution) {
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
        return result(held.store()
                .getExecutions(GetExecutionsRequest.newBuilder()
                        .setTenantId(headers.getTenantId())
                        .setLifetimeId(headers.getLifetimeId())
                        .addTaskExecIds(headers.getExecId())
                        .build()));
    }
}
