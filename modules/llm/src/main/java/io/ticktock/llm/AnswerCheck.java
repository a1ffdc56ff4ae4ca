package io.ticktock.llm;

import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.llm.Conversation.Checked;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds what a model answers against what the graph asked for. */
final class AnswerCheck {

    private static final int MOST_CALLS = 128;

    private final KnownSchemas schemas;
    private final Map<String, Map<?, ?>> tools;

    /** @param tools that the model was offered, by name */
    AnswerCheck(KnownSchemas schemas, Map<String, Map<?, ?>> tools) {
        this.schemas = schemas;
        this.tools = tools;
    }

    /** Throws {@link LlmFault} where asking again would be wrong, too. */
    Checked check(Ask ask, Answer answer) {
        if (!answer.toolCalls().isEmpty()) {
            return calls(answer.toolCalls());
        }
        if (ask.mustUseTools()) {
            return new Checked(null, List.of("it calls no tool"));
        }
        return ask.schema().map(schema -> json(schema, answer)).orElseGet(() -> new Checked(null, List.of()));
    }

    private Checked json(Map<?, ?> schema, Answer answer) {
        Object tree;
        try {
            tree = Json.parse(unfenced(answer.text()));
        } catch (JsonException e) {
            String cut = answer.finishReason().equals("length") ? ", since it was cut off at max_tokens" : "";
            return new Checked(null, List.of("it is " + e.getMessage() + cut));
        }
        return new Checked(tree, schemas.of("schema", schema).faultsOf(tree));
    }

    /** Many models put JSON into a block of Markdown, whatever they are told. */
    static String unfenced(String text) {
        String stripped = text.strip();
        if (!stripped.startsWith("```") || !stripped.endsWith("```") || stripped.indexOf('\n') < 0) {
            return stripped;
        }
        return stripped.substring(stripped.indexOf('\n') + 1, stripped.length() - 3);
    }

    private Checked calls(List<ToolCall> calls) {
        if (calls.size() > MOST_CALLS) {
            throw new LlmFault("llm_invalid_answer", "the model calls more than " + MOST_CALLS + " tools", true);
        }
        List<String> faults = new ArrayList<>();
        List<Object> checked = new ArrayList<>();
        for (ToolCall call : calls) {
            Map<?, ?> tool = Optional.<Map<?, ?>>ofNullable(tools.get(call.name()))
                    .orElseThrow(() -> new LlmFault(
                            "llm_unlisted_tool",
                            "the model calls a tool that it was not offered: " + shown(call.name()),
                            true));
            checked.add(call(call, "call-" + (checked.size() + 1), tool, faults));
        }
        return new Checked(checked, faults);
    }

    /** @param id where the provider gives none, and the result of the tool needs one to refer to */
    private Map<String, Object> call(ToolCall call, String id, Map<?, ?> tool, List<String> faults) {
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("id", call.id().isEmpty() ? id : call.id());
        made.put("name", call.name());
        try {
            Object arguments = Json.parse(call.arguments());
            made.put("arguments", arguments);
            Object schema = tool.get("parameters");
            Optional<BoundedSchema> parameters =
                    schema == null ? Optional.empty() : Optional.of(schemas.of("parameters of " + call.name(), schema));
            parameters.ifPresent(known -> known.faultsOf(arguments)
                    .forEach(fault -> faults.add("arguments of " + call.name() + ": " + fault)));
        } catch (JsonException e) {
            faults.add("arguments of " + call.name() + " are " + e.getMessage());
        }
        return made;
    }

    private static String shown(String name) {
        return "'" + name.substring(0, Math.min(name.length(), 64)).replaceAll("\\s+", " ") + "'";
    }
}
