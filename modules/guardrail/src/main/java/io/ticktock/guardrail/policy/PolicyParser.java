package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.Durations;
import io.ticktock.graph.source.SourceFile;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourcePosition;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.PolicyScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one policy file: its policies, with everything that is wrong with it added to the faults. */
final class PolicyParser {

    static final int MAX_POLICIES = 1_000;

    private static final int MAX_NAME_CHARS = 64;
    private static final int MAX_MESSAGE_CHARS = 1_000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]*");

    private static final Map<String, PolicyScope> SCOPES = Map.of(
            "execution", PolicyScope.POLICY_SCOPE_EXECUTION,
            "lifetime", PolicyScope.POLICY_SCOPE_LIFETIME,
            "tenant", PolicyScope.POLICY_SCOPE_TENANT);
    private static final Map<String, Phase> PHASES =
            Map.of("admit", Phase.ADMIT, "verdict", Phase.VERDICT, "both", Phase.BOTH);
    private static final Map<String, GuardrailAction> ACTIONS = Map.of(
            "REJECT_EXECUTION", GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION,
            "PAUSE_LIFETIME", GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME,
            "ABORT_LIFETIME", GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME);

    /** A policy and where it stands. */
    record Parsed(Policy policy, SourcePosition position) {}

    private final Faults faults;
    private final Expressions expressions;
    private final Map<String, SourcePosition> names = new LinkedHashMap<>();
    private final Map<Object, Parsed> triggers = new LinkedHashMap<>();
    private final List<Parsed> policies = new ArrayList<>();

    private PolicyParser(Faults faults) {
        this.faults = faults;
        this.expressions = new Expressions(faults);
    }

    /** Those policies that could be read. */
    static List<Parsed> parse(String fileName, byte[] content, Faults faults) {
        PolicyParser parser = new PolicyParser(faults);
        SourceFile.read(fileName, content, faults.list()).ifPresent(parser::readFile);
        return parser.policies;
    }

    private void readFile(SourceValue document) {
        Optional<Fields> file = Fields.of(document, document.position(), "the file", faults);
        file.ifPresent(fields -> {
            fields.need("policies", "[{name: …, …}]").ifPresent(this::readPolicies);
            fields.end();
        });
    }

    private void readPolicies(SourceValue value) {
        if (!(value instanceof SourceList list)) {
            faults.add(
                    value.position(), "policies is not a list but " + value.kind(), "begin each policy with - name:");
            return;
        }
        if (list.elements().size() > MAX_POLICIES) {
            faults.add(value.position(), "there are more than " + MAX_POLICIES + " policies", "keep fewer");
            return;
        }
        list.elements().forEach(this::readPolicy);
    }

    private void readPolicy(SourceValue value) {
        Optional<Fields> found = Fields.of(value, value.position(), "the policy", faults);
        if (found.isEmpty()) {
            return;
        }
        Fields fields = found.get();
        Optional<String> name = fields.needScalar("name", "token-limit").flatMap(this::name);
        Optional<PolicyScope> scope =
                fields.need("scope", "lifetime").flatMap(written -> choice("scope", written, SCOPES));
        Optional<Window> window = window(fields, scope);
        AppliesTo appliesTo = fields.take("applies_to")
                .map(target -> new AppliesToParser(faults).parse(target))
                .orElse(AppliesTo.ALL);
        Optional<Phase> phase = fields.take("phase")
                .map(written -> choice("phase", written, PHASES))
                .orElse(Optional.of(Phase.VERDICT));
        Optional<SourceValue> condition = fields.need("when", "sum.tokens_used > 10000");
        Optional<GuardrailAction> action =
                fields.need("action", "PAUSE_LIFETIME").flatMap(written -> choice("action", written, ACTIONS));
        String message = fields.take("message").map(this::message).orElse("");
        fields.end();
        if (scope.isEmpty() || phase.isEmpty() || condition.isEmpty()) {
            return;
        }
        boolean complete = scope.get() != PolicyScope.POLICY_SCOPE_TENANT || window.isPresent();
        Optional<Expression> when = expressions.condition(
                "when",
                condition.get(),
                PolicyVariables.scope(scope.get(), phase.get()),
                "execution.tokens_used > 10000");
        if (name.isPresent() && when.isPresent() && action.isPresent() && complete) {
            add(
                    new Policy(
                            name.get(), scope.get(), window, appliesTo, phase.get(), when.get(), action.get(), message),
                    fields.position());
        }
    }

    private void add(Policy policy, SourcePosition position) {
        Parsed parsed = new Parsed(policy, position);
        Parsed same = triggers.putIfAbsent(policy.trigger(), parsed);
        if (same != null) {
            boolean contradicts = same.policy().action() != policy.action();
            faults.add(
                    position,
                    "the policy " + policy.name() + " fires exactly when "
                            + same.policy().name() + " in line "
                            + same.position().line() + " does" + (contradicts ? ", with another action" : ""),
                    "keep one of them");
        }
        policies.add(parsed);
    }

    private Optional<String> name(SourceScalar scalar) {
        String name = scalar.text();
        if (name.length() > MAX_NAME_CHARS || !NAME.matcher(name).matches()) {
            faults.add(
                    scalar.position(),
                    Faults.shown(name) + " is not a name of a policy",
                    "use 1 to " + MAX_NAME_CHARS
                            + " characters: small letters, digits, underscores and hyphens, a letter first");
            return Optional.empty();
        }
        SourcePosition first = names.putIfAbsent(name, scalar.position());
        if (first != null) {
            faults.add(
                    scalar.position(),
                    "there is a policy " + name + " already, in line " + first.line(),
                    "give this one another name");
            return Optional.empty();
        }
        return Optional.of(name);
    }

    /** Only the records of a tenant are too many to be looked at without end. */
    private Optional<Window> window(Fields fields, Optional<PolicyScope> scope) {
        Optional<SourceValue> written = fields.take("window");
        if (scope.isEmpty()) {
            return Optional.empty();
        }
        boolean ofTenant = scope.get() == PolicyScope.POLICY_SCOPE_TENANT;
        if (ofTenant && written.isEmpty()) {
            faults.add(fields.position(), "scope: tenant has no window", "add window: day, or a duration as in 6h");
        }
        if (!ofTenant && written.isPresent()) {
            faults.add(
                    written.get().position(),
                    "scope: " + Policy.word(scope.get()) + " has no window",
                    "remove it, or use scope: tenant");
            return Optional.empty();
        }
        return written.flatMap(this::window);
    }

    private Optional<Window> window(SourceValue value) {
        Optional<Window> window = value instanceof SourceScalar scalar ? Window.parse(scalar.text()) : Optional.empty();
        if (window.isEmpty()) {
            String text = value instanceof SourceScalar scalar ? scalar.text() : value.kind();
            faults.add(
                    value.position(),
                    Faults.shown(text) + " is not a window",
                    "use hour, day, week or month, or a duration from " + Durations.format(Window.SHORTEST) + " to "
                            + Durations.format(Window.LONGEST) + " such as 6h");
        }
        return window;
    }

    private <T> Optional<T> choice(String name, SourceValue value, Map<String, T> choices) {
        String text = value instanceof SourceScalar scalar ? scalar.text() : value.kind();
        T chosen = choices.get(text);
        if (chosen == null) {
            List<String> words = choices.keySet().stream().sorted().toList();
            faults.add(
                    value.position(),
                    name + " cannot be " + Faults.shown(text),
                    SimilarNames.closest(text, words)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("use one of " + String.join(", ", words)));
        }
        return Optional.ofNullable(chosen);
    }

    private String message(SourceValue value) {
        if (value instanceof SourceScalar scalar
                && scalar.plain() != null
                && scalar.text().length() <= MAX_MESSAGE_CHARS) {
            return scalar.text();
        }
        faults.add(
                value.position(),
                "message is not a text of at most " + MAX_MESSAGE_CHARS + " characters",
                "write a short text");
        return "";
    }
}
