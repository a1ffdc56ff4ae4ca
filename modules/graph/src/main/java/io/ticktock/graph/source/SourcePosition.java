package io.ticktock.graph.source;

/**
 * A place in a file.
 *
 * @param line from 1
 * @param column in the line, in characters (code points) from 1
 */
public record SourcePosition(int line, int column) implements Comparable<SourcePosition> {

    public static final SourcePosition START = new SourcePosition(1, 1);

    @Override
    public int compareTo(SourcePosition other) {
        return line == other.line ? Integer.compare(column, other.column) : Integer.compare(line, other.line);
    }
}
