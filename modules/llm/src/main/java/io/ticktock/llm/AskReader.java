package io.ticktock.llm;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.internal.JsonSchemaElementJsonUtils;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import io.ticktock.sdk.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** Makes of a node's settings, with values for their expressions, what a model is asked. Throws {@link LlmFault}. */
final class AskReader {

    private static final int MOST_MESSAGES = 1_000;
    private static final int MOST_TOOLS = 128;
    private static final int MOST_CALLS = 128;
    private static final long MAX_TOKENS = 4_096;
    private static final String MESSAGE = "a message";
    private static final Pattern MODEL_IN_PATH = Pattern.compile("[\\w.:/-]{1,200}");

    private final Map<String, Object> settings;
    private final Attachments files;

    /** @param files that messages refer to */
    AskReader(Map<String, Object> settings, Attachments files) {
        this.settings = settings;
        this.files = files;
    }

    Ask read(ProviderConfiguration provider) {
        try {
            return made(provider);
        } catch (IllegalArgumentException e) {
            throw new LlmFault(
                    "llm_invalid_request",
                    "the model cannot be asked this: " + e.getMessage(),
                    false,
                    Optional.empty(),
                    e);
        }
    }

    private Ask made(ProviderConfiguration provider) {
        String model = Optional.ofNullable(settings.get("model"))
                .map(String::valueOf)
                .filter(text -> !text.isEmpty())
                .or(provider::model)
                .orElseThrow(() -> invalid("the node names no model, and the provider " + provider.name()
                        + " has none by default; add model: to either"));
        if (provider.kind() == ProviderKind.GEMINI && !isPartOfPath(model)) {
            throw invalid(
                    "the model is not a name such as gemini-2.5-pro: letters, digits, '.', '-', '_', ':' and '/'");
        }
        List<ChatMessage> messages = messages();
        Object temperature = settings.get("temperature");
        return new Ask(
                model,
                messages,
                temperature instanceof Number number ? OptionalDouble.of(number.doubleValue()) : OptionalDouble.empty(),
                ((Number) settings.getOrDefault("max_tokens", MAX_TOKENS)).intValue(),
                Optional.ofNullable((Map<?, ?>) settings.get("schema")),
                tools().values().stream().map(AskReader::specification).toList(),
                "required".equals(settings.get("tool_choice")),
                files.areLarge());
    }

    /** This protocol has the name in its address, where another one could lead to what the key is not meant for. */
    private static boolean isPartOfPath(String model) {
        return MODEL_IN_PATH.matcher(model).matches() && !model.contains("..");
    }

    /** By name, as the graph says them. */
    Map<String, Map<?, ?>> tools() {
        Map<String, Map<?, ?>> tools = new LinkedHashMap<>();
        for (Object element : flat(settings.get("tools"), "tools")) {
            Map<?, ?> tool = map(element, "a tool");
            if (tools.size() == MOST_TOOLS) {
                throw invalid("there are more than " + MOST_TOOLS + " tools");
            }
            if (tools.put(text(tool, "name", "a tool"), tool) != null) {
                throw invalid("the tool " + tool.get("name") + " is there twice");
            }
        }
        return tools;
    }

    private List<ChatMessage> messages() {
        List<ChatMessage> messages = new ArrayList<>();
        if (settings.get("system") != null) {
            messages.add(SystemMessage.from(String.valueOf(settings.get("system"))));
        }
        for (Object element : flat(settings.get("messages"), "messages")) {
            messages.add(message(map(element, MESSAGE)));
            if (messages.size() > MOST_MESSAGES) {
                throw invalid("there are more than " + MOST_MESSAGES + " messages");
            }
        }
        if (settings.get("prompt") != null) {
            messages.add(UserMessage.from(plain(settings.get("prompt"))));
        }
        if (messages.stream().allMatch(SystemMessage.class::isInstance)) {
            throw invalid("there is no message for the model to answer");
        }
        return messages;
    }

    private ChatMessage message(Map<?, ?> message) {
        String role = text(message, "role", MESSAGE);
        return switch (role) {
            case "system" -> SystemMessage.from(plain(message.get("content")));
            case "user" -> UserMessage.from(contents(message.get("content")));
            case "assistant" -> said(message);
            case "tool" ->
                ToolExecutionResultMessage.from(
                        text(message, "tool_call_id", MESSAGE),
                        String.valueOf(
                                Optional.<Object>ofNullable(message.get("name")).orElse("tool")),
                        plain(message.get("content")));
            default -> throw invalid("there is no role " + role + "; use one of system, user, assistant, tool");
        };
    }

    private static ChatMessage said(Map<?, ?> message) {
        List<ToolExecutionRequest> calls = new ArrayList<>();
        for (Object element : flat(message.get("tool_calls"), "tool_calls")) {
            Map<?, ?> call = map(element, "a tool call");
            if (calls.size() == MOST_CALLS) {
                throw invalid("a message has more than " + MOST_CALLS + " tool calls");
            }
            calls.add(ToolExecutionRequest.builder()
                    .id(text(call, "id", "a tool call"))
                    .name(text(call, "name", "a tool call"))
                    .arguments(plain(call.get("arguments")))
                    .build());
        }
        Object content = message.get("content");
        AiMessage.Builder said = AiMessage.builder().toolExecutionRequests(calls);
        if (content != null && !plain(content).isEmpty()) {
            said.text(plain(content));
        } else if (calls.isEmpty()) {
            said.text(" ");
        }
        return said.build();
    }

    private List<Content> contents(Object content) {
        if (!(content instanceof List<?> parts)) {
            return List.of(TextContent.from(plain(content)));
        }
        List<Content> contents = new ArrayList<>();
        for (Object part : parts) {
            contents.add(
                    part instanceof Map<?, ?> map && map.size() == 1 ? content(map) : TextContent.from(plain(part)));
        }
        return contents;
    }

    private Content content(Map<?, ?> part) {
        String kind = String.valueOf(part.keySet().iterator().next());
        Object value = part.get(kind);
        return switch (kind) {
            case "text" -> TextContent.from(plain(value));
            case "image", "file" -> files.content(kind, value);
            default -> TextContent.from(plain(part));
        };
    }

    private static ToolSpecification specification(Map<?, ?> tool) {
        Map<?, ?> schema =
                tool.get("parameters") == null ? Map.of() : map(tool.get("parameters"), "parameters of a tool");
        JsonObjectSchema.Builder parameters = JsonObjectSchema.builder();
        try {
            entries(schema.get("properties"))
                    .forEach((name, part) -> parameters.addProperty(name, JsonSchemaElementJsonUtils.fromMap(part)));
            Map<String, dev.langchain4j.model.chat.request.json.JsonSchemaElement> definitions = new LinkedHashMap<>();
            entries(schema.get("$defs"))
                    .forEach((name, part) -> definitions.put(name, JsonSchemaElementJsonUtils.fromMap(part)));
            if (!definitions.isEmpty()) {
                parameters.definitions(definitions);
            }
        } catch (LlmFault e) {
            throw e;
        } catch (RuntimeException e) {
            // Of whatever kind: the library takes the parts of a schema for what they should be.
            throw invalid("parameters of the tool " + tool.get("name") + " are no schema that can be sent: "
                    + e.getMessage());
        }
        List<String> required = new ArrayList<>();
        flat(schema.get("required"), "required").forEach(name -> required.add(String.valueOf(name)));
        ToolSpecification.Builder specification = ToolSpecification.builder()
                .name(text(tool, "name", "a tool"))
                .parameters(parameters.required(required).build());
        Optional.ofNullable(tool.get("description")).ifPresent(text -> specification.description(plain(text)));
        return specification.build();
    }

    private static Map<String, Map<String, Object>> entries(Object value) {
        Map<String, Map<String, Object>> entries = new LinkedHashMap<>();
        if (value != null) {
            map(value, "a schema").forEach((name, part) -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map(part, "a schema").forEach((key, item) -> copy.put(String.valueOf(key), item));
                entries.put(String.valueOf(name), copy);
            });
        }
        return entries;
    }

    /** A list, of which elements that are lists themselves stand for what they hold. */
    private static List<Object> flat(Object value, String what) {
        List<Object> flat = new ArrayList<>();
        if (value == null) {
            return flat;
        }
        if (!(value instanceof List<?> list)) {
            throw invalid(what + " is not a list");
        }
        for (Object element : list) {
            if (element instanceof List<?> several) {
                flat.addAll(several);
            } else if (element != null) {
                flat.add(element);
            }
        }
        return flat;
    }

    static String plain(Object value) {
        return value instanceof String text ? text : Json.write(value).toStringUtf8();
    }

    static Map<?, ?> map(Object value, String what) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw invalid(what + " is not a map");
    }

    private static String text(Map<?, ?> map, String key, String what) {
        if (map.get(key) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw invalid(what + " has no " + key);
    }

    static LlmFault invalid(String message) {
        return new LlmFault("llm_invalid_request", message, false);
    }
}
