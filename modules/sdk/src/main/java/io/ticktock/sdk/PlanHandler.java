package io.ticktock.sdk;

import java.util.concurrent.CompletionStage;

/** Decides which Tasks come next. */
@FunctionalInterface
public interface PlanHandler {

    /**
     * Decides once. Runs at least once per decision, but only one decision is recorded. Must not block the calling
     * thread; see {@link #blocking}. Throwing, a failed stage and null make the attempt a failed one.
     */
    CompletionStage<PlanOutcome> decide(PlanContext context);

    /** A handler whose code may block: it runs on a bounded pool of threads, and is interrupted when cancelled. */
    static PlanHandler blocking(BlockingPlanHandler handler) {
        return context -> context.attempt().onWorker(() -> handler.decide(context));
    }
}
