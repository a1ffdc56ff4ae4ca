package io.ticktock.graph.settings;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Amounts of US dollars, exact to the millionth: how files write them and how they are shown. */
public final class Dollars {

    /** The largest amount that can be written: a billion dollars, in millionths. */
    public static final long MOST_MICROS = 1_000_000_000L * 1_000_000;

    private static final int DIGITS = 6;
    private static final Pattern FORM = Pattern.compile("[0-9]{1,10}(\\.[0-9]{1,12})?");

    private Dollars() {}

    /** The amount in millionths, or nothing when the text is no amount, is more than a billion or finer than a millionth. */
    public static OptionalLong parseMicros(String text) {
        if (!FORM.matcher(text).matches()) {
            return OptionalLong.empty();
        }
        BigDecimal micros = new BigDecimal(text).movePointRight(DIGITS).stripTrailingZeros();
        boolean exact = micros.scale() <= 0 && micros.compareTo(BigDecimal.valueOf(MOST_MICROS)) <= 0;
        return exact ? OptionalLong.of(micros.longValueExact()) : OptionalLong.empty();
    }

    /** The shortest text that means this amount, such as {@code 0.25}. */
    public static String format(long micros) {
        BigDecimal dollars = BigDecimal.valueOf(micros, DIGITS).stripTrailingZeros();
        return dollars.signum() == 0 ? "0" : dollars.toPlainString();
    }
}
