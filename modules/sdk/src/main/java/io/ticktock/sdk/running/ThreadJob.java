package io.ticktock.sdk.running;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** Work of an attempt on a thread that it may block. As a cancel action of the attempt, it interrupts that thread. */
public final class ThreadJob<T> implements Runnable {

    private final Callable<T> work;
    private final Runnable started;
    private final Consumer<ThreadJob<T>> ended;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private final FutureTask<Boolean> task = new FutureTask<>(this::work);

    /**
     * @param started runs on the thread before the work
     * @param ended runs on the thread after it, whatever it came to
     */
    public ThreadJob(Callable<T> work, Runnable started, Consumer<ThreadJob<T>> ended) {
        this.work = work;
        this.started = started;
        this.ended = ended;
    }

    public CompletionStage<T> result() {
        return result;
    }

    /** What a thread is to run. */
    public FutureTask<Boolean> task() {
        return task;
    }

    /** Cancels it. */
    @Override
    public void run() {
        // Before the thread hears of it, so that it is no failure of the work.
        result.completeExceptionally(new CancellationException("the attempt was cancelled"));
        task.cancel(true);
    }

    private boolean work() {
        started.run();
        try {
            return result.complete(work.call());
        } catch (Throwable thrown) {
            return result.completeExceptionally(thrown);
        } finally {
            ended.accept(this);
        }
    }
}
