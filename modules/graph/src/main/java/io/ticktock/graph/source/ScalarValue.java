package io.ticktock.graph.source;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a text without quotes stands for: as in JSON, and null also as {@code ~} or nothing. */
final class ScalarValue {

    private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9][0-9]{0,18})");
    private static final Pattern NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]{0,99})(\\.[0-9]{1,100})?([eE][-+]?[0-9]{1,3})?");

    private ScalarValue() {}

    static Object of(String text) {
        return switch (text) {
            case "", "~", "null" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> number(text).orElse(text);
        };
    }

    /** A Long, or a Double when it has a fraction or is too large; nothing when it is no number, or an endless one. */
    static Optional<Object> number(String text) {
        if (INTEGER.matcher(text).matches() && new BigInteger(text).bitLength() < Long.SIZE) {
            return Optional.of(Long.parseLong(text));
        }
        if (!NUMBER.matcher(text).matches()) {
            return Optional.empty();
        }
        double number = Double.parseDouble(text);
        return Double.isInfinite(number) ? Optional.empty() : Optional.of(number);
    }
}
