package io.ticktock.bus.trace;

import java.util.Locale;
import java.util.UUID;

/**
 * The ids that spans of a lifetime have. They follow from its id and those of its executions alone, so that every process,
 * also after a restart, and every worker in whatever language, knows them without being told.
 */
public final class TraceIds {

    private static final String NO_SPAN = "0000000000000000";
    private static final int TRACE_DIGITS = 32;
    private static final int SPAN_DIGITS = 16;

    private TraceIds() {}

    /** The trace of a lifetime: the digits of its id. */
    public static String trace(String lifetimeId) {
        return digits(lifetimeId);
    }

    /** The span of a lifetime, parent of those of its attempts: the second half of the id. */
    public static String lifetimeSpan(String lifetimeId) {
        return span(lifetimeId);
    }

    /** The span of an attempt: the second half of its execution's id. */
    public static String attemptSpan(String execId) {
        return span(execId);
    }

    private static String span(String id) {
        String span = digits(id).substring(TRACE_DIGITS - SPAN_DIGITS);
        return span.equals(NO_SPAN) ? "0000000000000001" : span;
    }

    private static String digits(String id) {
        return UUID.fromString(id).toString().replace("-", "").toLowerCase(Locale.ROOT);
    }
}
