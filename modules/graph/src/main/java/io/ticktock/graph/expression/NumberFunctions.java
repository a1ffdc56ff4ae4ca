package io.ticktock.graph.expression;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** What expressions can do with numbers. An int and a double together give a double; an int does not overflow. */
final class NumberFunctions {

    /** Every whole number below this one is exact as a double. */
    static final long EXACT_IN_DOUBLE = 1L << 53;

    private static final int MAX_DIGITS = 15;

    private NumberFunctions() {}

    static Number add(Number a, Number b) {
        if (!(a instanceof Long left) || !(b instanceof Long right)) {
            return a.doubleValue() + b.doubleValue();
        }
        try {
            return Math.addExact(left, right);
        } catch (ArithmeticException e) {
            throw new ExpressionFailure("the sum is too large for an int", e);
        }
    }

    static int compare(Number a, Number b) {
        return a instanceof Long left && b instanceof Long right
                ? Long.compare(left, right)
                : Double.compare(a.doubleValue(), b.doubleValue());
    }

    static Number sum(List<?> list) {
        Number sum = 0L;
        for (Object element : list) {
            if (!(element instanceof Number number)) {
                throw new ExpressionFailure("sum takes a list of numbers");
            }
            sum = add(sum, number);
        }
        return sum;
    }

    static Long abs(Long number) {
        if (number == Long.MIN_VALUE) {
            throw new ExpressionFailure("the absolute value is too large for an int");
        }
        return Math.abs(number);
    }

    /** To the nearest int, halves away from zero. */
    static Long round(Double number) {
        double rounded = Math.copySign(Math.floor(Math.abs(number) + 0.5), number);
        if (!(Math.abs(rounded) < Long.MAX_VALUE)) {
            throw new ExpressionFailure("round takes a number in the range of an int, not " + number);
        }
        return (long) rounded;
    }

    /** To this many decimal places, halves away from zero. */
    static Double round(Double number, Long digits) {
        if (digits < 0 || digits > MAX_DIGITS) {
            throw new ExpressionFailure("round takes 0 to " + MAX_DIGITS + " decimal places, not " + digits);
        }
        if (number.isNaN() || number.isInfinite()) {
            return number;
        }
        return BigDecimal.valueOf(number)
                .setScale(digits.intValue(), RoundingMode.HALF_UP)
                .doubleValue();
    }
}
