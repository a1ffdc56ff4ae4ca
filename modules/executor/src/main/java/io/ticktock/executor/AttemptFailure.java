package io.ticktock.executor;

import io.ticktock.bus.Failure;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.JsonException;
import io.ticktock.sdk.running.Secrets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Why an attempt ends without success: what its record will say. */
final class AttemptFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(AttemptFailure.class);
    private static final int MAX_MESSAGE_CHARS = 2_000;
    private static final int MAX_CODE_CHARS = 200;

    private final ExecutionStatus status;
    private final transient ExecutionError error;

    AttemptFailure(ExecutionStatus status, ExecutionError error) {
        super(error.getMessage(), null, false, false);
        this.status = status;
        this.error = error;
    }

    /** A failure that another attempt would meet again. */
    static AttemptFailure permanent(String code, String message) {
        return failed(code, message, false);
    }

    /** Guardrails did not let it run. */
    static AttemptFailure rejected(String reason) {
        return permanent("rejected_by_guardrail", reason);
    }

    static AttemptFailure timedOut(String message) {
        return new AttemptFailure(ExecutionStatus.EXECUTION_STATUS_TIMED_OUT, error("timed_out", message, true));
    }

    static AttemptFailure inputTooLarge(int maxBytes) {
        return permanent(
                "input_too_large",
                "the inputs of the attempt have together more than the " + maxBytes
                        + " bytes that an executor takes in; pass large values on without looking into them");
    }

    static AttemptFailure cancelled() {
        return new AttemptFailure(
                ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                error("cancelled", "the attempt was cancelled, because its result is no longer needed", false));
    }

    /** Whatever went wrong where there are no secrets, as a record would say it. */
    static AttemptFailure of(Throwable thrown) {
        return of(thrown, Secrets.NONE);
    }

    /** Whatever went wrong in an attempt that has these secrets, as its record will say it. */
    static AttemptFailure of(Throwable thrown, Secrets secrets) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof AttemptFailure failure) {
            return failure;
        }
        if (cause instanceof HandlerFailure failure) {
            return failed(secrets.redactedCode(failure.code()), redacted(failure, secrets), failure.retryable());
        }
        if (cause instanceof ExpressionFailure failure) {
            return permanent("expression_failed", redacted(failure, secrets));
        }
        if (cause instanceof JsonException failure) {
            return permanent("invalid_json", redacted(failure, secrets));
        }
        if (cause instanceof Failure failure) {
            return failed(
                    failure.code().name().toLowerCase(Locale.ROOT),
                    failure.getMessage(),
                    failure.code().retryable());
        }
        LOG.warn("a handler failed: {}", secrets.redacted(cause));
        return failed("handler_failed", secrets.redacted("the handler threw " + cause), true);
    }

    /** Before it is shortened, which could leave a part of a secret. */
    private static String redacted(Throwable cause, Secrets secrets) {
        return secrets.redacted(String.valueOf(cause.getMessage()));
    }

    static AttemptFailure of(Failed outcome) {
        return new AttemptFailure(ExecutionStatus.EXECUTION_STATUS_FAILED, error(outcome));
    }

    /** Whoever runs it has ended it for want of time. */
    static AttemptFailure timedOut(Failed outcome) {
        return new AttemptFailure(ExecutionStatus.EXECUTION_STATUS_TIMED_OUT, error(outcome));
    }

    private static ExecutionError error(Failed outcome) {
        return error(outcome.code(), outcome.message(), outcome.retryable()).toBuilder()
                .setRetryAfterMs(outcome.retryAfter().map(Duration::toMillis).orElse(0L))
                .build();
    }

    static AttemptFailure failed(String code, String message, boolean retryable) {
        return new AttemptFailure(ExecutionStatus.EXECUTION_STATUS_FAILED, error(code, message, retryable));
    }

    static ExecutionError error(String code, String message, boolean retryable) {
        return ExecutionError.newBuilder()
                .setCode(shortened(code, MAX_CODE_CHARS))
                .setMessage(shortened(message == null ? "" : message, MAX_MESSAGE_CHARS))
                .setRetryable(retryable)
                .build();
    }

    private static String shortened(String text, int most) {
        return text.length() > most ? text.substring(0, most) + "…" : text;
    }

    ExecutionStatus status() {
        return status;
    }

    ExecutionError error() {
        return error;
    }
}
