package io.ticktock.sdk;

import java.util.concurrent.CompletionStage;

/** Does the work of a Task. */
@FunctionalInterface
public interface TaskHandler {

    /**
     * Runs one attempt. Runs at least once: effects outside belong under {@link Attempt#idempotencyKey()}. Must not
     * block the calling thread; see {@link #blocking}. Throwing, a failed stage and null make the attempt a failed one.
     */
    CompletionStage<TaskOutcome> run(TaskContext context);

    /** A handler whose code may block: it runs on a bounded pool of threads, and is interrupted when cancelled. */
    static TaskHandler blocking(BlockingTaskHandler handler) {
        return context -> context.attempt().onWorker(() -> handler.run(context));
    }
}
