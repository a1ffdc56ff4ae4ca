package io.ticktock.graph.settings;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as graphs write them: a whole number and a unit, such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 2h} or {@code 30d}. */
public final class Durations {

    public static final Duration LONGEST = Duration.ofDays(3_650);

    private static final Pattern FORM = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");

    private Durations() {}

    /** The duration, or nothing when the text is none or means more than ten years. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group(1));
        long unitMs = unitMs(matcher.group(2));
        return count <= LONGEST.toMillis() / unitMs ? Optional.of(Duration.ofMillis(count * unitMs)) : Optional.empty();
    }

    /** The shortest text that means this duration; whole milliseconds. */
    public static String format(Duration duration) {
        long ms = duration.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            if (ms > 0 && ms % unitMs(unit) == 0) {
                return ms / unitMs(unit) + unit;
            }
        }
        return ms == 0 ? "0s" : ms + "ms";
    }

    private static long unitMs(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            case "d" -> 86_400_000;
            default -> throw new IllegalArgumentException("no unit of time: " + unit);
        };
    }
}
