package io.ticktock.bus;

import io.vertx.core.eventbus.ReplyException;

/**
 * The one exception that crosses the bus. Its message is for people: what was wrong, where, and what would be right;
 * never SQL, a stack or a path.
 */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final FailureCode code;

    public Failure(FailureCode code, String message) {
        this(code, message, null);
    }

    public Failure(FailureCode code, String message, Throwable cause) {
        // Only a defect has to be found in the code; the others are answers, and some are given often.
        super(message, cause, true, code == FailureCode.INTERNAL);
        this.code = code;
    }

    public FailureCode code() {
        return code;
    }

    /** Any throwable as a Failure: itself, UNAVAILABLE when the bus brought no answer, else INTERNAL. */
    public static Failure of(Throwable cause) {
        if (cause instanceof Failure failure) {
            return failure;
        }
        if (cause instanceof ReplyException reply) {
            return new Failure(
                    FailureCode.UNAVAILABLE,
                    "no answer: " + reply.getMessage().replaceAll("\\.? address: .*", ""),
                    reply);
        }
        return new Failure(FailureCode.INTERNAL, "internal error", cause);
    }

    /** Whether this throwable, as a Failure, has the given code. */
    public static boolean is(Throwable cause, FailureCode code) {
        return of(cause).code == code;
    }
}
