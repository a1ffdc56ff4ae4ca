package io.ticktock.testkit.model;

import io.ticktock.testkit.model.Reply.Call;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Answers what fits: a value of the schema, a call of the first tool where one must be made, else some words that say whose
 * they are.
 */
public final class FittingScript implements Script {

    public static final FittingScript INSTANCE = new FittingScript();

    private static final int EXCERPT_CHARS = 60;
    private static final int DEEPEST = 32;

    private FittingScript() {}

    @Override
    public Reply reply(ModelRequest request) {
        if (request.schema().isPresent()) {
            return Reply.tells(value(request.schema().get(), "answer", 0));
        }
        if (request.mustUseTools() && !request.tools().isEmpty()) {
            String name = request.tools().keySet().iterator().next();
            Object parameters = Optional.ofNullable(request.tools().get(name)).orElse(Map.of("type", "object"));
            return Reply.calls(Call.of(name, value(parameters, name, 0)));
        }
        String last = request.last().replaceAll("\\s+", " ");
        return Reply.says(
                "A scripted answer, of no model, to: " + last.substring(0, Math.min(EXCERPT_CHARS, last.length())));
    }

    private static Object value(Object schema, String name, int depth) {
        if (depth == DEEPEST || !(schema instanceof Map<?, ?> map)) {
            return null;
        }
        if (map.containsKey("const")) {
            return map.get("const");
        }
        if (map.get("enum") instanceof List<?> values) {
            return values.get(0);
        }
        if (map.get("anyOf") instanceof List<?> branches) {
            return value(branches.get(0), name, depth + 1);
        }
        Object type = map.get("type") instanceof List<?> types ? types.get(0) : map.get("type");
        return switch (String.valueOf(type)) {
            case "object" -> fields(map, depth);
            case "array" -> elements(map, name, depth);
            case "boolean" -> true;
            case "integer" -> map.get("minimum") instanceof Number least ? least.longValue() : 1L;
            case "number" -> map.get("minimum") instanceof Number least ? least.doubleValue() : 1.0;
            case "string" -> "scripted " + name;
            default -> null;
        };
    }

    private static Map<String, Object> fields(Map<?, ?> schema, int depth) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (schema.get("properties") instanceof Map<?, ?> properties) {
            properties.forEach(
                    (key, part) -> fields.put(String.valueOf(key), value(part, String.valueOf(key), depth + 1)));
        }
        return fields;
    }

    private static List<Object> elements(Map<?, ?> schema, String name, int depth) {
        long count = schema.get("minItems") instanceof Number least ? Math.min(100, least.longValue()) : 0;
        List<Object> elements = new ArrayList<>();
        while (elements.size() < count) {
            elements.add(value(schema.get("items"), name, depth + 1));
        }
        return elements;
    }
}
