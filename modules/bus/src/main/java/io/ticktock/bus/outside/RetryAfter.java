package io.ticktock.bus.outside;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the header by which a server asks to be left alone for a while. */
public final class RetryAfter {

    /** Who asks for more is not taken at his word. */
    public static final Duration LONGEST = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("[0-9]+");

    /** As many as a long has for sure. */
    private static final int MOST_DIGITS = 18;

    private RetryAfter() {}

    /** Seconds or a date; empty when it is neither or has passed. */
    public static Optional<Duration> parse(String text, Instant now) {
        Duration pause = SECONDS.matcher(text).matches() ? seconds(text) : until(text, now);
        if (pause.isNegative() || pause.isZero()) {
            return Optional.empty();
        }
        return Optional.of(pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
    }

    private static Duration seconds(String digits) {
        return digits.length() > MOST_DIGITS ? LONGEST : Duration.ofSeconds(Long.parseLong(digits));
    }

    private static Duration until(String date, Instant now) {
        try {
            Instant time = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return Duration.between(now, time);
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }
}
