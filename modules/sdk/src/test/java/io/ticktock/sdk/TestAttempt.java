package io.ticktock.sdk;

import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.sdk.running.TelemetryReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An attempt that a test can cancel, and that remembers what its handler did; for the tests of all modules that run some. */
public final class TestAttempt implements Attempt {

    private final String tenantId;
    private final UsageLimits limits;
    private final TelemetryReport telemetry = new TelemetryReport();
    private final List<Runnable> onCancel = new ArrayList<>();
    private final List<String> deltas = new ArrayList<>();
    private boolean cancelled;
    private int jobs;
    private int threads = Integer.MAX_VALUE;

    public TestAttempt(String tenantId) {
        this(tenantId, UsageLimits.NONE);
    }

    public TestAttempt(String tenantId, UsageLimits limits) {
        this.tenantId = tenantId;
        this.limits = limits;
    }

    /** Runs on the caller's thread what is to run then. */
    public synchronized void cancel() {
        cancelled = true;
        onCancel.forEach(Runnable::run);
    }

    /** What the handler has reported so far. */
    public PolicyTelemetry used() {
        return telemetry.toMessage().build();
    }

    public synchronized List<String> deltas() {
        return List.copyOf(deltas);
    }

    /** How much went to worker threads. */
    public synchronized int jobs() {
        return jobs;
    }

    @Override
    public synchronized void delta(String text) {
        deltas.add(text);
    }

    @Override
    public UsageLimits limits() {
        return limits;
    }

    @Override
    public String tenantId() {
        return tenantId;
    }

    @Override
    public String lifetimeId() {
        return "lifetime";
    }

    @Override
    public String executionId() {
        return "execution";
    }

    @Override
    public String nodeId() {
        return "node";
    }

    @Override
    public int iteration() {
        return 1;
    }

    @Override
    public int number() {
        return 1;
    }

    @Override
    public String idempotencyKey() {
        return "key";
    }

    @Override
    public Instant scheduledAt() {
        return Instant.EPOCH;
    }

    @Override
    public Optional<Duration> timeout() {
        return Optional.empty();
    }

    @Override
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public synchronized void onCancel(Runnable action) {
        if (cancelled) {
            action.run();
        } else {
            onCancel.add(action);
        }
    }

    @Override
    public void heartbeat() {}

    @Override
    public Telemetry telemetry() {
        return telemetry;
    }

    /** So often it finds a thread to work on, and then never more. */
    public synchronized TestAttempt findsThreads(int times) {
        threads = times;
        return this;
    }

    /** At once, on the caller's thread. */
    @Override
    public <T> CompletionStage<T> onWorker(Callable<T> work) {
        synchronized (this) {
            jobs++;
            if (jobs > threads) {
                throw new HandlerFailure("overloaded", "too much waits for a thread", true);
            }
        }
        try {
            return CompletableFuture.completedFuture(work.call());
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
