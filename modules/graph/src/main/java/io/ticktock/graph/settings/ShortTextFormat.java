package io.ticktock.graph.settings;

import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Format;
import com.networknt.schema.ValidationContext;

/**
 * A format for texts as people write them. A longer one is of no format: some checks of the library take a time that
 * grows with the square of the length.
 */
record ShortTextFormat(Format format) implements Format {

    private static final int MAX_CHARS = 1_000;

    @Override
    public String getName() {
        return format.getName();
    }

    @Override
    public String getMessageKey() {
        return format.getMessageKey();
    }

    @Override
    public boolean matches(ExecutionContext execution, ValidationContext validation, String text) {
        return text.length() <= MAX_CHARS && format.matches(execution, validation, text);
    }
}
