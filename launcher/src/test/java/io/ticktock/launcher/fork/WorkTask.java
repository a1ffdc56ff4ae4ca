package io.ticktock.launcher.fork;

import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The Task type {@code fork.work}: a number made of what it reads; now and then it fails first, or waits. */
public final class WorkTask implements TaskType {

    @Override
    public String name() {
        return "fork.work";
    }

    @Override
    public TaskHandler handler() {
        return context -> CompletableFuture.completedFuture(run(context));
    }

    private static TaskOutcome run(TaskContext context) {
        int roll = HandlerRuns.roll(context.attempt(), context.input().bytes().toStringUtf8());
        context.attempt().telemetry().addTokens(1);
        boolean isFirst = context.attempt().number() == 1;
        if (roll % 11 == 0 && isFirst) {
            return TaskOutcome.failure("oops", "it fails first", true);
        }
        if (roll % 13 == 0 && context.resumption().isEmpty()) {
            return TaskOutcome.waitUntil(context.attempt().scheduledAt().plusMillis(20));
        }
        if (roll % 17 == 0 && context.resumption().isEmpty()) {
            return TaskOutcome.waitForAnswer(
                    HumanRequest.newBuilder().setPrompt("?").build());
        }
        return TaskOutcome.json(Map.of("sum", (long) roll));
    }
}
