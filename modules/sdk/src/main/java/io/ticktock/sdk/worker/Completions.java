package io.ticktock.sdk.worker;

import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.TaskCompletion;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.JsonException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How an attempt ended, as the server is told; without the token, which may change until then. */
final class Completions {

    /** The server takes messages of 4 MiB; what else is in one has room beside a result. */
    static final int MOST_RESULT_BYTES = (4 << 20) - (64 << 10);

    private static final Logger LOG = LoggerFactory.getLogger(Completions.class);
    private static final int MOST_COMPLETION_BYTES = MOST_RESULT_BYTES + (32 << 10);
    private static final int MOST_MESSAGE_CHARS = 2_000;
    private static final int MOST_CODE_CHARS = 100;

    private Completions() {}

    static TaskCompletion succeeded(WorkerAttempt attempt, Payload result) {
        if (result.getInline().size() > MOST_RESULT_BYTES) {
            return failed(attempt, tooLarge());
        }
        TaskCompletion completion = of(attempt).setResult(result).build();
        return completion.getSerializedSize() > MOST_COMPLETION_BYTES ? failed(attempt, tooLarge()) : completion;
    }

    static TaskCompletion failed(WorkerAttempt attempt, Failed failed) {
        ExecutionError error = error(failed.code(), failed.message(), failed.retryable()).toBuilder()
                .setRetryAfterMs(failed.retryAfter().map(Duration::toMillis).orElse(0L))
                .build();
        return failed(attempt, error);
    }

    /** Of whatever a handler has thrown. */
    static TaskCompletion failed(WorkerAttempt attempt, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof HandlerFailure failure) {
            return failed(attempt, error(failure.code(), failure.getMessage(), failure.retryable()));
        }
        if (cause instanceof JsonException failure) {
            return failed(attempt, error("invalid_json", failure.getMessage(), false));
        }
        if (!attempt.isCancelled()) {
            LOG.warn("{}: the handler of {} failed", attempt.executionId(), attempt.nodeId(), cause);
        }
        return failed(attempt, error("handler_failed", "the handler threw " + cause, true));
    }

    static TaskCompletion failed(WorkerAttempt attempt, ExecutionError error) {
        TaskCompletion completion = of(attempt).setError(error).build();
        // Measures with endless names, at most: the error itself is short.
        return completion.getSerializedSize() > MOST_COMPLETION_BYTES
                ? completion.toBuilder()
                        .setTelemetry(PolicyTelemetry.getDefaultInstance())
                        .build()
                : completion;
    }

    static ExecutionError timedOut(Duration timeout) {
        return error("timed_out", "no result after " + timeout.toMillis() / 1_000.0 + " s", true);
    }

    static ExecutionError tooLarge() {
        return error(
                "result_too_large",
                "a worker's result has at most " + MOST_RESULT_BYTES
                        + " bytes; store it elsewhere and return where it is",
                false);
    }

    static ExecutionError error(String code, String message, boolean retryable) {
        return ExecutionError.newBuilder()
                .setCode(shortened(code, MOST_CODE_CHARS))
                .setMessage(shortened(message == null ? "" : message, MOST_MESSAGE_CHARS))
                .setRetryable(retryable)
                .build();
    }

    private static TaskCompletion.Builder of(WorkerAttempt attempt) {
        return TaskCompletion.newBuilder().setExecId(attempt.executionId()).setTelemetry(attempt.report());
    }

    private static String shortened(String text, int mostChars) {
        return text.length() > mostChars ? text.substring(0, mostChars) + "…" : text;
    }
}
