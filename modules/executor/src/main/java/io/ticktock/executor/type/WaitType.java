package io.ticktock.executor.type;

import io.ticktock.graph.settings.WaitSettings;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Lets time pass, and then passes on what it got. */
final class WaitType implements TaskType {

    @Override
    public String name() {
        return "wait";
    }

    @Override
    public TaskHandler handler() {
        return this::run;
    }

    private CompletionStage<TaskOutcome> run(TaskContext context) {
        return CompletableFuture.completedFuture(
                context.resumption().isPresent() ? TaskOutcome.success(context.input()) : begin(context));
    }

    /**
     * Counted from when the attempt was scheduled, so that it ends at the same time however often it is dispatched. Whether
     * that is over is for those to say who keep the timers: this process's clock may be an hour ahead of theirs.
     */
    private static TaskOutcome begin(TaskContext context) {
        Instant scheduledAt = context.attempt().scheduledAt();
        Instant end = AttemptSettings.of(context.settings(), WaitSettings.class)
                .endsAt(AttemptSettings.variables(context.settings()), scheduledAt);
        return end.isAfter(scheduledAt) ? TaskOutcome.waitUntil(end) : TaskOutcome.success(context.input());
    }
}
