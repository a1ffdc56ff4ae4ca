package io.ticktock.mcp;

import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.Telemetry;
import io.ticktock.sdk.running.TelemetryReport;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** An attempt that a test can cancel. */
final class TestAttempt implements Attempt {

    final TelemetryReport telemetry = new TelemetryReport();
    private final String tenantId;
    private Runnable onCancel = () -> {};
    private boolean cancelled;

    TestAttempt(String tenantId) {
        this.tenantId = tenantId;
    }

    synchronized void cancel() {
        cancelled = true;
        onCancel.run();
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
            onCancel = action;
        }
    }

    @Override
    public void heartbeat() {}

    @Override
    public Telemetry telemetry() {
        return telemetry;
    }

    @Override
    public <T> CompletionStage<T> onWorker(Callable<T> work) {
        try {
            return CompletableFuture.completedFuture(work.call());
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
