package io.ticktock.testkit.model;

import io.ticktock.sdk.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One request for a chat completion.
 *
 * @param messages as they came
 * @param tools that are offered: the parameters' JSON Schema by name
 * @param schema of the answer, where one was asked for
 * @param wantsUsage in a stream
 */
public record ModelRequest(
        String model,
        List<Map<?, ?>> messages,
        Map<String, Object> tools,
        boolean mustUseTools,
        Optional<Map<?, ?>> schema,
        boolean stream,
        boolean wantsUsage) {

    private static final String MESSAGES = "messages";

    /** What is wrong with a request, and with which of its parameters. */
    static final class Faulty extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String parameter;

        Faulty(String parameter, String message) {
            super(message);
            this.parameter = parameter;
        }

        String parameter() {
            return parameter;
        }
    }

    static ModelRequest of(Object tree) {
        Map<?, ?> body = map(tree, "body");
        if (!(body.get("model") instanceof String model) || model.isEmpty()) {
            throw new Faulty("model", "you must provide a model parameter");
        }
        return new ModelRequest(
                model,
                messages(body.get(MESSAGES)),
                tools(body.get("tools")),
                "required".equals(body.get("tool_choice")),
                schema(body.get("response_format")),
                Boolean.TRUE.equals(body.get("stream")),
                body.get("stream_options") instanceof Map<?, ?> options
                        && Boolean.TRUE.equals(options.get("include_usage")));
    }

    private static List<Map<?, ?>> messages(Object value) {
        if (!(value instanceof List<?> list) || list.isEmpty()) {
            throw new Faulty(MESSAGES, "messages must be a list of at least one message");
        }
        List<Map<?, ?>> messages = new ArrayList<>();
        for (Object element : list) {
            Map<?, ?> message = map(element, MESSAGES);
            if (!List.of("system", "developer", "user", "assistant", "tool").contains(message.get("role"))) {
                throw new Faulty(MESSAGES, "a message has no role that there is");
            }
            messages.add(message);
        }
        return messages;
    }

    private static Map<String, Object> tools(Object value) {
        Map<String, Object> tools = new LinkedHashMap<>();
        if (value instanceof List<?> list) {
            for (Object element : list) {
                Map<?, ?> function = map(map(element, "tools").get("function"), "tools");
                tools.put(String.valueOf(function.get("name")), function.get("parameters"));
            }
        }
        return tools;
    }

    private static Optional<Map<?, ?>> schema(Object format) {
        return format instanceof Map<?, ?> map
                        && map.get("json_schema") instanceof Map<?, ?> named
                        && named.get("schema") instanceof Map<?, ?> schema
                ? Optional.of(schema)
                : Optional.empty();
    }

    private static Map<?, ?> map(Object value, String parameter) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new Faulty(parameter, parameter + " is not an object");
    }

    /** The text of a message. */
    public static String text(Map<?, ?> message) {
        Object content = message.get("content");
        if (content == null) {
            return "";
        }
        return content instanceof String text ? text : Json.write(content).toStringUtf8();
    }

    /** The text of the last message. */
    public String last() {
        return text(messages.get(messages.size() - 1));
    }

    /** The texts of all system messages. */
    public String system() {
        StringBuilder all = new StringBuilder();
        messages.stream().filter(ModelRequest::isSystem).forEach(message -> all.append(text(message)));
        return all.toString();
    }

    /** What tools have answered since somebody else said something. */
    public List<String> toolResults() {
        int first = messages.size();
        while (first > 0 && "tool".equals(messages.get(first - 1).get("role"))) {
            first--;
        }
        return messages.subList(first, messages.size()).stream()
                .map(ModelRequest::text)
                .toList();
    }

    /** What this request costs to read. */
    public long inputTokens() {
        return messages.stream()
                .mapToLong(message -> Tokens.of(Json.write(message).toStringUtf8()))
                .sum();
    }

    /** Those of the input that count as cached: the system messages, as if they had been there before. */
    public long cachedTokens() {
        return messages.stream()
                .filter(ModelRequest::isSystem)
                .mapToLong(message -> Tokens.of(text(message)))
                .sum();
    }

    private static boolean isSystem(Map<?, ?> message) {
        return "system".equals(message.get("role")) || "developer".equals(message.get("role"));
    }
}
