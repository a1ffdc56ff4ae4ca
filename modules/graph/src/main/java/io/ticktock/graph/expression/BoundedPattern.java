package io.ticktock.graph.expression;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.regex.Matcher;

/**
 * A regular expression as RE2 knows them, of bounded size: neither reading it nor looking for it takes long, whoever
 * wrote it. Immutable, so that threads can share it.
 */
public final class BoundedPattern {

    private static final int MAX_SOURCE_CHARS = 1_000;
    /** Nothing can end a search that is under way. */
    private static final long MOST_STEPS = 20_000_000;

    /** More would take memory before the size of the result could be looked at. */
    private static final int MAX_REPEATED_CHARS = 100_000;

    /** How often something is there, which is a group or not. */
    private static final java.util.regex.Pattern COUNT =
            java.util.regex.Pattern.compile("(\\)?)\\{([0-9]{1,4})(?:,([0-9]{0,4}))?\\}");

    /** What a loop matches with is compiled once. */
    private static final Cache<String, BoundedPattern> COMPILED =
            CacheBuilder.newBuilder().maximumSize(200).build();

    private final Pattern pattern;

    private BoundedPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /** Throws {@link ExpressionFailure} when it is none, or too large. */
    public static BoundedPattern compile(String source) {
        BoundedPattern known = COMPILED.getIfPresent(source);
        if (known != null) {
            return known;
        }
        BoundedPattern compiled = compileAnew(source);
        COMPILED.put(source, compiled);
        return compiled;
    }

    private static BoundedPattern compileAnew(String source) {
        if (source.length() > MAX_SOURCE_CHARS || repeatedChars(source) > MAX_REPEATED_CHARS) {
            throw tooLarge();
        }
        Pattern pattern = parse(source);
        if (pattern.programSize() > Limits.MAX_REGEX_PROGRAM_SIZE) {
            throw tooLarge();
        }
        return new BoundedPattern(pattern);
    }

    /** Whether it is somewhere in the text. Throws {@link ExpressionFailure} when it may take seconds to tell. */
    public boolean isIn(String text) {
        if (stepsIn(text) > MOST_STEPS) {
            throw new ExpressionFailure("the pattern takes too long in a text of " + text.length()
                    + " characters: shorten it, or let it repeat less often");
        }
        return pattern.matcher(text).find();
    }

    /** What looking for it in the text costs at most. */
    long stepsIn(String text) {
        return (long) text.length() * size();
    }

    /** How many instructions it takes: what looking for it costs at most for each character of a text. */
    public int size() {
        return pattern.programSize();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }

    private static Pattern parse(String source) {
        try {
            return Pattern.compile(source);
        } catch (PatternSyntaxException e) {
            throw new ExpressionFailure(
                    "the pattern is not a regular expression as RE2 knows them: " + e.getDescription(), e);
        }
    }

    /** How long it gets at most when counts are written out: only those of groups can multiply one another. */
    private static long repeatedChars(String source) {
        long ofGroups = 1;
        long ofOthers = 1;
        Matcher counts = COUNT.matcher(source);
        while (counts.find() && ofGroups <= MAX_REPEATED_CHARS) {
            long count = Math.max(1, Math.max(number(counts.group(2)), number(counts.group(3))));
            if (counts.group(1).isEmpty()) {
                ofOthers = Math.max(ofOthers, count);
            } else {
                ofGroups *= count;
            }
        }
        return ofGroups * ofOthers * source.length();
    }

    private static long number(String digits) {
        return digits == null || digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    private static ExpressionFailure tooLarge() {
        return new ExpressionFailure("the pattern is too large: shorten it, or let it repeat less often");
    }
}
