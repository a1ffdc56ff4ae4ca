package io.ticktock.sdk.running;

import io.ticktock.sdk.HandlerFailure;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The bounded pool of threads on which handlers may block. */
public final class HandlerThreads implements AutoCloseable {

    private static final int IDLE_SECONDS = 30;

    private final ExecutorService pool;

    /** @param maxWaiting how much work may wait for a thread */
    public HandlerThreads(int threads, int maxWaiting) {
        this(pool(threads, maxWaiting));
    }

    /** @param pool rejects what is too much */
    public HandlerThreads(ExecutorService pool) {
        this.pool = pool;
    }

    private static ExecutorService pool(int threads, int maxWaiting) {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(maxWaiting),
                work -> daemon(work, number.incrementAndGet()));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Runs it as soon as a thread is free. Throws {@link HandlerFailure} when too much waits for one already. */
    public void run(FutureTask<?> work) {
        try {
            pool.execute(work);
        } catch (RejectedExecutionException e) {
            throw new HandlerFailure(
                    "overloaded", "too much blocking work waits for a worker thread; try again later", true, e);
        }
    }

    /**
     * Closes what an attempt has left open as soon as a thread is free: that may block, and may fail in whatever way.
     *
     * @param failed hears why it stays open, on any thread
     */
    public void closeLater(Closeable resource, Consumer<Exception> failed) {
        try {
            pool.execute(() -> close(resource, failed));
        } catch (RejectedExecutionException e) {
            failed.accept(e);
        }
    }

    private static void close(Closeable resource, Consumer<Exception> failed) {
        try {
            resource.close();
        } catch (IOException | RuntimeException e) {
            failed.accept(e);
        }
    }

    /** Interrupts what runs. */
    @Override
    public void close() {
        pool.shutdownNow();
    }

    private static Thread daemon(Runnable work, int number) {
        Thread thread = new Thread(work, "ticktock-worker-" + number);
        thread.setDaemon(true);
        return thread;
    }
}
