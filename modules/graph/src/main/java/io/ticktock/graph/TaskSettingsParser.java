package io.ticktock.graph;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.graph.expression.ExpressionFaults;
import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.BoundedSchema;
import io.ticktock.graph.settings.ChildGraphSettings;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.graph.settings.Durations;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.graph.settings.HumanSettings;
import io.ticktock.graph.settings.TaskSettings;
import io.ticktock.graph.settings.TransformSettings;
import io.ticktock.graph.settings.WaitSettings;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Reads what the types of Task ask for. */
final class TaskSettingsParser {

    static final List<String> TYPES = List.of("transform", "http", "wait", "human", "graph", "mcp", "llm");

    private final Faults faults;
    private final Expressions expressions;
    private final Scope scope;

    TaskSettingsParser(Faults faults, Expressions expressions, Scope scope) {
        this.faults = faults;
        this.expressions = expressions;
        this.scope = scope;
    }

    /** Takes the fields of the type; nothing when what must be there is not. */
    Optional<TaskSettings> parse(String type, Fields fields) {
        return switch (type) {
            case "transform" -> transform(fields);
            case "http" -> http(fields);
            case "wait" -> waiting(fields);
            case "human" -> human(fields);
            case "graph" -> childGraph(fields);
            case "mcp" -> new McpSettingsParser(faults, expressions, scope).parse(fields);
            case "llm" -> new LlmSettingsParser(faults, expressions, scope).task(fields);
            default -> Optional.of(custom(fields));
        };
    }

    private Optional<TaskSettings> transform(Fields fields) {
        return fields.need("output", "\"${input}\"").map(value -> new TransformSettings(template(value)));
    }

    private Optional<TaskSettings> http(Fields fields) {
        Scope response = scope.with(HttpSettings.RESPONSE_VARIABLES.toArray(String[]::new));
        Optional<Template> url = fields.need("url", "https://example.com/").flatMap(this::url);
        String method = method(fields);
        Map<String, Template> headers = texts(headers(fields));
        Map<String, Template> query = texts(named("query", fields, name -> !name.isEmpty()));
        Optional<SourceValue> json = fields.take("json");
        Optional<SourceValue> body = fields.take("body");
        if (json.isPresent() && body.isPresent()) {
            faults.add(body.get().position(), "there is a body besides json", "keep one: json sends a value as JSON");
        }
        Optional<Template> text = body.flatMap(value -> expressions.textWithSecrets("body", value, scope));
        Expression expect = condition("expect", fields, response, HttpSettings.DEFAULT_EXPECT);
        Expression retryOn = condition("retry_on", fields, response, HttpSettings.DEFAULT_RETRY_ON);
        Map<String, Template> telemetry = telemetry(fields, response);
        Template output = fields.take("output")
                .map(value -> expressions.template(value, response))
                .orElseGet(() -> known(() -> Template.ofText(HttpSettings.DEFAULT_OUTPUT, response)));
        return url.map(to -> new HttpSettings(
                to,
                method,
                headers,
                query,
                json.map(this::templateWithSecrets),
                text,
                expect,
                retryOn,
                telemetry,
                output));
    }

    private Optional<Template> url(SourceValue value) {
        Optional<Template> url = expressions.textWithSecrets("url", value, scope);
        if (value.plain() instanceof String text && !text.matches("(?s)(https?://.+|\\$\\{.+|secret:.+)")) {
            faults.add(
                    value.position(), Faults.shown(text) + " is not an http URL", "start it with https:// or http://");
        }
        return url;
    }

    private String method(Fields fields) {
        Optional<SourceValue> value = fields.take("method");
        if (value.isEmpty() || (value.get().plain() instanceof String text && Names.isMethod(text))) {
            return value.map(found -> (String) found.plain()).orElse(HttpSettings.DEFAULT_METHOD);
        }
        faults.add(value.get().position(), "method is not an HTTP method", "write it in capital letters, as in POST");
        return HttpSettings.DEFAULT_METHOD;
    }

    private Map<String, Template> telemetry(Fields fields, Scope response) {
        Map<String, Template> telemetry = new LinkedHashMap<>();
        for (SourceMap.Entry entry : named("telemetry", fields, Names::isCode)) {
            boolean number = entry.value().plain() instanceof Number;
            boolean text = entry.value().plain() instanceof String;
            if (!number && !text) {
                faults.add(
                        entry.value().position(),
                        entry.key() + " is not a number but " + entry.value().kind(),
                        "write an expression that gives a number, such as ${body.usage.total_tokens}");
            }
            telemetry.put(entry.key(), expressions.template(entry.value(), response));
        }
        return telemetry;
    }

    private List<SourceMap.Entry> headers(Fields fields) {
        List<SourceMap.Entry> headers = named("headers", fields, Names::isHeader);
        for (SourceMap.Entry entry : headers) {
            if (Names.isHeaderOfConnection(entry.key())) {
                faults.add(
                        entry.position(),
                        "the header " + Faults.shown(entry.key()) + " is not for a graph to set",
                        "remove it: url, method and body decide how the request is sent");
            }
        }
        return headers;
    }

    private Map<String, Template> texts(List<SourceMap.Entry> entries) {
        Map<String, Template> texts = new LinkedHashMap<>();
        for (SourceMap.Entry entry : entries) {
            if (entry.value() instanceof SourceMap || entry.value() instanceof SourceList) {
                faults.add(
                        entry.value().position(),
                        entry.key() + " is not a text but " + entry.value().kind(),
                        "write a text");
            }
            texts.put(entry.key(), templateWithSecrets(entry.value()));
        }
        return texts;
    }

    /** The entries of a map, whose names are checked. */
    private List<SourceMap.Entry> named(String owner, Fields fields, Predicate<String> isName) {
        List<SourceMap.Entry> entries = entries(owner, fields);
        entries.forEach(entry -> checkName(owner, entry, isName));
        return entries;
    }

    private List<SourceMap.Entry> entries(String name, Fields fields) {
        Optional<SourceValue> value = fields.take(name);
        if (value.isEmpty()) {
            return List.of();
        }
        if (value.get() instanceof SourceMap map) {
            return map.entries();
        }
        faults.add(
                value.get().position(),
                name + " is not a map but " + value.get().kind(),
                "write it as name: value pairs");
        return List.of();
    }

    private void checkName(String owner, SourceMap.Entry entry, Predicate<String> isName) {
        if (!isName.test(entry.key())) {
            faults.add(
                    entry.position(),
                    Faults.shown(entry.key()) + " is not a name for " + owner,
                    "use letters and digits only");
        }
    }

    private Expression condition(String name, Fields fields, Scope response, String absent) {
        return fields.take(name)
                .flatMap(value -> expressions.condition(name, value, response, "result.done"))
                .orElseGet(() -> known(() -> Expression.compileCondition(absent, response)));
    }

    private Optional<TaskSettings> waiting(Fields fields) {
        Optional<SourceValue> duration = fields.take("for");
        Optional<SourceValue> time = fields.take("until");
        if (duration.isPresent() && time.isPresent()) {
            faults.add(time.get().position(), "there is until besides for", "keep one of them");
            return Optional.empty();
        }
        if (duration.isEmpty() && time.isEmpty()) {
            faults.add(fields.position(), "the wait has no end", "add for: 10s, or until: 2030-01-31T08:00:00Z");
            return Optional.empty();
        }
        duration.ifPresent(value -> checkDuration(value));
        time.ifPresent(value -> checkTimestamp(value));
        return duration.isPresent()
                ? Optional.of(new WaitSettings(WaitSettings.End.FOR, template(duration.get())))
                : time.map(value -> new WaitSettings(WaitSettings.End.UNTIL, template(value)));
    }

    private void checkDuration(SourceValue value) {
        if (!holdsExpression(value) && Durations.parse(textOf(value)).isEmpty()) {
            faults.add(
                    value.position(),
                    Faults.shown(textOf(value)) + " is not a duration of at most "
                            + Durations.format(Durations.LONGEST),
                    "write a whole number and a unit (ms, s, m, h, d), such as for: 10s");
        }
    }

    private void checkTimestamp(SourceValue value) {
        if (holdsExpression(value)) {
            return;
        }
        try {
            WaitSettings.timestamp(textOf(value));
        } catch (ExpressionFailure e) {
            faults.add(
                    value.position(),
                    Faults.shown(textOf(value)) + " is not a timestamp",
                    "write date, time and zone, such as until: 2030-01-31T08:00:00Z");
        }
    }

    private Optional<TaskSettings> human(Fields fields) {
        Optional<Template> prompt =
                fields.need("prompt", "Approve?").flatMap(value -> expressions.text("prompt", value, scope));
        Optional<Template> details = fields.take("details").map(this::template);
        Optional<BoundedSchema> form = fields.take("form").flatMap(this::form);
        return prompt.map(shown -> new HumanSettings(shown, details, form));
    }

    private Optional<BoundedSchema> form(SourceValue value) {
        List<BoundedSchema.SchemaFault> found = BoundedSchema.faultsOfSchema(value.plain());
        for (BoundedSchema.SchemaFault fault : found) {
            SourceValue at = valueAt(value, fault.path());
            String path = fault.path().isEmpty() ? "" : " at " + String.join(".", fault.path());
            String text = at instanceof SourceScalar scalar ? " (" + Faults.shown(scalar.text()) + ")" : "";
            faults.add(
                    at.position(),
                    "the form is not a valid JSON Schema" + path + text + ": " + fault.message(),
                    "see the keywords of JSON Schema 2020-12");
        }
        return found.isEmpty() ? Optional.of(BoundedSchema.of(value.plain())) : Optional.empty();
    }

    /** Where a path of keys and indexes leads, as far as it does. */
    private static SourceValue valueAt(SourceValue value, List<String> path) {
        SourceValue at = value;
        for (String step : path) {
            Optional<SourceValue> next = Optional.empty();
            if (at instanceof SourceMap map) {
                next = map.entries().stream()
                        .filter(entry -> entry.key().equals(step))
                        .map(SourceMap.Entry::value)
                        .findFirst();
            } else if (at instanceof SourceList list && step.matches("[0-9]{1,6}")) {
                next = list.elements().stream().skip(Integer.parseInt(step)).findFirst();
            }
            if (next.isEmpty()) {
                return at;
            }
            at = next.get();
        }
        return at;
    }

    private Optional<TaskSettings> childGraph(Fields fields) {
        Optional<SourceScalar> name = fields.needScalar("graph", "word-count");
        if (name.isPresent() && !Names.isGraph(name.get().text())) {
            GraphParser.addBadGraphName(name.get(), faults);
        }
        Optional<SourceValue> version = fields.take("version");
        version.ifPresent(value -> GraphParser.checkVersion(value, faults));
        Optional<Template> input = fields.take("input").map(this::template);
        return name.map(graph -> new ChildGraphSettings(graph.text(), version.map(TaskSettingsParser::textOf), input));
    }

    private TaskSettings custom(Fields fields) {
        Optional<Template> input = fields.take("input").map(this::template);
        return new CustomTaskSettings(input, NodeParser.ownSettings(fields, expressions, scope));
    }

    private Template template(SourceValue value) {
        return expressions.template(value, scope);
    }

    private Template templateWithSecrets(SourceValue value) {
        return expressions.templateWithSecrets(value, scope);
    }

    private static boolean holdsExpression(SourceValue value) {
        return textOf(value).contains("${");
    }

    private static String textOf(SourceValue value) {
        return value instanceof SourceScalar scalar ? scalar.text() : value.kind();
    }

    /** Something of ours that is compiled from text, and right. */
    private interface Compilation<T> {
        T run() throws ExpressionFaults;
    }

    private static <T> T known(Compilation<T> compilation) {
        try {
            return compilation.run();
        } catch (ExpressionFaults e) {
            throw new IllegalStateException("a default does not compile", e);
        }
    }
}
