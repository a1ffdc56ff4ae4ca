package io.ticktock.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The object of a request's body: a field that is not known, or not of its kind, is refused by name. */
record JsonBody(ObjectNode json) {

    static JsonBody of(byte[] body, String... fields) {
        ObjectNode json = JsonText.object(body);
        List<String> known = List.of(fields);
        json.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw invalid("unknown field '" + name + "'; the fields are " + String.join(", ", known));
            }
        });
        return new JsonBody(json);
    }

    String requiredText(String field) {
        return text(field).filter(text -> !text.isEmpty()).orElseThrow(() -> invalid("'" + field + "' is missing"));
    }

    Optional<String> text(String field) {
        return value(field).map(value -> {
            if (!value.isTextual()) {
                throw invalid("'" + field + "' must be a string");
            }
            return value.textValue();
        });
    }

    /** Absent or null: false. */
    boolean flag(String field) {
        return value(field)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw invalid("'" + field + "' must be true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(false);
    }

    /** Absent or null: empty. */
    Optional<JsonNode> value(String field) {
        JsonNode value = json.get(field);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    Map<String, String> texts(String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        value(field).ifPresent(value -> {
            if (!value.isObject()) {
                throw invalid("'" + field + "' must be an object of strings");
            }
            value.fields().forEachRemaining(entry -> {
                if (!entry.getValue().isTextual()) {
                    throw invalid("'" + field + "." + entry.getKey() + "' must be a string");
                }
                texts.put(entry.getKey(), entry.getValue().textValue());
            });
        });
        return texts;
    }

    List<String> list(String field) {
        List<String> list = new ArrayList<>();
        value(field).ifPresent(value -> {
            if (!value.isArray()) {
                throw invalid("'" + field + "' must be an array of strings");
            }
            value.forEach(item -> {
                if (!item.isTextual()) {
                    throw invalid("'" + field + "' must be an array of strings");
                }
                list.add(item.textValue());
            });
        });
        return list;
    }

    static Failure invalid(String message) {
        return new Failure(FailureCode.INVALID_ARGUMENT, message);
    }
}
