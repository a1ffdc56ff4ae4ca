package io.ticktock.launcher.bench;

import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.concurrent.CompletableFuture;

/** The Task type {@code bench.echo}: its result is its input. */
public final class EchoTask implements TaskType {

    @Override
    public String name() {
        return "bench.echo";
    }

    @Override
    public TaskHandler handler() {
        return context -> CompletableFuture.completedFuture(TaskOutcome.success(context.input()));
    }
}
