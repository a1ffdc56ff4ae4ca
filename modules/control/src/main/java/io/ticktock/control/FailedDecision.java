package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.FrequentFault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** What is told of a decision that was not made, or is not known to be. */
final class FailedDecision {

    private static final Logger LOG = LoggerFactory.getLogger(FailedDecision.class);

    private FailedDecision() {}

    /** That another process has taken over is no fault of who asked: the same request, repeated, finds the new owner. */
    static Failure toAsker(Failure failure) {
        return switch (failure.code()) {
            case FENCED -> ShardLease.changingHands();
            case ALREADY_EXISTS -> Residents.gone();
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    FAILED_PRECONDITION,
                    OVERLOADED,
                    QUOTA_EXCEEDED,
                    UNAVAILABLE,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    STALE,
                    INTERNAL -> failure;
        };
    }

    /** Whether what was given away to be written may be written yet, though this was answered. */
    static boolean mayBeWritten(Failure failure) {
        return switch (failure.code()) {
            case UNAVAILABLE, INTERNAL -> true;
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OVERLOADED,
                    QUOTA_EXCEEDED,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    FENCED,
                    STALE -> false;
        };
    }

    /** @param passing decides how loudly those are told that may pass */
    static void report(LifetimeState lifetime, Failure failure, Throwable cause, FrequentFault passing) {
        LoggingEventBuilder entry = LOG.atLevel(level(failure.code(), passing));
        if (failure.code() == FailureCode.INTERNAL) {
            entry = entry.setCause(cause);
        }
        entry.addKeyValue("tenant_id", lifetime.tenantId())
                .addKeyValue("lifetime_id", lifetime.lifetimeId())
                .log("lifetime {}: not decided: {}", lifetime.lifetimeId(), failure.getMessage());
    }

    /**
     * A lost lease is one event, however many lifetimes it ends here, and the lease itself tells of it. So is a part that does not
     * answer or has no room, and nobody else may tell of that.
     */
    private static Level level(FailureCode code, FrequentFault passing) {
        return switch (code) {
            case FENCED -> Level.DEBUG;
            case OVERLOADED, QUOTA_EXCEEDED, UNAVAILABLE -> passing.level();
            case INTERNAL -> Level.ERROR;
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    STALE -> Level.WARN;
        };
    }
}
