package io.ticktock.executor;

import io.vertx.core.Future;

/**
 * What an attempt of a Task and one of a Plan do differently.
 *
 * @param <I> the input that was dispatched
 * @param <O> what the handler makes of it
 */
interface AttemptSteps<I, O> {

    /** Gathers what the handler needs, and runs it. */
    Future<O> perform(HeldAttempt attempt, I input);

    /** Makes the outcome durable. */
    Future<Void> conclude(HeldAttempt attempt, I input, O outcome);

    /** Makes it durable that the attempt did not succeed. */
    Future<Void> recordFailure(HeldAttempt attempt, I input, AttemptFailure failure);
}
