package io.ticktock.graph.expression;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A plain tree whose texts may hold expressions as {@code ${…}}. A text that is exactly one {@code ${…}} becomes the
 * value of the expression, of whatever type; in any other text the values stand as text, and as JSON where they are
 * none. A literal <code>${</code> is written <code>$${</code>. Immutable, so that threads can share it.
 */
public final class Template {

    /** A literal, an Expression, or a Text, Map or List of templates. */
    private final Object form;

    private final VariableUse uses;
    private final Object source;
    /** Names of all secrets in it. */
    private final Set<String> secrets;

    /** Text with values in it: each part is a String or an Expression. */
    private record Text(List<Object> parts) {}

    /** A tree without expressions. */
    private record Literal(Object value) {}

    /** A reference to a secret. */
    private record Secret(String name) {}

    private record Fields(Map<String, Template> templates) {}

    private record Elements(List<Template> templates) {}

    private Template(Object form, VariableUse uses, Object source) {
        this(form, uses, source, Set.of());
    }

    private Template(Object form, VariableUse uses, Object source, Set<String> secrets) {
        this.form = form;
        this.uses = uses;
        this.source = source;
        this.secrets = Set.copyOf(secrets);
    }

    /** Compiles a tree over all standard variables and the results of these nodes. */
    public static Template compile(Object tree, Set<String> nodeIds) throws ExpressionFaults {
        return compile(tree, Scope.of(nodeIds));
    }

    /** Compiles a tree; the position of a fault is that in its text. Throws all faults at once. */
    public static Template compile(Object tree, Scope scope) throws ExpressionFaults {
        List<ExpressionFault> faults = new ArrayList<>();
        Template template = compile(tree, scope, faults);
        if (!faults.isEmpty()) {
            throw new ExpressionFaults(faults);
        }
        return template;
    }

    /** A value that is no text, map or list, and stands for itself. */
    public static Template literal(Object scalar) {
        return new Template(new Literal(scalar), VariableUse.NONE, scalar);
    }

    /** A reference to a secret of this name, which is not looked up before somebody evaluates with secrets. */
    public static Template secret(String name) {
        return new Template(new Secret(name), VariableUse.NONE, SecretReference.to(name), Set.of(name));
    }

    /** A map of templates. */
    public static Template ofFields(Map<String, Template> fields) {
        Map<String, Object> sources = new LinkedHashMap<>();
        fields.forEach((name, field) -> sources.put(name, field.source));
        Map<String, Object> source = Collections.unmodifiableMap(sources);
        if (!fields.values().stream().allMatch(Template::isLiteral)) {
            Map<String, Template> copy = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
            return new Template(new Fields(copy), usesOf(copy.values()), source, secretsOf(copy.values()));
        }
        Map<String, Object> values = new LinkedHashMap<>();
        fields.forEach((name, field) -> values.put(name, field.literalValue()));
        return new Template(new Literal(Collections.unmodifiableMap(values)), VariableUse.NONE, source);
    }

    /** A list of templates. */
    public static Template ofElements(List<Template> elements) {
        List<Object> sources = new ArrayList<>();
        elements.forEach(element -> sources.add(element.source));
        List<Object> source = Collections.unmodifiableList(sources);
        if (!elements.stream().allMatch(Template::isLiteral)) {
            return new Template(new Elements(List.copyOf(elements)), usesOf(elements), source, secretsOf(elements));
        }
        List<Object> values = new ArrayList<>();
        elements.forEach(element -> values.add(element.literalValue()));
        return new Template(new Literal(Collections.unmodifiableList(values)), VariableUse.NONE, source);
    }

    /** A text that may hold {@code ${…}}. */
    public static Template ofText(String text, Scope scope) throws ExpressionFaults {
        List<Object> parts = TemplateText.compile(text, scope);
        if (parts.stream().allMatch(String.class::isInstance)) {
            return new Template(new Literal(parts.isEmpty() ? "" : parts.get(0)), VariableUse.NONE, text);
        }
        VariableUse uses = VariableUse.NONE;
        for (Object part : parts) {
            uses = part instanceof Expression expression ? uses.and(expression.uses()) : uses;
        }
        return new Template(parts.size() == 1 ? parts.get(0) : new Text(parts), uses, text);
    }

    /** The plain tree over these variables. Throws {@link ExpressionFailure}. */
    public Object evaluate(Variables variables) {
        return evaluate(variables, Map.of());
    }

    /** As {@link #evaluate(Variables)}, with values for the extra variables of the scope. */
    public Object evaluate(Variables variables, Map<String, Object> extra) {
        return evaluate(variables, extra, SecretReference::to);
    }

    /**
     * As {@link #evaluate(Variables)}, with the values of secrets instead of references to them.
     *
     * @param secretOf gives the value of a secret by its name
     */
    public Object evaluate(Variables variables, UnaryOperator<String> secretOf) {
        return evaluate(variables, Map.of(), secretOf);
    }

    private Object evaluate(Variables variables, Map<String, Object> extra, UnaryOperator<String> secretOf) {
        if (form instanceof Literal literal) {
            return literal.value();
        }
        if (form instanceof Secret secret) {
            return secretOf.apply(secret.name());
        }
        if (form instanceof Expression expression) {
            return expression.evaluate(variables, extra);
        }
        if (form instanceof Text text) {
            return interpolate(text, variables, extra);
        }
        if (form instanceof Fields fields) {
            Map<String, Object> values = new LinkedHashMap<>();
            fields.templates().forEach((name, field) -> values.put(name, field.evaluate(variables, extra, secretOf)));
            return Collections.unmodifiableMap(values);
        }
        List<Object> values = new ArrayList<>();
        ((Elements) form).templates().forEach(element -> values.add(element.evaluate(variables, extra, secretOf)));
        return Collections.unmodifiableList(values);
    }

    /** Names of the secrets that it refers to. */
    public Set<String> secrets() {
        return secrets;
    }

    public VariableUse uses() {
        return uses;
    }

    /** Whether it has no expression, so that its value is always the same. */
    public boolean isLiteral() {
        return form instanceof Literal;
    }

    /** The value of a literal; throws IllegalStateException when it is none. */
    public Object literalValue() {
        if (form instanceof Literal literal) {
            return literal.value();
        }
        throw new IllegalStateException("a template with expressions has no value without variables");
    }

    /** The plain tree it was compiled from. */
    public Object source() {
        return source;
    }

    /** Whether the other was compiled from an equal tree. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Template template && Objects.equals(source, template.source);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(source);
    }

    @Override
    public String toString() {
        return String.valueOf(source);
    }

    private static Template compile(Object tree, Scope scope, List<ExpressionFault> faults) {
        if (tree instanceof Map<?, ?> map) {
            Map<String, Template> fields = new LinkedHashMap<>();
            map.forEach((name, field) -> fields.put((String) name, compile(field, scope, faults)));
            return ofFields(fields);
        }
        if (tree instanceof List<?> list) {
            return ofElements(list.stream()
                    .map(element -> compile(element, scope, faults))
                    .toList());
        }
        if (tree instanceof String text) {
            try {
                return ofText(text, scope);
            } catch (ExpressionFaults e) {
                faults.addAll(e.faults());
            }
        }
        return literal(tree);
    }

    private static VariableUse usesOf(Collection<Template> templates) {
        VariableUse uses = VariableUse.NONE;
        for (Template template : templates) {
            uses = uses.and(template.uses);
        }
        return uses;
    }

    private static Set<String> secretsOf(Collection<Template> templates) {
        return templates.stream()
                .flatMap(template -> template.secrets.stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String interpolate(Text text, Variables variables, Map<String, Object> extra) {
        StringBuilder value = new StringBuilder();
        for (Object part : text.parts()) {
            Object plain = part instanceof Expression expression ? expression.evaluate(variables, extra) : part;
            TextFunctions.append(value, TextFunctions.of(plain));
        }
        return value.toString();
    }
}
