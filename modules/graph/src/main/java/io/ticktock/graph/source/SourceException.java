package io.ticktock.graph.source;

/** Reading cannot go on. */
final class SourceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient SourceFault fault;

    SourceException(SourcePosition position, String message, String fix) {
        super(message);
        this.fault = new SourceFault(position, message, fix);
    }

    SourceFault fault() {
        return fault;
    }

    /** One level further down; throws when that is too deep. */
    static int deeper(int depth, SourcePosition position) {
        if (depth == SourceFile.MAX_DEPTH) {
            throw new SourceException(
                    position,
                    "lists and maps nest deeper than " + SourceFile.MAX_DEPTH + " levels",
                    "make the structure flatter");
        }
        return depth + 1;
    }
}
