package io.ticktock.executor;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;

/** Work of an attempt on a worker thread. As a cancel action of the attempt, it interrupts that thread. */
final class WorkerJob<T> implements Runnable {

    private final HeldAttempt attempt;
    private final Callable<T> work;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final FutureTask<Boolean> task = new FutureTask<>(this::work);

    WorkerJob(HeldAttempt attempt, Callable<T> work) {
        this.attempt = attempt;
        this.work = work;
    }

    CompletionStage<T> result() {
        return result;
    }

    /** What a worker thread is to run. */
    FutureTask<Boolean> task() {
        return task;
    }

    /** Cancels it. */
    @Override
    public void run() {
        task.cancel(true);
        result.completeExceptionally(new CancellationException("the attempt was cancelled"));
    }

    private boolean work() {
        attempt.jobStarted();
        try {
            return result.complete(work.call());
        } catch (Throwable thrown) {
            return result.completeExceptionally(thrown);
        } finally {
            attempt.jobEnded(this);
        }
    }
}
