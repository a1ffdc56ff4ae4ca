package io.ticktock.graph.source;

/**
 * A text, number, boolean or null in a file.
 *
 * @param plain String, Long, Double, Boolean or null
 * @param text as it was written, without quotes and escapes
 * @param spelling where the characters of the text stand in the file
 */
public record SourceScalar(SourcePosition position, Object plain, String text, Spelling spelling)
        implements SourceValue {

    /** Where the character stands that is in this line and column of the text, both from 1. */
    public SourcePosition at(int line, int column) {
        return spelling.positionOf(text, line, column);
    }

    @Override
    public String kind() {
        if (plain instanceof String) {
            return "a text";
        }
        if (plain instanceof Number) {
            return "a number";
        }
        return plain == null ? "empty" : "a boolean";
    }
}
