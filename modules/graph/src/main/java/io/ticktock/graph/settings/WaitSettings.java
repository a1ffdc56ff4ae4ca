package io.ticktock.graph.settings;

import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.VariableUse;
import io.ticktock.graph.expression.Variables;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * Type {@code wait}: lets time pass.
 *
 * @param end whether the time says how long or until when
 * @param time a duration as in {@link Durations}, or a timestamp as in RFC 3339
 */
public record WaitSettings(End end, Template time) implements TaskSettings {

    /** How the end of the wait is given. */
    public enum End {
        /** So long from when the attempt was scheduled. */
        FOR,
        /** At a point in time; at once when it has passed. */
        UNTIL
    }

    @Override
    public VariableUse uses() {
        return time.uses();
    }

    /** When the wait ends. Throws {@link ExpressionFailure}. */
    public Instant endsAt(Variables variables, Instant scheduledAt) {
        Object value = time.evaluate(variables);
        return switch (end) {
            case FOR -> scheduledAt.plus(duration(value));
            case UNTIL -> atMost(timestamp(value), scheduledAt.plus(Durations.LONGEST));
        };
    }

    /** Reads a timestamp such as 2030-01-31T08:00:00Z; throws {@link ExpressionFailure} when it is none. */
    public static Instant timestamp(Object value) {
        try {
            return OffsetDateTime.parse(String.valueOf(value)).toInstant();
        } catch (DateTimeException e) {
            throw new ExpressionFailure("until takes a timestamp such as 2030-01-31T08:00:00Z, not " + value, e);
        }
    }

    private static Duration duration(Object value) {
        return Durations.parse(String.valueOf(value))
                .orElseThrow(() -> new ExpressionFailure("for takes a duration such as 10s or 2h, not " + value));
    }

    private static Instant atMost(Instant time, Instant latest) {
        if (time.isAfter(latest)) {
            throw new ExpressionFailure("the wait would end at " + time + ", more than "
                    + Durations.format(Durations.LONGEST) + " from now");
        }
        return time;
    }
}
