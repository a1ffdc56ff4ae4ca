package io.ticktock.executor;

import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.sdk.running.HandlerThreads;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leads every attempt from its dispatch to its end, whatever happens in between. */
final class AttemptRunner {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);

    /** Parsing and evaluating more than this would hold up an event loop. */
    private static final int LARGE_INPUT_BYTES = 32 << 10;

    private final Vertx vertx;
    private final HeldAttempts held;
    private final HandlerThreads threads;
    private final Records records;
    private final Duration handlerTimeout;
    private final String executorId;
    private final ExecutorMeters meters;
    private final Tracing tracing;
    private final Supplier<AttemptTimes> times;
    private final Deltas deltas;

    AttemptRunner(
            Vertx vertx,
            HeldAttempts held,
            HandlerThreads threads,
            Records records,
            Duration handlerTimeout,
            String executorId,
            ExecutorMeters meters,
            Tracing tracing,
            Supplier<AttemptTimes> times,
            Deltas deltas) {
        this.times = times;
        this.deltas = deltas;
        this.vertx = vertx;
        this.held = held;
        this.threads = threads;
        this.records = records;
        this.handlerTimeout = handlerTimeout;
        this.executorId = executorId;
        this.meters = meters;
        this.tracing = tracing;
    }

    /**
     * Takes the attempt in hand; it goes on by itself from there. One that is recorded already needs nothing more.
     *
     * @param waits how often it has waited before
     */
    <I, O> Future<DispatchResponse> dispatch(ExecutionHeaders headers, int waits, I input, AttemptSteps<I, O> steps) {
        if (records.has(headers)) {
            return Future.succeededFuture(DispatchResponse.getDefaultInstance());
        }
        HeldAttempt attempt = new HeldAttempt(
                headers, waits, vertx.getOrCreateContext(), threads, executorId, tracing, times.get(), deltas);
        return held.admit(attempt, () -> run(attempt, input, steps));
    }

    /**
     * Calls the handler: here, or on a worker thread when looking at its inputs may take long. Throws when the attempt was
     * stopped while it got ready: its record says so already, and nothing is to be done outside for it.
     */
    static <T> Future<T> call(HeldAttempt attempt, ResolvedInput resolved, Supplier<CompletionStage<T>> handler) {
        if (!resolved.use().mayTakeLong() && resolved.sizeBytes() <= LARGE_INPUT_BYTES) {
            return attempt.future(begin(attempt, resolved, handler));
        }
        return attempt.future(attempt.onWorker(() -> begin(attempt, resolved, handler)))
                .compose(attempt::future);
    }

    private static <T> CompletionStage<T> begin(
            HeldAttempt attempt, ResolvedInput resolved, Supplier<CompletionStage<T>> handler) {
        attempt.given(resolved);
        if (attempt.isCancelled()) {
            throw AttemptFailure.cancelled();
        }
        return handler.get();
    }

    private <I, O> void run(HeldAttempt attempt, I input, AttemptSteps<I, O> steps) {
        attempt.begin(handlerTimeout);
        Future<O> performed =
                attempt.isCancelled() ? Future.failedFuture(AttemptFailure.cancelled()) : steps.perform(attempt, input);
        attempt.untilStopped(performed)
                .transform(ended -> conclude(attempt, input, steps, ended))
                .recover(cause -> attempt.isAbandoned()
                        ? Future.succeededFuture()
                        : steps.recordFailure(attempt, input, AttemptFailure.of(cause, attempt.secrets())))
                .onComplete(done -> release(attempt, done));
    }

    private <I, O> Future<Void> conclude(HeldAttempt attempt, I input, AttemptSteps<I, O> steps, AsyncResult<O> ended) {
        held.handlerEnded(attempt);
        if (ended.succeeded()) {
            meters.ended(attempt, ExecutionStatus.EXECUTION_STATUS_SUCCEEDED);
            return steps.conclude(attempt, input, ended.result());
        }
        AttemptFailure failure = AttemptFailure.of(ended.cause(), attempt.secrets());
        meters.ended(attempt, failure.status());
        return Future.failedFuture(failure);
    }

    /** Without a record, the control plane finds that nobody has the attempt in hand, and dispatches it again. */
    private void release(HeldAttempt attempt, AsyncResult<Void> done) {
        held.release(attempt);
        attempt.end(done.succeeded() ? Future.succeededFuture() : Future.failedFuture(done.cause()));
        if (done.failed()) {
            LOG.atError()
                    .setCause(done.cause())
                    .addKeyValue("tenant_id", attempt.tenantId())
                    .addKeyValue("lifetime_id", attempt.lifetimeId())
                    .addKeyValue("exec_id", attempt.executionId())
                    .log("{} of {} ends without a record", attempt.executionId(), attempt.nodeId());
        }
    }
}
