package io.ticktock.llm;

import io.ticktock.sdk.Failed;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/** Why a call gave no answer that can be used. */
final class LlmFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;
    private final long retryAfterMillis;

    LlmFault(String code, String message, boolean retryable) {
        this(code, message, retryable, Optional.empty(), null);
    }

    LlmFault(String code, String message, boolean retryable, Optional<Duration> retryAfter, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.retryable = retryable;
        this.retryAfterMillis = retryAfter.map(Duration::toMillis).orElse(0L);
    }

    /** Why a call could not even be made. */
    static LlmFault of(Throwable cause) {
        if (cause instanceof LlmFault fault) {
            return fault;
        }
        return cause instanceof HandlerFailure failure
                ? new LlmFault(failure.code(), failure.getMessage(), failure.retryable(), Optional.empty(), failure)
                : new LlmFault("llm_failed", "the call could not be made", true, Optional.empty(), cause);
    }

    /** How long the provider asked to be left alone. */
    Optional<Duration> retryAfter() {
        return retryAfterMillis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMillis));
    }

    /** As the outcome of a Task; what is no such fault stays what it is. */
    static Future<TaskOutcome> outcome(Throwable cause, Secrets secrets) {
        return cause instanceof LlmFault fault
                ? Future.succeededFuture(fault.failed(secrets))
                : Future.failedFuture(cause);
    }

    /** As an outcome, in which the key of the provider does not stand. */
    Failed failed(Secrets secrets) {
        return new Failed(code, secrets.redacted(getMessage()), retryable, retryAfter());
    }
}
