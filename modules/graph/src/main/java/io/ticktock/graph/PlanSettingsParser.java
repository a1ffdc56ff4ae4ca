package io.ticktock.graph;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.graph.settings.FixedChoice;
import io.ticktock.graph.settings.MapSettings;
import io.ticktock.graph.settings.NextSettings;
import io.ticktock.graph.settings.PlanSettings;
import io.ticktock.graph.settings.RoutingRule;
import io.ticktock.graph.settings.RulesSettings;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what the types of Plan ask for, and remembers what the Plan chooses. */
final class PlanSettingsParser {

    static final List<String> TYPES = List.of("rules", "next", "map", "llm");

    private static final int MAX_RULES = 1_000;
    private static final int MAX_TARGETS = 1_000;

    private final Faults faults;
    private final Expressions expressions;
    private final Scope scope;
    private final List<ParsedChoice> choices = new ArrayList<>();

    PlanSettingsParser(Faults faults, Expressions expressions, Scope scope) {
        this.faults = faults;
        this.expressions = expressions;
        this.scope = scope;
    }

    /** All that the Plan read last can choose; empty when code decides. */
    List<ParsedChoice> choices() {
        return choices;
    }

    /** Takes the fields of the type; nothing when what must be there is not. */
    Optional<PlanSettings> parse(String type, Fields fields) {
        return switch (type) {
            case "rules" -> rules(fields);
            case "next" -> choice(fields).map(NextSettings::new);
            case "map" -> perElement(fields);
            case "llm" -> new LlmSettingsParser(faults, expressions, scope).plan(fields, choices);
            default -> Optional.of(custom(fields));
        };
    }

    private Optional<PlanSettings> rules(Fields fields) {
        List<RoutingRule> rules = new ArrayList<>();
        Optional<SourceValue> list = fields.need("rules", "[{when: \"result.done\", next: END}]");
        if (list.isPresent() && isListOfRules(list.get())) {
            ((SourceList) list.get()).elements().forEach(value -> rule(value).ifPresent(rules::add));
        }
        Optional<FixedChoice> otherwise =
                fields.need("otherwise", "{next: END}").flatMap(this::otherwise);
        return otherwise.map(last -> new RulesSettings(List.copyOf(rules), last));
    }

    private boolean isListOfRules(SourceValue value) {
        if (value instanceof SourceList list && list.elements().size() <= MAX_RULES) {
            return true;
        }
        faults.add(
                value.position(),
                "rules is not a list of at most " + MAX_RULES + " rules",
                "write rules: [{when: \"result.done\", next: END}]");
        return false;
    }

    private Optional<RoutingRule> rule(SourceValue value) {
        if (value instanceof SourceScalar) {
            faults.add(value.position(), "the rule is not a map", "write it as {when: \"result.done\", next: END}");
            return Optional.empty();
        }
        return Fields.of(value, value.position(), "the rule", faults).flatMap(fields -> {
            Optional<Expression> when = fields.need("when", "\"result.done\"")
                    .flatMap(condition -> expressions.condition("when", condition, scope, "result.done"));
            Optional<FixedChoice> choice = choice(fields);
            fields.end();
            return when.flatMap(condition -> choice.map(chosen -> new RoutingRule(condition, chosen)));
        });
    }

    private Optional<FixedChoice> otherwise(SourceValue value) {
        if (value instanceof SourceScalar) {
            faults.add(value.position(), "otherwise is not a map", "write otherwise: {next: END}");
            return Optional.empty();
        }
        return Fields.of(value, value.position(), "otherwise", faults).flatMap(fields -> {
            Optional<FixedChoice> choice = choice(fields);
            fields.end();
            return choice;
        });
    }

    private Optional<FixedChoice> choice(Fields fields) {
        Optional<SourceValue> next = fields.need("next", "END");
        Optional<Template> input = fields.take("input").map(value -> expressions.template(value, scope));
        return next.flatMap(value -> targets(value).map(targets -> {
            choices.add(new ParsedChoice(value.position(), targets, false));
            return new FixedChoice(
                    targets.stream().map(ParsedChoice.Target::name).toList(), input);
        }));
    }

    private Optional<List<ParsedChoice.Target>> targets(SourceValue value) {
        List<SourceValue> names = value instanceof SourceList list ? list.elements() : List.of(value);
        List<ParsedChoice.Target> targets = new ArrayList<>();
        for (SourceValue name : names) {
            Optional<ParsedChoice.Target> target = target(name);
            if (target.isEmpty()) {
                return Optional.empty();
            }
            targets.add(target.get());
        }
        if (targets.size() > MAX_TARGETS) {
            faults.add(value.position(), "next names more than " + MAX_TARGETS + " nodes", "use a Plan of type map");
            return Optional.empty();
        }
        return Optional.of(targets);
    }

    private Optional<ParsedChoice.Target> target(SourceValue value) {
        if (value.plain() instanceof String name && !name.contains("${")) {
            return Optional.of(new ParsedChoice.Target(name, value.position()));
        }
        faults.add(
                value.position(),
                "next is not the id of a node but "
                        + (value.plain() instanceof String ? "an expression" : value.kind()),
                "name a Task, END, or a list of Tasks; decide between them with rules");
        return Optional.empty();
    }

    private Optional<PlanSettings> perElement(Fields fields) {
        Optional<Expression> over =
                fields.need("over", "\"input.items\"").flatMap(value -> expressions.list("over", value, scope));
        Optional<ParsedChoice.Target> next = fields.need("next", "work").flatMap(this::target);
        Scope element = scope.with(MapSettings.ELEMENT_VARIABLES.toArray(String[]::new));
        Optional<Template> input = fields.take("input").map(value -> expressions.template(value, element));
        next.ifPresent(target -> choices.add(new ParsedChoice(target.position(), List.of(target), true)));
        return over.flatMap(list -> next.map(target -> new MapSettings(list, target.name(), input)));
    }

    private PlanSettings custom(Fields fields) {
        Optional<Template> input = fields.take("input").map(value -> expressions.template(value, scope));
        return new CustomPlanSettings(input, NodeParser.ownSettings(fields, expressions, scope));
    }
}
