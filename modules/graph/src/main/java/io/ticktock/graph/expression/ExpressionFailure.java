package io.ticktock.graph.expression;

/** An expression could not be evaluated over these values. The message is one sentence for the graph's author. */
public final class ExpressionFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ExpressionFailure(String message) {
        super(message);
    }

    public ExpressionFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
