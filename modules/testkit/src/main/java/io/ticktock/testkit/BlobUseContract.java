package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which blobs every store knows to be in use. */
public abstract class BlobUseContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void whatIsReferredToIsNotGarbage() {
        String lifetimeId = samples.lifetimeId();
        result(held.store()
                .createLifetime(samples.start(held.fence(), lifetimeId).toBuilder()
                        .setInput(samples.blob("input"))
                        .build()));
        TaskExecution.Builder task = samples.task(lifetimeId, "").toBuilder();
        task.getResultBuilder().setPayload(samples.blob("result"));
        result(held.store().appendTask(task.build()));
        PlanExecution.Builder plan = samples.plan(lifetimeId, List.of(), "a").toBuilder();
        plan.getResultBuilder().addInputs(samples.blob("choice"));
        result(held.store().appendPlan(plan.build()));
        LifetimeEvent waiting = samples.event(lifetimeId, 3).toBuilder()
                .setWaiting(
                        Waiting.newBuilder().setHuman(HumanRequest.newBuilder().setDetails(samples.blob("details"))))
                .build();
        result(held.append(samples.decision(lifetimeId, 2, 0).addEvents(waiting).build()));
        Signal answer = samples.pause(lifetimeId, "answer").toBuilder()
                .setAnswer(Answer.newBuilder().setPayload(samples.blob("answer")))
                .build();
        result(held.store()
                .sendSignal(SendSignalRequest.newBuilder().setSignal(answer).build()));
        List<String> garbage = List.of(
                samples.blobReference("garbage").getUri(),
                others.blobReference("result").getUri());
        FindUnreferencedBlobsRequest.Builder request =
                FindUnreferencedBlobsRequest.newBuilder().addAllUris(garbage);
        for (String used : List.of("input", "result", "choice", "details", "answer")) {
            request.addUris(samples.blobReference(used).getUri());
        }
        assertEquals(
                Set.copyOf(garbage),
                Set.copyOf(result(held.store().findUnreferencedBlobs(request.build()))
                        .getUrisList()));
    }
}
