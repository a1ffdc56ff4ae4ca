package io.ticktock.graph.reading;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.ExpressionFault;
import io.ticktock.graph.expression.ExpressionFaults;
import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.SecretReference;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourcePosition;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles the expressions in a file, with faults shown where they stand in it. */
public final class Expressions {

    private final Faults faults;

    public Expressions(Faults faults) {
        this.faults = faults;
    }

    /** A tree with {@code ${…}} in its texts, where a secret would be recorded: one that is named there is a fault. */
    public Template template(SourceValue value, Scope scope) {
        return template(value, scope, false);
    }

    /** A tree with {@code ${…}} in its texts, of which whole ones may be references to secrets. */
    public Template templateWithSecrets(SourceValue value, Scope scope) {
        return template(value, scope, true);
    }

    private Template template(SourceValue value, Scope scope, boolean maySecrets) {
        if (value instanceof SourceMap map) {
            Map<String, Template> fields = new LinkedHashMap<>();
            map.entries().forEach(entry -> fields.put(entry.key(), template(entry.value(), scope, maySecrets)));
            return Template.ofFields(fields);
        }
        if (value instanceof SourceList list) {
            List<Template> elements = new ArrayList<>();
            list.elements().forEach(element -> elements.add(template(element, scope, maySecrets)));
            return Template.ofElements(elements);
        }
        SourceScalar scalar = (SourceScalar) value;
        if (!(scalar.plain() instanceof String text)) {
            return Template.literal(scalar.plain());
        }
        if (SecretReference.isMeant(text)) {
            return secret(scalar, text, maySecrets);
        }
        if (maySecrets && SecretReference.isWithin(text)) {
            faults.add(
                    scalar.position(),
                    "the reference to a secret stands within a text",
                    "make it the whole text, and the rest of the text a part of the secret");
        }
        return located(scalar, () -> Template.ofText(text, scope)).orElseGet(() -> Template.literal(null));
    }

    private Template secret(SourceScalar scalar, String text, boolean maySecrets) {
        Optional<String> name = SecretReference.name(text);
        if (name.isEmpty()) {
            faults.add(scalar.position(), Faults.shown(text) + " is no reference to a secret", SecretReference.FORM);
        } else if (!maySecrets) {
            addMisplacedSecret(scalar, faults);
        }
        return name.map(Template::secret).orElseGet(() -> Template.literal(null));
    }

    /** A secret is named where its value would be recorded. */
    public static void addMisplacedSecret(SourceScalar scalar, Faults faults) {
        faults.add(
                scalar.position(),
                Faults.shown(scalar.text()) + " refers to a secret where its value would be recorded",
                "secrets belong into url, headers, query, json and body of type http, into arguments of type mcp, and into"
                        + " the settings of types of your own, but not into their input");
    }

    /** A text with {@code ${…}} in it. */
    public Optional<Template> text(String name, SourceValue value, Scope scope) {
        return text(name, value, scope, false);
    }

    /** A text with {@code ${…}} in it, or a reference to a secret. */
    public Optional<Template> textWithSecrets(String name, SourceValue value, Scope scope) {
        return text(name, value, scope, true);
    }

    private Optional<Template> text(String name, SourceValue value, Scope scope, boolean maySecrets) {
        if (value.plain() instanceof String) {
            return Optional.of(template(value, scope, maySecrets));
        }
        faults.add(value.position(), name + " is not a text but " + value.kind(), "write a text, which may hold ${…}");
        return Optional.empty();
    }

    /** A condition, which is all expression; the example shows how one is written there. */
    public Optional<Expression> condition(String name, SourceValue value, Scope scope, String example) {
        return expression(name, value, example)
                .flatMap(scalar -> located(scalar, () -> Expression.compileCondition(scalar.text(), scope)));
    }

    /** An expression that gives a list. */
    public Optional<Expression> list(String name, SourceValue value, Scope scope) {
        return expression(name, value, "input.items")
                .flatMap(scalar -> located(scalar, () -> Expression.compileList(scalar.text(), scope)));
    }

    private Optional<SourceScalar> expression(String name, SourceValue value, String example) {
        if (!(value instanceof SourceScalar scalar)
                || scalar.plain() == null
                || scalar.text().isBlank()) {
            String kind = value instanceof SourceScalar ? "empty" : value.kind();
            faults.add(
                    value.position(),
                    name + " is not an expression but " + kind,
                    "write " + name + ": \"" + example + "\"");
            return Optional.empty();
        }
        if (scalar.text().contains("${")) {
            faults.add(
                    scalar.position(),
                    name + " is all expression, so it has no ${…} in it",
                    "write it without, as in " + name + ": \"" + example + "\"");
            return Optional.empty();
        }
        return Optional.of(scalar);
    }

    /** Something that is compiled from text. */
    private interface Compilation<T> {
        T run() throws ExpressionFaults;
    }

    private <T> Optional<T> located(SourceScalar scalar, Compilation<T> compilation) {
        try {
            return Optional.of(compilation.run());
        } catch (ExpressionFaults e) {
            for (ExpressionFault fault : e.faults()) {
                SourcePosition position = scalar.at(fault.line(), fault.column());
                faults.add(position, fault.message(), fault.fix());
            }
            return Optional.empty();
        }
    }
}
