package io.ticktock.rehearsal;

import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.Telemetry;
import io.ticktock.sdk.running.TelemetryReport;
import io.ticktock.sdk.running.ThreadJob;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;

/** An attempt that a test has made up. */
final class RehearsedAttempt implements Attempt {

    private final int number;
    private final Instant scheduledAt = Instant.now();
    private final TelemetryReport telemetry = new TelemetryReport();
    private final Set<Runnable> onCancel = new LinkedHashSet<>();
    private boolean cancelled;

    RehearsedAttempt(int number) {
        this.number = number;
    }

    @Override
    public String tenantId() {
        return "tenant";
    }

    @Override
    public String lifetimeId() {
        return "0190a7c0-0000-7000-8000-000000000001";
    }

    @Override
    public String executionId() {
        return "0190a7c0-0000-5000-8000-00000000000" + number;
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
        return number;
    }

    @Override
    public String idempotencyKey() {
        return "0190a7c0-0000-5000-8000-000000000000";
    }

    @Override
    public Instant scheduledAt() {
        return scheduledAt;
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
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                onCancel.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public void heartbeat() {
        // Nobody counts the time here.
    }

    @Override
    public Telemetry telemetry() {
        return telemetry;
    }

    @Override
    public <T> CompletionStage<T> onWorker(Callable<T> work) {
        ThreadJob<T> job = new ThreadJob<>(work, () -> {}, this::jobEnded);
        onCancel(job);
        Thread thread = new Thread(job.task(), "rehearsed-handler");
        thread.setDaemon(true);
        thread.start();
        return job.result();
    }

    private synchronized void jobEnded(ThreadJob<?> job) {
        onCancel.remove(job);
    }

    void cancel() {
        Set<Runnable> actions;
        synchronized (this) {
            cancelled = true;
            actions = Set.copyOf(onCancel);
            onCancel.clear();
        }
        actions.forEach(Runnable::run);
    }

    PolicyTelemetry report() {
        return telemetry.toMessage().build();
    }
}
