package io.ticktock.mcp;

import java.time.Duration;
import java.util.Optional;

/** Why a server was of no use to one attempt: what its record will say. */
final class McpFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;
    private final transient Optional<Duration> retryAfter;

    private McpFailure(String code, String message, boolean retryable, Optional<Duration> retryAfter) {
        super(message, null, false, false);
        this.code = code;
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /** Another attempt may meet a better moment. */
    static McpFailure passing(String code, String message) {
        return new McpFailure(code, message, true, Optional.empty());
    }

    /** As {@link #passing}, but not before this time has passed. */
    static McpFailure passing(String code, String message, Duration retryAfter) {
        return new McpFailure(code, message, true, Optional.of(retryAfter));
    }

    /** Another attempt would meet it again. */
    static McpFailure lasting(String code, String message) {
        return new McpFailure(code, message, false, Optional.empty());
    }

    String code() {
        return code;
    }

    boolean retryable() {
        return retryable;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
