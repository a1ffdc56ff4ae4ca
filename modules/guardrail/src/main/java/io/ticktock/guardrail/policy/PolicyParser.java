package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Expression;
import io.ticktock.graph.expression.Scope;
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

    private static final String WHEN = "when";
    private static final List<String> TRIGGERS = List.of(WHEN, "no_progress");

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
    record Parsed<P>(P policy, SourcePosition position) {}

    /** What a file has, as far as it could be read. */
    record File(List<Parsed<Policy>> policies, List<Parsed<BudgetPolicy>> budgets, Optional<Prices> prices) {}

    private final Faults faults;
    private final Expressions expressions;
    private final Map<String, SourcePosition> names = new LinkedHashMap<>();
    private final Map<Object, Parsed<Policy>> triggers = new LinkedHashMap<>();
    private final List<Parsed<Policy>> policies = new ArrayList<>();
    private final List<Parsed<BudgetPolicy>> budgets = new ArrayList<>();
    private Optional<Prices> prices = Optional.empty();

    private PolicyParser(Faults faults) {
        this.faults = faults;
        this.expressions = new Expressions(faults);
    }

    static File parse(String fileName, byte[] content, Faults faults) {
        PolicyParser parser = new PolicyParser(faults);
        SourceFile.read(fileName, content, faults.list()).ifPresent(parser::readFile);
        return new File(parser.policies, parser.budgets, parser.prices);
    }

    private void readFile(SourceValue document) {
        Optional<Fields> file = Fields.of(document, document.position(), "the file", faults);
        file.ifPresent(fields -> {
            Optional<SourceValue> table = fields.take("prices");
            prices = table.flatMap(value -> new PricesParser(faults).parse(value));
            Optional<SourceValue> written =
                    table.isPresent() ? fields.take("policies") : fields.need("policies", "[{name: …, …}]");
            written.ifPresent(this::readPolicies);
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
        Optional<SourceValue> budget = fields.take("budget");
        if (budget.isPresent()) {
            readBudget(fields, budget.get());
            return;
        }
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
        Optional<Trigger> trigger = trigger(fields);
        Optional<GuardrailAction> action =
                fields.need("action", "PAUSE_LIFETIME").flatMap(written -> choice("action", written, ACTIONS));
        String message = fields.take("message").map(this::message).orElse("");
        fields.end();
        if (scope.isEmpty() || phase.isEmpty() || trigger.isEmpty()) {
            return;
        }
        Optional<Expression> when = when(trigger.get(), scope.get(), phase.get());
        if (name.isPresent() && when.isPresent() && action.isPresent() && isComplete(scope, window)) {
            add(
                    new Policy(
                            name.get(), scope.get(), window, appliesTo, phase.get(), when.get(), action.get(), message),
                    fields.position());
        }
    }

    /** What makes a policy fire, as it is written under one of these keys. */
    private record Trigger(String key, SourceValue value) {}

    private Optional<Trigger> trigger(Fields fields) {
        List<Trigger> triggers = new ArrayList<>();
        for (String key : TRIGGERS) {
            fields.take(key).ifPresent(value -> triggers.add(new Trigger(key, value)));
        }
        if (triggers.isEmpty()) {
            faults.add(fields.position(), "the policy has no when", "add when: sum.tokens_used > 10000");
        }
        if (triggers.size() > 1) {
            faults.add(
                    triggers.get(1).value().position(),
                    "the policy has both " + triggers.get(0).key() + " and "
                            + triggers.get(1).key(),
                    "keep one of them, and make two policies of it if both are meant");
        }
        return triggers.stream().findFirst();
    }

    private Optional<Expression> when(Trigger trigger, PolicyScope scope, Phase phase) {
        Scope variables = PolicyVariables.scope(scope, phase);
        return trigger.key().equals(WHEN)
                ? expressions.condition(WHEN, trigger.value(), variables, "execution.tokens_used > 10000")
                : new NoProgressParser(faults).parse(trigger.value(), phase, variables);
    }

    private void add(Policy policy, SourcePosition position) {
        Parsed<Policy> parsed = new Parsed<>(policy, position);
        Parsed<Policy> same = triggers.putIfAbsent(policy.trigger(), parsed);
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

    /** A budget is of whole lifetimes, and asked before an attempt runs and when its record is there. */
    private void readBudget(Fields fields, SourceValue written) {
        Optional<String> name = fields.needScalar("name", "daily-cost").flatMap(this::name);
        Optional<SourceValue> scopeWritten = fields.need("scope", "lifetime");
        Optional<PolicyScope> scope = scopeWritten.flatMap(value -> choice("scope", value, SCOPES));
        if (scope.equals(Optional.of(PolicyScope.POLICY_SCOPE_EXECUTION))) {
            faults.add(
                    scopeWritten.get().position(),
                    "a budget cannot be of one execution",
                    "use scope: lifetime, or scope: tenant");
            scope = Optional.empty();
        }
        Optional<Window> window = window(fields, scope);
        AppliesTo appliesTo =
                fields.take("applies_to").map(this::appliesToLifetimes).orElse(AppliesTo.ALL);
        Optional<GuardrailAction> action = fields.take("action")
                .map(value -> choice("action", value, ACTIONS))
                .orElse(Optional.of(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME));
        String message = fields.take("message").map(this::message).orElse("");
        TRIGGERS.forEach(key -> fields.take(key)
                .ifPresent(value -> faults.add(
                        value.position(), "a policy has either " + key + " or budget", "make it two policies")));
        fields.take("phase")
                .ifPresent(value -> faults.add(
                        value.position(), "a budget is asked before an attempt runs and after it", "remove phase"));
        fields.end();
        Optional<BudgetParser.Budget> budget = new BudgetParser(faults).parse(written);
        boolean complete = name.isPresent() && action.isPresent() && isComplete(scope, window);
        if (complete && budget.isPresent()) {
            BudgetPolicy policy = new BudgetPolicy(
                    name.get(),
                    scope.get(),
                    window,
                    appliesTo,
                    budget.get().metric(),
                    budget.get().limit(),
                    budget.get().undeclared(),
                    action.get(),
                    message);
            budgets.add(new Parsed<>(policy, fields.position()));
        }
    }

    private static boolean isComplete(Optional<PolicyScope> scope, Optional<Window> window) {
        return scope.isPresent() && (scope.get() != PolicyScope.POLICY_SCOPE_TENANT || window.isPresent());
    }

    private AppliesTo appliesToLifetimes(SourceValue value) {
        AppliesTo appliesTo = new AppliesToParser(faults).parse(value);
        if (!appliesTo.nodes().isEmpty() || !appliesTo.kinds().isEmpty()) {
            faults.add(
                    value.position(),
                    "a budget is of whole lifetimes, and applies to no single nodes or kinds",
                    "use graphs, versions and labels");
        }
        return appliesTo;
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
