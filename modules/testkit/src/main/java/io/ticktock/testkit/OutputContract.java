package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store gives as the output of an execution. */
public abstract class OutputContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void theOutputOfATaskIsItsResult() {
        TaskExecution task = samples.task(held.create(), "[42]");
        result(held.store().appendTask(task));
        assertEquals(
                samples.payload("[42]"),
                result(output(samples, task.getHeaders(), 0)).getOutput());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(output(others, task.getHeaders(), 0)).code());
    }

    @Test
    void theOutputOfAPlanIsWhatItPassesOn() {
        String lifetimeId = held.create();
        TaskExecution arrived = samples.task(lifetimeId, "1");
        PlanExecution.Builder plan =
                samples.plan(lifetimeId, List.of(arrived.getHeaders().getExecId()), "next", "END").toBuilder();
        plan.getResultBuilder().addInputs(samples.payload("\"a\"")).addInputs(Payload.getDefaultInstance());
        result(held.store().appendTask(arrived));
        result(held.store().appendPlan(plan.build()));
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
        String lifetimeId = held.create();
        List<TaskExecution> arrived = IntStream.range(0, 3)
                .mapToObj(i -> samples.task(lifetimeId, "" + i))
                .toList();
        result(Future.join(arrived.stream().map(held.store()::appendTask).toList()));
        List<String> execIds =
                arrived.stream().map(task -> task.getHeaders().getExecId()).toList();
        PlanExecution all = samples.plan(lifetimeId, execIds, "END").toBuilder()
                .setJoined(true)
                .build();
        PlanExecution one = samples.plan(lifetimeId, execIds.subList(1, 2), "END").toBuilder()
                .setJoined(true)
                .build();
        result(held.store().appendPlan(all));
        result(held.store().appendPlan(one));
        assertEquals(
                List.of(samples.payload("0"), samples.payload("1"), samples.payload("2")),
                result(output(samples, all.getHeaders(), 0)).getJoinedList());
        assertEquals(
                List.of(samples.payload("1")),
                result(output(samples, one.getHeaders(), 0)).getJoinedList());
    }

    @Test
    void whatGuardrailsRejectedIsNoOutput() {
        String lifetimeId = held.create();
        TaskExecution rejected = samples.task(lifetimeId, "\"rejected\"");
        TaskExecution accepted = samples.task(lifetimeId, "1");
        result(held.store().appendTask(rejected));
        result(held.store().appendTask(accepted));
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
        result(held.store().appendPlan(alone));
        result(held.store().appendPlan(joined));
        assertEquals(
                Payload.getDefaultInstance(),
                result(output(samples, alone.getHeaders(), 0)).getOutput());
        assertEquals(
                List.of(Payload.getDefaultInstance(), samples.payload("1")),
                result(output(samples, joined.getHeaders(), 0)).getJoinedList());
    }

    @Test
    void aPackedInputIsASliceOfItsBlob() {
        PlanExecution.Builder plan = samples.plan(held.create(), List.of(), "a", "b", "END").toBuilder();
        plan.getResultBuilder()
                .setPackedInputs(PackedInputs.newBuilder()
                        .setBlob(samples.blobReference("packed"))
                        .addAllSizesBytes(List.of(10L, -1L, 20L))
                        .setMediaType("application/json"));
        result(held.store().appendPlan(plan.build()));
        BlobSlice expected = BlobSlice.newBuilder()
                .setBlob(samples.blobReference("packed"))
                .setOffsetBytes(10)
                .setSizeBytes(20)
                .setMediaType("application/json")
                .build();
        assertEquals(expected, result(output(samples, plan.getHeaders(), 2)).getSlice());
    }

    private Future<GetOutputResponse> output(StateSamples of, ExecutionHeaders headers, int choice) {
        return held.store()
                .getOutput(GetOutputRequest.newBuilder()
                        .setTenantId(of.tenantId())
                        .setOutput(OutputReference.newBuilder()
                                .setLifetimeId(headers.getLifetimeId())
                                .setExecId(headers.getExecId())
                                .setKind(headers.getKind())
                                .setChoice(choice))
                        .build());
    }
}
