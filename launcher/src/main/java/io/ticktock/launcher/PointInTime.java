package io.ticktock.launcher;

import io.ticktock.graph.settings.Durations;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** A moment as people write it: RFC 3339, a date (its beginning in UTC), or an age such as {@code 7d}. */
final class PointInTime {

    private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

    private PointInTime() {}

    /**
     * The moment that is meant.
     *
     * @param flag names it in the refusal
     * @param now what ages are before
     */
    static Instant parse(String flag, String text, Instant now) {
        return Durations.parse(text)
                .map(now::minus)
                .or(() -> written(text))
                .filter(moment -> !moment.isBefore(EARLIEST) && !moment.isAfter(LATEST))
                .orElseThrow(() -> CommandFailure.usage(flag + " '" + text + "': must be a time such as"
                        + " 2026-03-01T12:00:00Z, a date such as 2026-03-01, or an age such as 7d, 12h or 30m"));
    }

    private static Optional<Instant> written(String text) {
        try {
            return Optional.of(
                    text.contains("T")
                            ? OffsetDateTime.parse(text).toInstant()
                            : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
        } catch (DateTimeException neither) {
            return Optional.empty();
        }
    }
}
