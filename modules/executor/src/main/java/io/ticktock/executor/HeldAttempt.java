package io.ticktock.executor;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.graph.NodeLimits;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.sdk.Attempt;
import io.ticktock.sdk.Telemetry;
import io.ticktock.sdk.UsageLimits;
import io.ticktock.sdk.running.DeltaBuffer;
import io.ticktock.sdk.running.HandlerThreads;
import io.ticktock.sdk.running.Secrets;
import io.ticktock.sdk.running.TelemetryReport;
import io.ticktock.sdk.running.ThreadJob;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.Closeable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An attempt that this executor has in hand, from dispatch to acknowledgement. It runs on one event loop; cancel and
 * timeout may come from any thread.
 */
final class HeldAttempt implements Attempt {

    private static final Logger LOG = LoggerFactory.getLogger(HeldAttempt.class);

    private final ExecutionHeaders headers;
    private final int waits;
    private final Context context;
    private final HandlerThreads threads;
    private final String executorId;
    private final Tracing tracing;
    private final AttemptTimes times;
    private final Deltas deltas;

    private volatile AttemptFailure stopCause;
    private volatile boolean handlerEnded;
    private volatile boolean reportingWait;
    private volatile boolean abandoned;
    private Set<Runnable> onCancel = Set.of();
    private List<Runnable> onEnd = List.of();
    private TelemetryReport telemetry;
    /** Null while the handler has said nothing. */
    private DeltaBuffer said;

    private volatile String type = "";
    private volatile ByteString inputDigest = ByteString.EMPTY;
    private volatile boolean outside;
    private volatile String workerId = "";
    private volatile Secrets secrets = Secrets.NONE;
    private volatile UsageLimits limits = UsageLimits.NONE;
    private final Promise<Void> over = Promise.promise();
    /** Completes once everybody who wanted to hear of it knows that the attempt is stopped. */
    private final Promise<Void> stopped = Promise.promise();

    private volatile boolean mayBeOut;

    /**
     * @param waits how often it has waited before
     * @param times of it alone
     * @param deltas tell what its handler says
     */
    HeldAttempt(
            ExecutionHeaders headers,
            int waits,
            Context context,
            HandlerThreads threads,
            String executorId,
            Tracing tracing,
            AttemptTimes times,
            Deltas deltas) {
        this.times = times;
        this.deltas = deltas;
        this.headers = headers;
        this.waits = waits;
        this.context = context;
        this.threads = threads;
        this.executorId = executorId;
        this.tracing = tracing;
    }

    /** An executor that is gone has had it, and may have given it to a worker outside. */
    void mayBeOut() {
        mayBeOut = true;
    }

    boolean isPerhapsOut() {
        return mayBeOut;
    }

    @Override
    public String tenantId() {
        return headers.getTenantId();
    }

    @Override
    public String lifetimeId() {
        return headers.getLifetimeId();
    }

    @Override
    public String executionId() {
        return headers.getExecId();
    }

    @Override
    public String nodeId() {
        return headers.getNodeId();
    }

    @Override
    public int iteration() {
        return headers.getIteration();
    }

    @Override
    public int number() {
        return headers.getAttempt();
    }

    @Override
    public String idempotencyKey() {
        return headers.getIdempotencyKey();
    }

    @Override
    public Instant scheduledAt() {
        Timestamp time = headers.getScheduledAt();
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    @Override
    public Optional<String> traceParent() {
        return tracing.attemptHeader(lifetimeId(), executionId());
    }

    @Override
    public Optional<Duration> timeout() {
        return times.limit();
    }

    @Override
    public boolean isCancelled() {
        return stopCause != null;
    }

    @Override
    public void onCancel(Runnable action) {
        synchronized (this) {
            if (stopCause == null) {
                if (onCancel.isEmpty()) {
                    onCancel = new LinkedHashSet<>();
                }
                onCancel.add(action);
                return;
            }
        }
        action.run();
    }

    @Override
    public void heartbeat() {
        times.heartbeat();
    }

    @Override
    public UsageLimits limits() {
        return limits;
    }

    /** What its node declares. */
    void limit(NodeLimits declared) {
        limits = new UsageLimits(declared.maxTokens(), declared.maxCostMicros());
    }

    @Override
    public void delta(String text) {
        DeltaBuffer buffer;
        synchronized (this) {
            if (handlerEnded) {
                return;
            }
            if (said == null) {
                said = deltas.buffer(this);
            }
            buffer = said;
        }
        deltas.say(this, buffer, text);
    }

    @Override
    public synchronized Telemetry telemetry() {
        if (telemetry == null) {
            telemetry = new TelemetryReport();
        }
        return telemetry;
    }

    @Override
    public <T> CompletionStage<T> onWorker(Callable<T> work) {
        ThreadJob<T> job = new ThreadJob<>(work, times::threadStarted, this::jobEnded);
        times.awaitThread();
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

    /** What it was given of its tenant's secrets. */
    void use(Secrets found) {
        secrets = found;
    }

    Secrets secrets() {
        return secrets;
    }

    ExecutionHeaders headers() {
        return headers;
    }

    /** Whether it had been waiting and goes on. */
    boolean isResumed() {
        return waits > 0;
    }

    /** How often it has waited before. */
    int waits() {
        return waits;
    }

    /** The event loop it runs on. */
    Context context() {
        return context;
    }

    /** From now on {@link #stopIfOverdue} watches the time. */
    void begin(Duration timeout) {
        times.begin(timeout);
    }

    /** When it began, and how long it may take. */
    AttemptTimes times() {
        return times;
    }

    /** Notes of what type its node is. */
    void runs(String nodeType) {
        type = nodeType;
    }

    /** Of its node; empty until it is known. */
    String type() {
        return type;
    }

    /** A worker outside is to run it: its time begins when one has it. False when it was stopped before. */
    synchronized boolean awaitWorker() {
        if (handlerEnded) {
            return false;
        }
        outside = true;
        times.awaitWorker();
        return true;
    }

    boolean isOutside() {
        return outside;
    }

    /** Which worker outside has run it. */
    void ranBy(String worker) {
        workerId = worker;
    }

    /** Stops it when its timeout or its heartbeat's has passed. */
    void stopIfOverdue(long nowNanos) {
        if (!handlerEnded) {
            times.overdue(nowNanos).ifPresent(this::stop);
        }
    }

    /** Ends a running handler for this reason; without effect once it has ended. */
    void stop(AttemptFailure cause) {
        Set<Runnable> actions;
        synchronized (this) {
            if (stopCause != null || handlerEnded) {
                return;
            }
            stopCause = cause;
            actions = onCancel;
            onCancel = Set.of();
        }
        try {
            actions.forEach(this::runCancelAction);
        } finally {
            stopped.complete();
        }
    }

    /**
     * The work's outcome on the attempt's event loop, or the reason why it was stopped before. A handler hears first that it
     * is stopped: what it reports then, such as what it has used until now, is in the record.
     */
    <T> Future<T> untilStopped(Future<T> work) {
        if (work.isComplete() && stopCause == null) {
            return work;
        }
        CompletableFuture<T> first = new CompletableFuture<>();
        work.onComplete(ended -> completeUnlessStopped(first, ended));
        stopped.future().onComplete(done -> first.completeExceptionally(stopCause));
        return Future.fromCompletionStage(first, context);
    }

    /** What a handler makes of being stopped is no outcome. */
    private <T> void completeUnlessStopped(CompletableFuture<T> first, AsyncResult<T> ended) {
        if (stopCause != null) {
            return;
        }
        if (ended.succeeded()) {
            first.complete(ended.result());
        } else {
            first.completeExceptionally(ended.cause());
        }
    }

    /** What a handler returned, on the attempt's event loop. */
    <T> Future<T> future(CompletionStage<T> stage) {
        if (stage == null) {
            return Future.failedFuture(noOutcome());
        }
        if (stage instanceof CompletableFuture<T> done && done.isDone() && !done.isCompletedExceptionally()) {
            T outcome = done.join();
            return outcome == null ? Future.failedFuture(noOutcome()) : Future.succeededFuture(outcome);
        }
        return Future.fromCompletionStage(stage, context)
                .compose(outcome ->
                        outcome == null ? Future.failedFuture(noOutcome()) : Future.succeededFuture(outcome));
    }

    /** Closes a result's stream when there is a thread for it. */
    void closeLater(Closeable content) {
        threads.closeLater(
                content,
                e -> LOG.warn("{}: a result's stream could not be closed: {}", executionId(), secrets.redacted(e)));
    }

    /** The handler has ended, one way or another: stopping has no effect any more. */
    void handlerEnded() {
        List<Runnable> actions;
        DeltaBuffer buffer;
        synchronized (this) {
            handlerEnded = true;
            onCancel = Set.of();
            actions = onEnd;
            onEnd = List.of();
            buffer = said;
        }
        if (buffer != null) {
            deltas.end(this, buffer);
        }
        actions.forEach(Runnable::run);
    }

    /** Runs the action once when the handler has ended; at once if it already has. */
    void onEnd(Runnable action) {
        synchronized (this) {
            if (!handlerEnded) {
                if (onEnd.isEmpty()) {
                    onEnd = new ArrayList<>(1);
                }
                onEnd.add(action);
                return;
            }
        }
        action.run();
    }

    /** Says that the attempt will wait outside: a dispatch that resumes it means the control plane knows already. */
    void reportingWait() {
        reportingWait = true;
    }

    boolean isReportingWait() {
        return reportingWait;
    }

    /** Its record is durable, or it waits elsewhere; a failure when it ends without. */
    void end(Future<Void> done) {
        done.onComplete(over);
    }

    /** Completes when it has left this executor's hands; fails when it has no record. */
    Future<Void> over() {
        return over.future();
    }

    /** Nobody needs an answer from it any more. */
    void abandon() {
        abandoned = true;
    }

    boolean isAbandoned() {
        return abandoned;
    }

    /** The headers of the record. */
    ExecutionHeaders finished(ExecutionStatus status) {
        return headers.toBuilder()
                .setStatus(status)
                .setStartedAt(times.startedAt())
                .setFinishedAt(times.finishedAt())
                .setExecutorId(executorId)
                .setWorkerId(workerId)
                .build();
    }

    /** Takes note of what the handler is given. */
    void given(ResolvedInput input) {
        inputDigest = ContentDigest.of(input);
    }

    /** The telemetry of the record without a result: what was reported, and the time since the start. */
    PolicyTelemetry report() {
        return report(ByteString.EMPTY);
    }

    /** The telemetry of the record with the digest of its result. */
    synchronized PolicyTelemetry report(ByteString resultDigest) {
        PolicyTelemetry.Builder message = telemetry == null ? PolicyTelemetry.newBuilder() : telemetry.toMessage();
        return message.setLatencyMs(times.elapsedMillis())
                .setInputDigest(inputDigest)
                .setResultDigest(resultDigest)
                .build();
    }

    private void runCancelAction(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOG.warn("{}: a handler's cancel action failed: {}", executionId(), secrets.redacted(e));
        }
    }

    private static AttemptFailure noOutcome() {
        return AttemptFailure.permanent("no_outcome", "the handler returned nothing; it must return an outcome");
    }
}
