package io.ticktock.testkit.simulation;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** An event loop without a thread: whoever simulates runs one task of it at a time. */
final class SimulatedLoop extends AbstractScheduledEventExecutor implements EventLoop {

    private final Ticker ticker;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean isRunning;
    private boolean isDead;

    SimulatedLoop(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    /** Whether there is something to run now. */
    boolean isReady() {
        return !tasks.isEmpty() || (hasScheduledTasks() && nextDueNanos() <= ticker.nanoTime());
    }

    /** Of the next timer; {@link Long#MAX_VALUE} when there is none. */
    long nextDueNanos() {
        long due = nextScheduledTaskDeadlineNanos();
        return due < 0 ? Long.MAX_VALUE : due;
    }

    /** Runs one task. */
    void runOne() {
        isRunning = true;
        try {
            for (Runnable due = pollScheduledTask(ticker.nanoTime());
                    due != null;
                    due = pollScheduledTask(ticker.nanoTime())) {
                tasks.add(due);
            }
            Runnable next = tasks.poll();
            if (next != null) {
                safeExecute(next);
            }
        } finally {
            isRunning = false;
        }
    }

    /** Nothing runs here any more, not even what has been asked for. */
    void die() {
        isDead = true;
        tasks.clear();
    }

    @Override
    public void execute(Runnable task) {
        if (!isDead) {
            tasks.add(task);
        }
    }

    /** Only while one of its tasks runs: what another process does is never done at once here. */
    @Override
    public boolean inEventLoop(Thread thread) {
        return isRunning;
    }

    @Override
    public EventLoopGroup parent() {
        return this;
    }

    @Override
    public EventLoop next() {
        return this;
    }

    @Override
    public ChannelFuture register(Channel channel) {
        throw noChannels();
    }

    @Override
    public ChannelFuture register(ChannelPromise promise) {
        throw noChannels();
    }

    @Override
    @Deprecated
    public ChannelFuture register(Channel channel, ChannelPromise promise) {
        throw noChannels();
    }

    private static UnsupportedOperationException noChannels() {
        return new UnsupportedOperationException("simulated processes have no sockets");
    }

    @Override
    public boolean isShuttingDown() {
        return isDead;
    }

    @Override
    public boolean isShutdown() {
        return isDead;
    }

    @Override
    public boolean isTerminated() {
        return isDead;
    }

    @Override
    @Deprecated
    public void shutdown() {
        die();
    }

    @Override
    public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
        throw new RejectedExecutionException("simulated loops end with their process");
    }

    @Override
    public Future<?> terminationFuture() {
        throw new UnsupportedOperationException("nobody waits for the end of a simulated loop");
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return isDead;
    }
}
