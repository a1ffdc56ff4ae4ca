package io.ticktock.bus;

/** Stable kinds of failure. Every edge (command line, HTTP, gRPC) maps these, and nothing else, to its own codes. */
public enum FailureCode {
    /** The request itself is wrong; repeating it will not help. */
    INVALID_ARGUMENT(false),
    /** No such thing for this tenant. */
    NOT_FOUND(false),
    /** Something else is there already under this name. */
    ALREADY_EXISTS(false),
    /** The thing is in a state that does not allow this. */
    FAILED_PRECONDITION(false),
    /** Another process has taken over; what this one asked was not done. */
    FENCED(false),
    /** A queue is full; try again later. */
    OVERLOADED(true),
    /** Nobody answered in time, or nobody serves this; it may or may not have been done. */
    UNAVAILABLE(true),
    /** A defect here. */
    INTERNAL(false);

    private final boolean retryable;

    FailureCode(boolean retryable) {
        this.retryable = retryable;
    }

    /** Whether the same request may succeed later. */
    public boolean retryable() {
        return retryable;
    }
}
