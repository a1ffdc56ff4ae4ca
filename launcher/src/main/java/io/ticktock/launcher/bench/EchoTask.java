package io.ticktock.launcher.bench;

import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The Task type {@code bench.echo}: its result is its input, after {@code takes_ms} milliseconds. */
public final class EchoTask implements TaskType {

    @Override
    public String name() {
        return "bench.echo";
    }

    @Override
    public TaskHandler handler() {
        return context -> {
            TaskOutcome echo = TaskOutcome.success(context.input());
            long takesMs = context.settings().get("takes_ms") instanceof Long given ? given : 0;
            return takesMs <= 0
                    ? CompletableFuture.completedFuture(echo)
                    : new CompletableFuture<TaskOutcome>().completeOnTimeout(echo, takesMs, TimeUnit.MILLISECONDS);
        };
    }
}
