package io.ticktock.launcher.crash;

import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The Task type {@code crash.flaky}: fails in as many attempts as its input says, and then gives the input's value. */
public final class FlakyTask implements TaskType {

    @Override
    public String name() {
        return "crash.flaky";
    }

    @Override
    public TaskHandler handler() {
        return context -> CompletableFuture.completedFuture(run(context));
    }

    private static TaskOutcome run(TaskContext context) {
        Map<?, ?> input = (Map<?, ?>) context.input().tree();
        long failures = (Long) input.get("failures");
        return context.attempt().number() <= failures
                ? TaskOutcome.failure("flaky", "it fails " + failures + " times", true)
                : TaskOutcome.json(Map.of("value", input.get("value")));
    }
}
