package io.ticktock.graph.expression;

/** What an expression may cost at most. */
final class Limits {

    /** Length of an expression in characters. */
    static final int MAX_SOURCE_CHARS = 10_000;

    /** Steps of all the loops ({@code map}, {@code filter}, …) of one evaluation together. */
    static final int MAX_ITERATIONS = 300_000;

    /**
     * What one evaluation may cost in all: 16 for each part that is evaluated and each value that is compared, 4 for
     * each element and 1 for each character that a function looks at or makes. Some seconds.
     */
    static final long MAX_EFFORT = 200_000_000;

    /** Elements of a list or map that an expression makes. */
    static final int MAX_ELEMENTS = 5_000_000;

    /** Length of a text that an expression makes. */
    static final int MAX_TEXT_CHARS = 32 << 20;

    /** Instructions of a compiled regular expression. */
    static final int MAX_REGEX_PROGRAM_SIZE = 1_000;

    /** How deeply parentheses, lists and calls may nest in an expression. */
    static final int MAX_SOURCE_DEPTH = 60;

    /** Length of all the expressions that are kept compiled for those who compile them again. */
    static final long MAX_CACHED_CHARS = 500_000;

    private Limits() {}
}
