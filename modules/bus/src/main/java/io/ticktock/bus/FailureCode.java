package io.ticktock.bus;

/** Stable kinds of failure. Every edge (command line, HTTP, gRPC) maps these, and nothing else, to its own codes. */
public enum FailureCode {
    /** The request itself is wrong; repeating it will not help. */
    INVALID_ARGUMENT(1, false),
    /** No such thing for this tenant. */
    NOT_FOUND(2, false),
    /** Something else is there already under this name. */
    ALREADY_EXISTS(3, false),
    /** The thing is in a state that does not allow this. */
    FAILED_PRECONDITION(4, false),
    /** Another process has taken over; what this one asked was not done. */
    FENCED(5, false),
    /** A queue is full; try again later. */
    OVERLOADED(6, true),
    /** Nobody answered in time, or nobody serves this; it may or may not have been done. */
    UNAVAILABLE(7, true),
    /** A defect here. */
    INTERNAL(8, false),
    /** Nobody knows who asks. */
    UNAUTHENTICATED(9, false),
    /** Who asks may not. */
    PERMISSION_DENIED(10, false),
    /** The thing has changed since who asks looked at it; nothing was done. */
    STALE(11, false),
    /** The tenant has as much as it may have; try again later. */
    QUOTA_EXCEEDED(12, true);

    private final int number;
    private final boolean retryable;

    FailureCode(int number, boolean retryable) {
        this.number = number;
        this.retryable = retryable;
    }

    /** What travels between processes, perhaps of different versions: never given to another code. */
    int number() {
        return number;
    }

    /** The code of this number; a number from a newer version is INTERNAL here. */
    static FailureCode ofNumber(int number) {
        for (FailureCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        return INTERNAL;
    }

    /** Whether the same request may succeed later. */
    public boolean retryable() {
        return retryable;
    }
}
