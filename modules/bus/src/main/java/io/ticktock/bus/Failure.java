package io.ticktock.bus;

import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.QuotaExcess;
import io.vertx.core.eventbus.ReplyException;
import java.util.Optional;

/**
 * The one exception that crosses the bus. Its message is for people: what was wrong, where, and what would be right;
 * never SQL, a stack or a path.
 */
public final class Failure extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int SOON_S = 1;

    private final FailureCode code;
    /** Without a name when no policy has to do with it. Stays in its process. */
    private final FiredPolicy guardrail;
    /** Without a name when no quota is the reason. */
    private final QuotaExcess quota;

    public Failure(FailureCode code, String message) {
        this(code, message, (Throwable) null);
    }

    /** @param guardrail the policy that is behind it */
    public Failure(FailureCode code, String message, FiredPolicy guardrail) {
        super(message, null, true, code == FailureCode.INTERNAL);
        this.code = code;
        this.guardrail = guardrail;
        this.quota = QuotaExcess.getDefaultInstance();
    }

    public Failure(FailureCode code, String message, Throwable cause) {
        this(code, message, cause, QuotaExcess.getDefaultInstance());
    }

    private Failure(FailureCode code, String message, Throwable cause, QuotaExcess quota) {
        // Only a defect has to be found in the code; the others are answers, and some are given often.
        super(message, cause, true, code == FailureCode.INTERNAL);
        this.code = code;
        this.guardrail = FiredPolicy.getDefaultInstance();
        this.quota = quota;
    }

    /** Refuses what would be more than a tenant may have, as QUOTA_EXCEEDED. */
    public static Failure quotaExceeded(QuotaExcess excess) {
        String message = "the quota " + excess.getQuota() + " of this tenant is " + excess.getLimit()
                + ", and there are " + excess.getObserved() + "; try again in " + excess.getRetryAfterS()
                + " s, or ask an administrator for more";
        return new Failure(FailureCode.QUOTA_EXCEEDED, message, null, excess);
    }

    /** As it came from another process. */
    static Failure of(FailureCode code, String message, QuotaExcess quota) {
        return new Failure(code, message, null, quota);
    }

    /** The policy that is behind it, if one is. */
    public Optional<FiredPolicy> guardrail() {
        return Optional.of(guardrail).filter(fired -> !fired.getName().isEmpty());
    }

    public FailureCode code() {
        return code;
    }

    /** Which quota is the reason. */
    public Optional<QuotaExcess> quota() {
        return Optional.of(quota).filter(excess -> !excess.getQuota().isEmpty());
    }

    /** When trying again makes sense, where it may help at all. */
    public int retryAfterSeconds() {
        return Math.max(SOON_S, quota.getRetryAfterS());
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
