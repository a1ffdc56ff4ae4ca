package io.ticktock.api.token;

/** What should be a set of public keys is none. */
final class KeySetFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeySetFault(String message) {
        super(message);
    }

    KeySetFault(String message, Throwable cause) {
        super(message, cause);
    }
}
