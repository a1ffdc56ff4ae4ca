package io.ticktock.sdk;

/** Decides on a thread of its own which Tasks come next; see {@link PlanHandler#blocking}. */
@FunctionalInterface
public interface BlockingPlanHandler {

    /** Decides once. Whatever is thrown makes the attempt a failed one. */
    PlanOutcome decide(PlanContext context) throws Exception;
}
