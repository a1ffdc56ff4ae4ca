package io.ticktock.bus;

import io.ticktock.proto.v1.FiredPolicy;
import io.vertx.core.eventbus.ReplyException;
import java.util.Optional;

/**
 * The one exception that crosses the bus. Its message is for people: what was wrong, where, and what would be right;
 * never SQL, a stack or a path.
 */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final FailureCode code;
    /** Without a name when no policy has to do with it. Stays in its process. */
    private final FiredPolicy guardrail;

    public Failure(FailureCode code, String message) {
        this(code, message, (Throwable) null);
    }

    /** @param guardrail the policy that is behind it */
    public Failure(FailureCode code, String message, FiredPolicy guardrail) {
        super(message, null, true, code == FailureCode.INTERNAL);
        this.code = code;
        this.guardrail = guardrail;
    }

    public Failure(FailureCode code, String message, Throwable cause) {
        // Only a defect has to be found in the code; the others are answers, and some are given often.
        super(message, cause, true, code == FailureCode.INTERNAL);
        this.code = code;
        this.guardrail = FiredPolicy.getDefaultInstance();
    }

    /** The policy that is behind it, if one is. */
    public Optional<FiredPolicy> guardrail() {
        return Optional.of(guardrail).filter(fired -> !fired.getName().isEmpty());
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
