package io.ticktock.graph.expression;

/**
 * What is wrong with the text of an expression.
 *
 * @param line in the text, from 1
 * @param column in the line, in characters (code points) from 1
 * @param message what is wrong
 * @param fix what would be right
 */
public record ExpressionFault(int line, int column, String message, String fix) {

    @Override
    public String toString() {
        return line + ":" + column + ": " + message + "; " + fix;
    }
}
