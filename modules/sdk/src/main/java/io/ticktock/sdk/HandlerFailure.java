package io.ticktock.sdk;

/** Thrown in a handler, it ends the attempt with this code and message, as {@link Failed} would. */
public final class HandlerFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;

    public HandlerFailure(String code, String message, boolean retryable) {
        super(message);
        this.code = code;
        this.retryable = retryable;
    }

    public HandlerFailure(String code, String message, boolean retryable, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.retryable = retryable;
    }

    /** Stable, lower_snake_case. */
    public String code() {
        return code;
    }

    /** Whether another attempt may succeed. */
    public boolean retryable() {
        return retryable;
    }
}
