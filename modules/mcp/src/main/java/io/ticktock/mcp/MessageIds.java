package io.ticktock.mcp;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds whom a message answers without reading all of it. */
final class MessageIds {

    /** As the SDK numbers its requests. */
    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"([0-9a-f]{8}-[0-9]{1,19})\"");

    private MessageIds() {}

    /** The last one in the text: behind a result, or before it, where nothing of the result says the same. */
    static Optional<String> within(String text) {
        Matcher matcher = ID.matcher(text);
        Optional<String> found = Optional.empty();
        while (matcher.find()) {
            found = Optional.of(matcher.group(1));
        }
        return found;
    }
}
