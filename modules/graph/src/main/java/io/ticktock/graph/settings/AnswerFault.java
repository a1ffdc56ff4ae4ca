package io.ticktock.graph.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.ValidationMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What is wrong at one place of an answer, in words for the person who gave it.
 *
 * @param path keys and indexes that lead to the place
 * @param words what is wrong; what would be right
 */
record AnswerFault(List<String> path, String words) {

    private static final int MAX_EXCERPT_CHARS = 60;
    private static final int MAX_CHOICES = 10;
    private static final int MAX_ALTERNATIVES = 3;

    private static final Map<String, String> TYPES = Map.of(
            "string", "a text",
            "number", "a number",
            "integer", "a whole number",
            "boolean", "true or false",
            "object", "a map",
            "array", "a list",
            "null", "null");

    private static final Map<String, String> FORMATS = Map.of(
            "date", "a date such as 2030-01-31",
            "time", "a time and its zone, such as 08:30:00Z",
            "date-time", "a date, a time and its zone, such as 2030-01-31T08:30:00Z",
            "duration", "a duration such as P3D or PT1H30M",
            "email", "an e-mail address such as name@example.com",
            "hostname", "the name of a host such as www.example.com",
            "uri", "an address such as https://example.com/",
            "uuid", "a UUID such as 123e4567-e89b-12d3-a456-426614174000");

    /** All faults; those of alternatives of which one would have been enough are one. */
    static List<String> describe(Iterable<ValidationMessage> messages) {
        List<String> described = new ArrayList<>();
        String alternatives = "";
        int last = 0;
        List<String> group = new ArrayList<>();
        for (ValidationMessage message : messages) {
            int at = alternativeAt(message.getEvaluationPath());
            String prefix = at < 0 ? "" : prefix(message.getEvaluationPath(), at);
            int index = at < 0 ? 0 : (Integer) message.getEvaluationPath().getElement(at);
            // The alternatives of one value come in order, so a smaller one is of the next value.
            if (at < 0 || !prefix.equals(alternatives) || index < last) {
                add(group, described);
            }
            alternatives = prefix;
            last = index;
            if (!message.getMessageKey().equals("oneOf")) {
                group.add(of(message).toString());
            }
        }
        add(group, described);
        return described;
    }

    static AnswerFault of(ValidationMessage message) {
        List<String> path = new ArrayList<>();
        JsonNodePath location = message.getInstanceLocation();
        for (int i = 0; i < location.getNameCount(); i++) {
            path.add(location.getName(i));
        }
        switch (message.getType()) {
            case "required", "additionalProperties", "unevaluatedProperties", "propertyNames" ->
                path.add(message.getProperty());
            case "dependentRequired", "items", "unevaluatedItems" -> path.add(String.valueOf(argument(message, 0)));
            default -> {}
        }
        return new AnswerFault(List.copyOf(path), words(message));
    }

    @Override
    public String toString() {
        return (path.isEmpty() ? "the answer" : String.join(".", path)) + ": " + words;
    }

    private static void add(List<String> group, List<String> described) {
        if (!group.isEmpty()) {
            described.add(group.stream().distinct().limit(MAX_ALTERNATIVES).collect(Collectors.joining(", or ")));
            group.clear();
        }
    }

    /** Where in the path the number of an alternative stands, or -1. */
    private static int alternativeAt(JsonNodePath evaluation) {
        for (int i = 1; i < evaluation.getNameCount(); i++) {
            Object keyword = evaluation.getElement(i - 1);
            boolean alternative = keyword.equals("anyOf") || keyword.equals("oneOf");
            if (alternative && evaluation.getElement(i) instanceof Integer) {
                return i;
            }
        }
        return -1;
    }

    private static String prefix(JsonNodePath path, int length) {
        StringBuilder prefix = new StringBuilder();
        for (int i = 0; i < length; i++) {
            prefix.append('/').append(path.getElement(i));
        }
        return prefix.toString();
    }

    private static String words(ValidationMessage message) {
        JsonNode value = message.getInstanceNode();
        JsonNode limit = message.getSchemaNode();
        return switch (message.getType()) {
            case "required" -> "is missing; the form needs it";
            case "dependentRequired" -> "is missing; the form needs it beside " + argument(message, 1);
            case "additionalProperties", "unevaluatedProperties" -> "is not part of the form; leave it out";
            case "items", "unevaluatedItems" -> "is one element too many; leave it out";
            case "false" -> "is not wanted here; leave it out";
            case "propertyNames" -> "is a name that the form does not allow: it " + argument(message, 1);
            case "type" -> is(value) + "; give " + types(limit);
            case "enum" -> is(value) + "; give one of " + choices(limit);
            case "const" -> is(value) + "; give " + excerpt(limit);
            case "minimum" -> is(value) + "; give at least " + limit;
            case "maximum" -> is(value) + "; give at most " + limit;
            case "exclusiveMinimum" -> is(value) + "; give more than " + limit;
            case "exclusiveMaximum" -> is(value) + "; give less than " + limit;
            case "multipleOf" -> is(value) + "; give a multiple of " + limit;
            case "minLength" -> "has " + characters(value) + " characters; give at least " + limit;
            case "maxLength" -> "has " + characters(value) + " characters; give at most " + limit;
            case "pattern" -> is(value) + "; give a text that matches " + limit.asText();
            case "format" -> is(value) + "; give " + format(limit.asText());
            case "minItems" -> "has " + value.size() + " elements; give at least " + limit;
            case "maxItems" -> "has " + value.size() + " elements; give at most " + limit;
            case "uniqueItems" -> "has the same element twice; give each only once";
            case "minProperties" -> "has " + value.size() + " fields; give at least " + limit;
            case "maxProperties" -> "has " + value.size() + " fields; give at most " + limit;
            case "not" -> is(value) + ", which the form excludes; give something else";
            case "oneOf" -> is(value) + ", which fits several alternatives; give what fits only one";
            default -> message.getError();
        };
    }

    private static String types(JsonNode types) {
        if (types.isTextual()) {
            return TYPES.getOrDefault(types.asText(), types.asText());
        }
        return StreamSupport.stream(types.spliterator(), false)
                .map(AnswerFault::types)
                .collect(Collectors.joining(" or "));
    }

    private static String format(String name) {
        return FORMATS.getOrDefault(name, "a text of the format " + name);
    }

    private static String choices(JsonNode choices) {
        String shown = StreamSupport.stream(choices.spliterator(), false)
                .limit(MAX_CHOICES)
                .map(AnswerFault::excerpt)
                .collect(Collectors.joining(", "));
        return choices.size() > MAX_CHOICES ? shown + ", …" : shown;
    }

    private static String is(JsonNode value) {
        if (value.isObject()) {
            return "is a map";
        }
        return value.isArray() ? "is a list" : "is " + excerpt(value);
    }

    private static String excerpt(JsonNode value) {
        String json = value.toString();
        return json.codePointCount(0, json.length()) > MAX_EXCERPT_CHARS
                ? json.substring(0, json.offsetByCodePoints(0, MAX_EXCERPT_CHARS)) + "…"
                : json;
    }

    private static int characters(JsonNode value) {
        String text = value.asText();
        return text.codePointCount(0, text.length());
    }

    private static Object argument(ValidationMessage message, int index) {
        return message.getArguments()[index];
    }
}
