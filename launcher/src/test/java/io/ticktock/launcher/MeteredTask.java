package io.ticktock.launcher;

import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** The Task type {@code test.metered}: uses what its input's seed, its node and its attempt make of chance, or fails. */
public final class MeteredTask implements TaskType {

    @Override
    public String name() {
        return "test.metered";
    }

    @Override
    public TaskHandler handler() {
        return context -> CompletableFuture.completedFuture(run(context));
    }

    private static TaskOutcome run(TaskContext context) {
        long seed = (Long) ((Map<?, ?>) context.input().tree()).get("seed");
        Random random = new Random(seed + context.attempt().executionId().hashCode());
        context.attempt().telemetry().addTokens(random.nextInt(1_000));
        context.attempt().telemetry().addCostMicros(random.nextInt(100_000));
        return random.nextInt(5) == 0
                ? TaskOutcome.failure("flaky", "by chance", true)
                : TaskOutcome.json(Map.of("seed", seed, "again", random.nextInt(4) > 0));
    }
}
