package io.ticktock.guardrail.policy;

import io.ticktock.graph.settings.Durations;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;
import java.util.Optional;

/**
 * The span of time over which a policy of scope tenant looks: the current hour, day, week (from Monday) or month in UTC,
 * or a length of time that ends now. Sums of a rolling span are kept in buckets; a bucket that is partly out of the span
 * still counts as a whole.
 */
public final class Window {

    public static final Duration SHORTEST = Duration.ofMinutes(1);
    public static final Duration LONGEST = Duration.ofDays(366);

    private static final int BUCKETS = 24;

    /** The periods of the calendar. */
    private enum Period {
        HOUR,
        DAY,
        WEEK,
        MONTH
    }

    private final String text;
    /** Empty for a rolling window. */
    private final Optional<Period> period;
    /** Of a rolling window, else zero. */
    private final Duration length;

    private Window(String text, Optional<Period> period, Duration length) {
        this.text = text;
        this.period = period;
        this.length = length;
    }

    /** The window of this text: {@code hour}, {@code day}, {@code week}, {@code month}, or a duration such as {@code 6h}. */
    public static Optional<Window> parse(String text) {
        for (Period period : Period.values()) {
            if (period.name().toLowerCase(Locale.ROOT).equals(text)) {
                return Optional.of(new Window(text, Optional.of(period), Duration.ZERO));
            }
        }
        return Durations.parse(text)
                .filter(length -> length.compareTo(SHORTEST) >= 0 && length.compareTo(LONGEST) <= 0)
                .map(length -> new Window(Durations.format(length), Optional.empty(), length));
    }

    /** From when on what happened belongs to the window, as of this time. */
    public Instant since(Instant now) {
        return period.map(known -> startOf(known, now)).orElseGet(() -> now.minus(length));
    }

    /** The start of the bucket in which what happens at this time is counted. */
    public Instant bucket(Instant time) {
        return period.map(known -> startOf(known, time)).orElseGet(() -> floor(time));
    }

    /** The start of the bucket behind the one of this time. */
    public Instant nextBucket(Instant time) {
        return period.map(known -> endOf(known, time))
                .orElseGet(() -> floor(time).plusMillis(widthMs()));
    }

    /** The start of the earliest bucket that counts at this time. */
    public Instant firstBucket(Instant now) {
        return bucket(since(now));
    }

    private Instant floor(Instant time) {
        return Instant.ofEpochMilli(Math.floorDiv(time.toEpochMilli(), widthMs()) * widthMs());
    }

    private long widthMs() {
        return length.toMillis() / BUCKETS;
    }

    private static Instant startOf(Period period, Instant time) {
        LocalDate day = time.atOffset(ZoneOffset.UTC).toLocalDate();
        return switch (period) {
            case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
            case DAY -> start(day);
            case WEEK -> start(day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
            case MONTH -> start(day.withDayOfMonth(1));
        };
    }

    private static Instant endOf(Period period, Instant time) {
        Instant start = startOf(period, time);
        LocalDate day = start.atOffset(ZoneOffset.UTC).toLocalDate();
        return switch (period) {
            case HOUR -> start.plus(1, ChronoUnit.HOURS);
            case DAY -> start(day.plusDays(1));
            case WEEK -> start(day.plusWeeks(1));
            case MONTH -> start(day.plusMonths(1));
        };
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Window window && text.equals(window.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it is written in a file, in one way. */
    @Override
    public String toString() {
        return text;
    }
}
