package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** What a failed database operation means: for the operation, for its connection, and for who asked. */
record DatabaseFault(Kind kind, Throwable cause) {

    enum Kind {
        /** What a row contains cannot be stored; others can. */
        DATA,
        /** The connection, the server or the moment; the same again may succeed. */
        PASSING,
        /** Neither. */
        DEFECT
    }

    static final String UNIQUE_VIOLATION = "23505";
    private static final String TOO_MANY_CONNECTIONS = "53300";

    /** Of a slice of a budget: another guardrail has been granted what lay idle in it. */
    private static final String SLICE_EXCEEDED = "within_what_was_granted";

    static DatabaseFault of(Throwable cause) {
        return new DatabaseFault(kindOf(cause), cause);
    }

    static boolean isUniqueViolation(Throwable cause) {
        return cause instanceof PgException e && UNIQUE_VIOLATION.equals(e.getSqlState());
    }

    /** Whether the connection must not be used again. */
    boolean breaksConnection() {
        if (!(cause instanceof PgException e)) {
            return kind == Kind.PASSING;
        }
        String state = e.getSqlState();
        return state.startsWith("08") || state.startsWith("57P") || state.equals("25006");
    }

    /** For people and other processes: no SQL, no server's words. */
    Failure toFailure() {
        if (cause instanceof Failure failure) {
            return failure;
        }
        if (cause instanceof PgException e && SLICE_EXCEEDED.equals(e.getConstraint())) {
            return Refusal.sliceExceeded();
        }
        if (cause instanceof PgException e && TOO_MANY_CONNECTIONS.equals(e.getSqlState())) {
            return new Failure(
                    FailureCode.UNAVAILABLE, "the database takes no more connections; try again later", cause);
        }
        return switch (kind) {
            case DATA ->
                new Failure(
                        FailureCode.INVALID_ARGUMENT,
                        "a value cannot be stored; text must not contain the character U+0000",
                        cause);
            case PASSING ->
                new Failure(FailureCode.UNAVAILABLE, "the database did not answer in time; try again later", cause);
            case DEFECT -> new Failure(FailureCode.INTERNAL, "internal error", cause);
        };
    }

    private static Kind kindOf(Throwable cause) {
        if (cause instanceof PgException e) {
            return kindOf(e.getSqlState());
        }
        if (cause instanceof ClosedConnectionException
                || cause instanceof IOException
                || cause instanceof TimeoutException
                || (cause instanceof VertxException && !(cause instanceof io.vertx.sqlclient.DatabaseException))) {
            return Kind.PASSING;
        }
        return Kind.DEFECT;
    }

    private static Kind kindOf(String state) {
        return switch (state.substring(0, 2)) {
            case "22", "23", "54" -> Kind.DATA;
            case "08", "40", "53", "55", "57", "58" -> Kind.PASSING;
            default -> state.equals("25006") ? Kind.PASSING : Kind.DEFECT;
        };
    }
}
