package io.ticktock.launcher;

import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskType;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The Task type {@code test.saying}: waits a while for those who want to hear it, and then says its time as often as its
 * input says, once in twenty milliseconds, as a model would its words.
 */
public final class SayingTask implements TaskType {

    private static final int EVERY_MS = 20;

    @Override
    public String name() {
        return "test.saying";
    }

    @Override
    public TaskHandler handler() {
        return SayingTask::run;
    }

    private static CompletionStage<TaskOutcome> run(TaskContext context) {
        Map<?, ?> input = (Map<?, ?>) context.input().tree();
        CompletableFuture<TaskOutcome> done = new CompletableFuture<>();
        long waitMillis =
                (Long) input.get("wait_ms") + ThreadLocalRandom.current().nextInt(500);
        after(waitMillis, () -> say(context, (Long) input.get("times"), done));
        return done;
    }

    private static void say(TaskContext context, long times, CompletableFuture<TaskOutcome> done) {
        if (times == 0 || context.attempt().isCancelled()) {
            done.complete(TaskOutcome.json("said"));
            return;
        }
        context.attempt().delta(System.nanoTime() + " ");
        after(EVERY_MS, () -> say(context, times - 1, done));
    }

    /** On the one thread that all of them share. */
    private static void after(long millis, Runnable work) {
        CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS, Runnable::run)
                .execute(work);
    }
}
