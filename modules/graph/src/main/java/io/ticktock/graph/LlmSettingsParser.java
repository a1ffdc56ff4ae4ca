package io.ticktock.graph;

import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.graph.settings.LlmPlanSettings;
import io.ticktock.graph.settings.LlmTaskSettings;
import io.ticktock.graph.settings.PlanSettings;
import io.ticktock.graph.settings.TaskSettings;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what nodes of type {@code llm} ask for. */
final class LlmSettingsParser {

    private static final int MOST_TOKENS = 1_000_000;
    private static final double HOTTEST = 2;
    private static final int MOST_TOOLS = 128;
    private static final List<String> ROLES = List.of("system", "user", "assistant", "tool");
    private static final List<String> TOOL_CHOICES = List.of("auto", "required");
    private static final String TOOL_NAME = "[a-zA-Z0-9_-]{1,64}";

    private final Faults faults;
    private final Expressions expressions;
    private final Scope scope;

    LlmSettingsParser(Faults faults, Expressions expressions, Scope scope) {
        this.faults = faults;
        this.expressions = expressions;
        this.scope = scope;
    }

    Optional<TaskSettings> task(Fields fields) {
        Map<String, Template> ask = ask(fields);
        fields.take("schema").flatMap(value -> schema("schema", value)).ifPresent(form -> ask.put("schema", form));
        fields.take("tools").ifPresent(value -> ask.put("tools", tools(value)));
        fields.take("tool_choice").ifPresent(value -> ask.put("tool_choice", toolChoice(value)));
        return Optional.of(new LlmTaskSettings(Template.ofFields(ask)));
    }

    /** @param choices where what the Plan is known to choose is left */
    Optional<PlanSettings> plan(Fields fields, List<ParsedChoice> choices) {
        Map<String, Template> ask = ask(fields);
        fields.need("choices", "{some_task: {description: \"when to choose it\"}}")
                .ifPresent(value -> ask.put("choices", choices(value, choices)));
        fields.take("fallback")
                .flatMap(value -> Fields.of(value, value.position(), "fallback", faults))
                .ifPresent(fallback -> ask.put("fallback", fallback(fallback, choices)));
        return Optional.of(new LlmPlanSettings(Template.ofFields(ask)));
    }

    private Map<String, Template> ask(Fields fields) {
        Map<String, Template> ask = new LinkedHashMap<>();
        for (String name : List.of("provider", "model", "system", "prompt")) {
            fields.take(name)
                    .flatMap(value -> expressions.text(name, value, scope))
                    .ifPresent(text -> ask.put(name, text));
        }
        fields.take("messages").ifPresent(value -> {
            checkMessages(value);
            ask.put("messages", expressions.template(value, scope));
        });
        if (!ask.containsKey("prompt") && !ask.containsKey("messages")) {
            faults.add(
                    fields.position(),
                    "the model is asked nothing",
                    "add prompt: \"a text, which may hold ${…}\", or messages: [{role: user, content: \"…\"}]");
        }
        double none = -1;
        double temperature = fields.takeDouble("temperature", 0, HOTTEST, none);
        if (temperature != none) {
            ask.put("temperature", Template.literal(temperature));
        }
        int maxTokens = fields.takeInt("max_tokens", 1, MOST_TOKENS, 0);
        if (maxTokens > 0) {
            ask.put("max_tokens", Template.literal((long) maxTokens));
        }
        return ask;
    }

    /** As far as they are written out; what expressions give is checked when it is there. */
    private void checkMessages(SourceValue value) {
        if (isExpression(value)) {
            return;
        }
        if (!(value instanceof SourceList list)) {
            faults.add(
                    value.position(),
                    "messages is not a list but " + value.kind(),
                    "write messages: [{role: user, content: \"…\"}]");
            return;
        }
        for (SourceValue message : list.elements()) {
            if (!isExpression(message)) {
                Fields.of(message, message.position(), "the message", faults).ifPresent(this::checkMessage);
            }
        }
    }

    private void checkMessage(Fields message) {
        message.need("role", "user").filter(role -> !isExpression(role)).ifPresent(role -> {
            if (!ROLES.contains(String.valueOf(role.plain()))) {
                faults.add(role.position(), "there is no such role", "use one of " + String.join(", ", ROLES));
            }
        });
        message.take("content");
        message.take("tool_calls");
        message.take("tool_call_id");
        message.take("name");
        message.end();
    }

    private Template toolChoice(SourceValue value) {
        if (!TOOL_CHOICES.contains(String.valueOf(value.plain()))) {
            faults.add(
                    value.position(),
                    "tool_choice is none that there is",
                    "use one of " + String.join(", ", TOOL_CHOICES));
        }
        return Template.literal(value.plain());
    }

    private Template tools(SourceValue value) {
        if (isExpression(value)) {
            return expressions.template(value, scope);
        }
        if (!(value instanceof SourceList list) || list.elements().size() > MOST_TOOLS) {
            faults.add(
                    value.position(),
                    "tools is not a list of at most " + MOST_TOOLS + " tools",
                    "write tools: [{name: search, description: \"…\", parameters: {type: object, properties: {…}}}]");
            return Template.literal(null);
        }
        List<Template> tools = new ArrayList<>();
        for (SourceValue element : list.elements()) {
            if (isExpression(element)) {
                tools.add(expressions.template(element, scope));
            } else {
                Fields.of(element, element.position(), "the tool", faults).ifPresent(fields -> tools.add(tool(fields)));
            }
        }
        return Template.ofElements(tools);
    }

    private Template tool(Fields fields) {
        Map<String, Template> tool = new LinkedHashMap<>();
        fields.needScalar("name", "search").ifPresent(name -> {
            if (!name.text().matches(TOOL_NAME)) {
                faults.add(
                        name.position(),
                        Faults.shown(name.text()) + " is not a name of a tool",
                        "use 1 to 64 letters, digits, - and _");
            }
            tool.put("name", Template.literal(name.text()));
        });
        fields.take("description")
                .flatMap(value -> expressions.text("description", value, scope))
                .ifPresent(text -> tool.put("description", text));
        fields.take("parameters")
                .flatMap(value -> schema("parameters", value))
                .ifPresent(form -> tool.put("parameters", form));
        fields.end();
        return Template.ofFields(tool);
    }

    private Template choices(SourceValue value, List<ParsedChoice> known) {
        Map<String, Template> choices = new LinkedHashMap<>();
        if (!(value instanceof SourceMap map) || map.entries().isEmpty()) {
            faults.add(
                    value.position(),
                    "choices is not a map of at least one choice",
                    "write it as the id of a Task: {description: \"when to choose it\"}");
            return Template.ofFields(choices);
        }
        for (SourceMap.Entry entry : map.entries()) {
            known.add(choice(entry.key(), entry.value()));
            Fields.of(entry.value(), entry.position(), "the choice " + entry.key(), faults)
                    .ifPresent(fields -> choices.put(entry.key(), choice(fields)));
        }
        return Template.ofFields(choices);
    }

    private Template choice(Fields fields) {
        Map<String, Template> choice = new LinkedHashMap<>();
        fields.take("description")
                .flatMap(text -> expressions.text("description", text, scope))
                .ifPresent(text -> choice.put("description", text));
        Optional<SourceValue> input = fields.take("input");
        Optional<SourceValue> schema = fields.take("schema");
        input.ifPresent(given -> choice.put("input", expressions.template(given, scope)));
        schema.flatMap(given -> schema("schema", given)).ifPresent(form -> choice.put("schema", form));
        if (input.isPresent() && schema.isPresent()) {
            faults.add(
                    schema.get().position(),
                    "there is a schema besides input",
                    "keep one: input says what is passed on, schema what the model may say");
        }
        fields.end();
        return Template.ofFields(choice);
    }

    private Template fallback(Fields fields, List<ParsedChoice> known) {
        Map<String, Template> fallback = new LinkedHashMap<>();
        fields.needScalar("next", "END").ifPresent(next -> {
            known.add(choice(next.text(), next));
            fallback.put("next", Template.literal(next.text()));
        });
        fields.take("input").ifPresent(given -> fallback.put("input", expressions.template(given, scope)));
        fields.end();
        return Template.ofFields(fallback);
    }

    private static ParsedChoice choice(String target, SourceValue at) {
        return new ParsedChoice(at.position(), List.of(new ParsedChoice.Target(target, at.position())), false);
    }

    private Optional<Template> schema(String name, SourceValue value) {
        List<BoundedSchema.SchemaFault> found = BoundedSchema.faultsOfSchema(value.plain());
        found.forEach(fault -> faults.add(
                value.position(),
                name + " is not a valid JSON Schema: " + fault,
                "see the keywords of JSON Schema 2020-12"));
        return found.isEmpty() ? Optional.of(Template.literal(value.plain())) : Optional.empty();
    }

    private static boolean isExpression(SourceValue value) {
        return value instanceof SourceScalar scalar && scalar.plain() instanceof String text && text.contains("${");
    }
}
