package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store does with forks: they read what they share, and nobody else does. */
public abstract class ForkContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void aForkReadsItsOwnRecordsAndThoseOfItsLineageInTheOrderAskedFor() {
        String oldest = create(samples);
        String parent = create(samples, oldest);
        String fork = create(samples, parent, oldest);
        TaskExecution first = task(samples, oldest);
        PlanExecution plan = plan(samples, parent, List.of());
        TaskExecution own = task(samples, fork);
        GetExecutionsRequest.Builder request = GetExecutionsRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(fork)
                .addTaskExecIds(own.getHeaders().getExecId())
                .addTaskExecIds(samples.execId())
                .addTaskExecIds(first.getHeaders().getExecId())
                .addPlanExecIds(plan.getHeaders().getExecId());
        GetExecutionsResponse got = result(held.store().getExecutions(request.build()));
        assertEquals(List.of(own, first), got.getTasksList());
        assertEquals(List.of(plan), got.getPlansList());
        GetExecutionsResponse ofParent =
                result(held.store().getExecutions(request.setLifetimeId(parent).build()));
        assertEquals(List.of(first), ofParent.getTasksList(), "a parent does not read what its fork records");
    }

    @Test
    void whatIsNotOfTheLineageIsNotRead() {
        String stranger = create(samples);
        String fork = create(samples, create(samples));
        TaskExecution record = task(samples, stranger);
        assertEquals(List.of(), read(samples, fork, record));
    }

    @Test
    void aLineageDoesNotReachIntoAnotherTenant() {
        String foreign = create(others);
        TaskExecution record = task(others, foreign);
        String fork = create(samples, foreign);
        assertEquals(List.of(), read(samples, fork, record));
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(output(fork, record.getHeaders(), 0)).code());
    }

    @Test
    void anOutputMayBeARecordOfTheLineage() {
        String parent = create(samples);
        String fork = create(samples, parent);
        TaskExecution record = task(samples, parent);
        assertEquals(
                record.getResult().getPayload(),
                result(output(fork, record.getHeaders(), 0)).getOutput());
    }

    @Test
    void anOutputMayPassOnWhatArrivedInTheLineage() {
        String oldest = create(samples);
        String parent = create(samples, oldest);
        String fork = create(samples, parent, oldest);
        TaskExecution arrived = task(samples, oldest);
        List<String> execIds = List.of(arrived.getHeaders().getExecId());
        PlanExecution shared = plan(samples, parent, execIds);
        PlanExecution own = plan(samples, fork, execIds);
        for (PlanExecution plan : List.of(shared, own)) {
            assertEquals(
                    arrived.getResult().getPayload(),
                    result(output(fork, plan.getHeaders(), 0)).getOutput());
        }
    }

    @Test
    void aForkHasAnInputAndExecutionsOfItsOwn() {
        String parent = create(samples);
        task(samples, parent);
        String fork = create(samples, parent);
        ListExecutionsRequest request = ListExecutionsRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(fork)
                .build();
        assertEquals(List.of(), result(held.store().listExecutions(request)).getExecutionsList());
        GetInputRequest input = GetInputRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setLifetimeId(fork)
                .build();
        assertEquals(
                samples.payload("{\"of\": \"" + fork + "\"}"),
                result(held.store().getInput(input)).getInput());
    }

    /** As a fork does at the last execution of its parent. */
    @Test
    void aLifetimeMayEndAsItBegins() {
        CreateLifetimeRequest.Builder request = samples.start(held.fence(), samples.lifetimeId()).toBuilder();
        String lifetimeId = request.getDecision().getLifetimeId();
        request.getDecisionBuilder()
                .setHead(samples.head(lifetimeId, LifetimeStatus.LIFETIME_STATUS_COMPLETED, 2).toBuilder()
                        .setEndedAt(StateSamples.time(Instant.now())));
        result(held.store().createLifetime(request.build()));
        SendSignalRequest signal = SendSignalRequest.newBuilder()
                .setSignal(samples.pause(lifetimeId, "late"))
                .build();
        assertEquals(
                FailureCode.FAILED_PRECONDITION,
                failure(held.store().sendSignal(signal)).code());
    }

    @Test
    void aLineageIsBounded() {
        String parent = create(samples);
        String fork = create(samples, Collections.nCopies(32, parent).toArray(String[]::new));
        assertEquals(List.of(), read(samples, fork, samples.task(parent, "1")));
        CreateLifetimeRequest tooLong = samples.start(held.fence(), samples.lifetimeId()).toBuilder()
                .addAllLineage(Collections.nCopies(33, parent))
                .build();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().createLifetime(tooLong)).code());
        CreateLifetimeRequest noId = samples.start(held.fence(), samples.lifetimeId()).toBuilder()
                .addLineage("}, now()")
                .build();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().createLifetime(noId)).code());
    }

    private String create(StateSamples tenant, String... lineage) {
        CreateLifetimeRequest request = tenant.start(held.fence(), tenant.lifetimeId()).toBuilder()
                .addAllLineage(List.of(lineage))
                .build();
        return result(held.store().createLifetime(request)).getLifetimeId();
    }

    private TaskExecution task(StateSamples tenant, String lifetimeId) {
        return result(held.store().appendTask(tenant.task(lifetimeId, "\"" + tenant.execId() + "\"")))
                .execution();
    }

    private PlanExecution plan(StateSamples tenant, String lifetimeId, List<String> arrived) {
        return result(held.store().appendPlan(tenant.plan(lifetimeId, arrived, "END")))
                .execution();
    }

    private List<TaskExecution> read(StateSamples tenant, String lifetimeId, TaskExecution record) {
        return result(held.store()
                        .getExecutions(GetExecutionsRequest.newBuilder()
                                .setTenantId(tenant.tenantId())
                                .setLifetimeId(lifetimeId)
                                .addTaskExecIds(record.getHeaders().getExecId())
                                .build()))
                .getTasksList();
    }

    private Future<GetOutputResponse> output(String lifetimeId, ExecutionHeaders headers, int choice) {
        return held.store()
                .getOutput(GetOutputRequest.newBuilder()
                        .setTenantId(samples.tenantId())
                        .setOutput(OutputReference.newBuilder()
                                .setLifetimeId(lifetimeId)
                                .setExecId(headers.getExecId())
                                .setKind(headers.getKind())
                                .setChoice(choice))
                        .build());
    }
}
