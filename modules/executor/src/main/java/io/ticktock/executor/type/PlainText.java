package io.ticktock.executor.type;

import io.ticktock.sdk.Json;

/** Plain values where a text is needed. */
final class PlainText {

    private PlainText() {}

    /** The text itself, and anything else as JSON. */
    static String of(Object plain) {
        return plain instanceof String text ? text : Json.write(plain).toStringUtf8();
    }
}
