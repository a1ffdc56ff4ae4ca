package io.ticktock.state;

import com.google.protobuf.Timestamp;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Behind what a page begins that is in the order of time. As text: microseconds since 1970, a dot, the id.
 *
 * @param time in whole microseconds, as the database has it
 * @param id of what happened then
 */
public record TimeCursor(OffsetDateTime time, UUID id) {

    static final TimeCursor FIRST = ofMicros(0, new UUID(0, 0));
    /** Later than any time that a message may have. */
    public static final TimeCursor LAST =
            new TimeCursor(OffsetDateTime.of(10_000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC), new UUID(0, 0));

    public static TimeCursor of(Timestamp time, UUID id) {
        return new TimeCursor(Stored.time(time).truncatedTo(ChronoUnit.MICROS), id);
    }

    /** Throws INVALID_ARGUMENT when the text is no cursor's. */
    public static TimeCursor parse(String text) {
        int dot = text.indexOf('.');
        try {
            if (dot > 0 && dot < 20) {
                return ofMicros(Long.parseLong(text.substring(0, dot)), UUID.fromString(text.substring(dot + 1)));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            throw Pages.badToken();
        }
        throw Pages.badToken();
    }

    private static TimeCursor ofMicros(long micros, UUID id) {
        return new TimeCursor(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC), id);
    }

    @Override
    public String toString() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant()) + "." + id;
    }
}
