package io.ticktock.graph;

import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.McpSettings;
import io.ticktock.graph.settings.McpSettings.Take;
import io.ticktock.graph.settings.McpSettings.Target;
import io.ticktock.graph.settings.TaskSettings;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what a Task of type {@code mcp} asks for. */
final class McpSettingsParser {

    private static final int MOST_ALLOWED = 100;
    private static final int LONGEST_NAME = 2_048;

    private final Faults faults;
    private final Expressions expressions;
    private final Scope scope;

    McpSettingsParser(Faults faults, Expressions expressions, Scope scope) {
        this.faults = faults;
        this.expressions = expressions;
        this.scope = scope;
    }

    Optional<TaskSettings> parse(Fields fields) {
        Optional<SourceScalar> server = fields.needScalar("server", "files");
        server.filter(name -> !Names.isServer(name.text())).ifPresent(this::addBadServer);
        Map<Target, SourceValue> targets = targets(fields);
        Optional<SourceValue> allow = fields.take("allow");
        Template arguments = fields.take("arguments").map(this::arguments).orElseGet(() -> Template.ofFields(Map.of()));
        Take take = fields.take("take").map(this::take).orElse(Take.ALL);
        if (targets.size() != 1) {
            faults.add(
                    fields.position(),
                    targets.isEmpty()
                            ? "the Task asks the server for nothing"
                            : "the Task asks the server for more than one thing",
                    "keep one of tool: name, resource: uri and prompt: name");
            return Optional.empty();
        }
        Map.Entry<Target, SourceValue> asked = targets.entrySet().iterator().next();
        Target target = asked.getKey();
        Optional<Template> name = expressions.text(target.key(), asked.getValue(), scope);
        if (server.isEmpty() || name.isEmpty() || isFaulty(name.get())) {
            return Optional.empty();
        }
        List<String> allowed = allowed(target, asked.getValue(), name.get(), allow);
        return Optional.of(new McpSettings(server.get().text(), target, name.get(), allowed, arguments, take));
    }

    /** What was a fault already stands for nothing. */
    private static boolean isFaulty(Template name) {
        return name.isLiteral() && name.literalValue() == null;
    }

    private void addBadServer(SourceScalar name) {
        faults.add(
                name.position(),
                Faults.shown(name.text()) + " is not a name of a server",
                "use small letters, digits, - and _, a letter first, as in the configuration");
    }

    private static Map<Target, SourceValue> targets(Fields fields) {
        Map<Target, SourceValue> targets = new EnumMap<>(Target.class);
        for (Target target : Target.values()) {
            fields.take(target.key()).ifPresent(value -> targets.put(target, value));
        }
        return targets;
    }

    private List<String> allowed(Target target, SourceValue at, Template name, Optional<SourceValue> allow) {
        if (allow.isPresent()) {
            return allowed(target, at, name, allow.get());
        }
        if (name.isLiteral()) {
            return List.of((String) name.literalValue());
        }
        faults.add(
                at.position(),
                "which " + target.key() + " is asked for is known only when the Task runs",
                "add allow: [" + example(target) + "] with all that may be asked for");
        return List.of();
    }

    private List<String> allowed(Target target, SourceValue at, Template name, SourceValue allow) {
        if (!(allow instanceof SourceList list)
                || list.elements().isEmpty()
                || list.elements().size() > MOST_ALLOWED) {
            faults.add(
                    allow.position(),
                    "allow is not a list of 1 to " + MOST_ALLOWED + " names",
                    "write it as allow: [" + example(target) + "]");
            return List.of();
        }
        List<String> allowed = new ArrayList<>();
        for (SourceValue element : list.elements()) {
            if (element.plain() instanceof String text && !text.isEmpty() && text.length() <= LONGEST_NAME) {
                allowed.add(text);
            } else {
                faults.add(element.position(), "this is not a name", "write a text, such as " + example(target));
            }
        }
        if (name.isLiteral() && !McpSettings.isAllowed(allowed, (String) name.literalValue())) {
            faults.add(
                    at.position(),
                    Faults.shown((String) name.literalValue()) + " does not stand in allow",
                    "add it there, or ask for one that does");
        }
        return List.copyOf(allowed);
    }

    private static String example(Target target) {
        return switch (target) {
            case TOOL -> "search";
            case RESOURCE -> "docs://*";
            case PROMPT -> "summarize";
        };
    }

    private Template arguments(SourceValue value) {
        boolean isText = value.plain() instanceof String;
        if (!(value instanceof SourceMap) && !isText) {
            faults.add(
                    value.position(),
                    "arguments is not a map but " + value.kind(),
                    "write it as name: value pairs, or as one ${…} that gives a map");
        }
        return expressions.templateWithSecrets(value, scope);
    }

    private Take take(SourceValue value) {
        for (Take take : Take.values()) {
            if (take.word().equals(value.plain())) {
                return take;
            }
        }
        faults.add(value.position(), "take is none of all, text, structured and binary", "write one of these");
        return Take.ALL;
    }
}
