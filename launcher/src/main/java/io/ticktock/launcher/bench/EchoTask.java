package io.ticktock.launcher.bench;

import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The Task type {@code bench.echo}: its result is its input, after {@code task_ms} milliseconds if that is given. */
public final class EchoTask implements TaskType {

    @Override
    public String name() {
        return "bench.echo";
    }

    @Override
    public TaskHandler handler() {
        return context -> {
            TaskOutcome echo = TaskOutcome.success(context.input());
            Object taskMs = context.settings().get("task_ms");
            return taskMs == null
                    ? CompletableFuture.completedFuture(echo)
                    : new CompletableFuture<TaskOutcome>()
                            .completeOnTimeout(echo, (Long) taskMs, TimeUnit.MILLISECONDS);
        };
    }
}
