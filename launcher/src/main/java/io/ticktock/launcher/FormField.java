package io.ticktock.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * One value that a person is asked for, described by a JSON Schema. Only what decides how a typed line is read is looked
 * at here; the schema itself is checked by the form.
 *
 * @param name of the property; empty when the answer as a whole is asked for
 */
record FormField(String name, JsonNode schema, boolean required) {

    /** What was typed, as a value, or what is wrong with it. */
    record Reading(Optional<JsonNode> value, String fault) {

        static Reading of(JsonNode value) {
            return new Reading(Optional.of(value), "");
        }

        static Reading wrong(String fault) {
            return new Reading(Optional.empty(), fault);
        }

        /** The property is left out. */
        static Reading none() {
            return new Reading(Optional.empty(), "");
        }

        boolean isWrong() {
            return !fault.isEmpty();
        }
    }

    /** Such as {@code approved (yes or no): }. */
    String question() {
        StringBuilder text = new StringBuilder(name.isEmpty() ? "answer" : name);
        String title = schema.path("title").asText(schema.path("description").asText(""));
        if (!title.isEmpty()) {
            text.append(", ").append(title);
        }
        text.append(" (").append(expected());
        if (!required) {
            text.append(", may be left empty");
        }
        text.append(')');
        if (schema.has("default")) {
            text.append(" [").append(Json.text(schema.get("default"))).append(']');
        }
        return text.append(": ").toString();
    }

    private String expected() {
        if (schema.has("enum")) {
            StringJoiner choices = new StringJoiner(" or ");
            schema.get("enum").forEach(choice -> choices.add(choice.asText()));
            return choices.toString();
        }
        return switch (type()) {
            case "boolean" -> "yes or no";
            case "integer" -> "a whole number" + range();
            case "number" -> "a number" + range();
            case "string" -> "text";
            default -> "JSON";
        };
    }

    private String range() {
        String least = schema.has("minimum") ? " from " + schema.get("minimum").asText() : "";
        String most = schema.has("maximum") ? " to " + schema.get("maximum").asText() : "";
        return least + most;
    }

    private String type() {
        return schema.path("type").asText("");
    }

    Reading read(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return readNothing();
        }
        if (schema.has("enum")) {
            return readChoice(text);
        }
        return switch (type()) {
            case "boolean" -> readBoolean(text);
            case "integer", "number" -> readNumber(text);
            case "string" -> Reading.of(TextNode.valueOf(text));
            default -> Json.parse(text).map(Reading::of).orElseGet(() -> Reading.wrong("must be JSON"));
        };
    }

    private Reading readNothing() {
        if (schema.has("default")) {
            return Reading.of(schema.get("default"));
        }
        if (!required) {
            return Reading.none();
        }
        boolean mayBeEmpty = "string".equals(type()) && !schema.has("enum");
        return mayBeEmpty ? Reading.of(TextNode.valueOf("")) : Reading.wrong("must be " + expected());
    }

    private Reading readChoice(String text) {
        for (JsonNode choice : schema.get("enum")) {
            if (choice.asText().equals(text)) {
                return Reading.of(choice);
            }
        }
        return Reading.wrong("must be " + expected());
    }

    private static Reading readBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "y", "true" -> Reading.of(BooleanNode.TRUE);
            case "no", "n", "false" -> Reading.of(BooleanNode.FALSE);
            default -> Reading.wrong("must be yes or no");
        };
    }

    private Reading readNumber(String text) {
        return Json.parse(text)
                .filter(JsonNode::isNumber)
                .map(Reading::of)
                .orElseGet(() -> Reading.wrong("must be " + expected()));
    }
}
