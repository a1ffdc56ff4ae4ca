package io.ticktock.sdk.worker;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.Telemetry;
import io.ticktock.sdk.running.HandlerThreads;
import io.ticktock.sdk.running.TelemetryReport;
import io.ticktock.sdk.running.ThreadJob;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An attempt in this worker's hands, from its assignment until its completion is acknowledged. */
final class WorkerAttempt implements Attempt {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerAttempt.class);

    private final TaskAssignment assignment;
    private final HandlerThreads threads;
    private final long startedNanos = System.nanoTime();
    private final TelemetryReport telemetry = new TelemetryReport();

    private volatile ByteString token;

    /** Of the event loop alone. */
    private Optional<TaskCompletion> completion = Optional.empty();

    private volatile boolean cancelled;
    private Set<Runnable> onCancel = Set.of();

    WorkerAttempt(TaskAssignment assignment, HandlerThreads threads) {
        this.assignment = assignment;
        this.threads = threads;
        this.token = assignment.getToken();
    }

    @Override
    public String tenantId() {
        return assignment.getGraph().getTenantId();
    }

    @Override
    public String lifetimeId() {
        return assignment.getLifetimeId();
    }

    @Override
    public String executionId() {
        return assignment.getExecId();
    }

    @Override
    public String nodeId() {
        return assignment.getNodeId();
    }

    @Override
    public int iteration() {
        return assignment.getIteration();
    }

    @Override
    public int number() {
        return assignment.getAttempt();
    }

    @Override
    public Optional<String> completionToken() {
        return Optional.of(HexFormat.of().formatHex(token.toByteArray()));
    }

    @Override
    public Optional<String> traceParent() {
        return Optional.of(assignment.getTraceparent()).filter(header -> !header.isEmpty());
    }

    @Override
    public String idempotencyKey() {
        return assignment.getIdempotencyKey();
    }

    @Override
    public Instant scheduledAt() {
        Timestamp time = assignment.getScheduledAt();
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    @Override
    public Optional<Duration> timeout() {
        long millis = assignment.getTimeoutMs();
        return millis > 0 ? Optional.of(Duration.ofMillis(millis)) : Optional.empty();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                if (onCancel.isEmpty()) {
                    onCancel = new LinkedHashSet<>();
                }
                onCancel.add(action);
                return;
            }
        }
        action.run();
    }

    /** The worker says of everything in its hands that it is alive. */
    @Override
    public void heartbeat() {}

    @Override
    public Telemetry telemetry() {
        return telemetry;
    }

    @Override
    public <T> CompletionStage<T> onWorker(Callable<T> work) {
        ThreadJob<T> job = new ThreadJob<>(work, () -> {}, this::jobEnded);
        onCancel(job);
        threads.run(job.task());
        return job.result();
    }

    /** An attempt may use threads many times, and must not keep what each of them gave. */
    private synchronized void jobEnded(ThreadJob<?> job) {
        if (!onCancel.isEmpty()) {
            onCancel.remove(job);
        }
    }

    TaskAssignment assignment() {
        return assignment;
    }

    ByteString token() {
        return token;
    }

    /** It was given to this worker anew: only the later token can complete it. */
    void renew(ByteString laterToken) {
        token = laterToken;
        completion =
                completion.map(before -> before.toBuilder().setToken(laterToken).build());
    }

    PolicyTelemetry report() {
        return telemetry.toMessage().build();
    }

    /** How it ended; empty while it runs. */
    Optional<TaskCompletion> completion() {
        return completion;
    }

    void complete(TaskCompletion ended) {
        completion = Optional.of(ended.toBuilder().setToken(token).build());
        synchronized (this) {
            onCancel = Set.of();
        }
    }

    boolean isOverdue(long nowNanos) {
        long millis = assignment.getTimeoutMs();
        return millis > 0
                && completion.isEmpty()
                && nowNanos - startedNanos > Duration.ofMillis(millis).toNanos();
    }

    /** Ends what still runs; what it comes to is of no interest any more. */
    void cancel() {
        Set<Runnable> actions;
        synchronized (this) {
            cancelled = true;
            actions = onCancel;
            onCancel = Set.of();
        }
        actions.forEach(this::runCancelAction);
    }

    private void runCancelAction(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.warn("{}: a handler's cancel action failed", executionId(), e);
        }
    }
}
