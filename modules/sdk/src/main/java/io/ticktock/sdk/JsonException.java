package io.ticktock.sdk;

/** Something is not JSON, or cannot be written as JSON; the message says what and where. */
public final class JsonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JsonException(String message) {
        super(message);
    }

    JsonException(String message, Throwable cause) {
        super(message, cause);
    }
}
