package io.ticktock.guardrail.policy;

import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.GuardrailPolicy;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyBudget;
import io.ticktock.proto.v1.PolicyScope;
import io.ticktock.proto.v1.WorstCase;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A limit that holds before what it limits has happened: the worst case of an attempt is set aside before it runs.
 *
 * @param scope lifetime or tenant
 * @param window of scope tenant
 * @param limit in the unit of the metric
 * @param undeclared what an attempt is taken to use at most whose node does not say; without it, such an attempt is refused
 * @param action what is asked for when less is left than an attempt may use
 * @param message for people; may be empty
 */
public record BudgetPolicy(
        String name,
        PolicyScope scope,
        Optional<Window> window,
        AppliesTo appliesTo,
        Metric metric,
        long limit,
        OptionalLong undeclared,
        GuardrailAction action,
        String message) {

    /** Whether lifetimes of this graph with these labels are limited by it. */
    public boolean includes(GraphReference graph, Map<String, String> labels) {
        return appliesTo.includesNode(graph.getName(), graph.getVersion(), "", NodeKind.NODE_KIND_UNSPECIFIED)
                && appliesTo.includesLabels(labels);
    }

    /** Under which name a tenant's budget is kept: what counts something else, or over another span, is another one. */
    public String key() {
        return name + " of " + metric.word() + window.map(span -> " by " + span).orElse("");
    }

    public boolean isOfTenant() {
        return scope == PolicyScope.POLICY_SCOPE_TENANT;
    }

    /** What to set aside for an attempt; nothing when its node does not declare what is counted. */
    public OptionalLong worstCase(WorstCase worst, Prices prices) {
        OptionalLong declared = metric.declared(worst, prices);
        return declared.isPresent() ? declared : undeclared;
    }

    /** For whoever is bound by it. */
    GuardrailPolicy told() {
        PolicyBudget.Builder budget =
                PolicyBudget.newBuilder().setMetric(metric.proto()).setAmount(metric.format(limit));
        undeclared.ifPresent(amount -> budget.setUndeclared(metric.format(amount)));
        return GuardrailPolicy.newBuilder()
                .setName(name)
                .setScope(scope)
                .setWindow(window.map(Window::toString).orElse(""))
                .setAppliesTo(appliesTo.told())
                .setAction(action)
                .setMessage(message)
                .setBudget(budget)
                .build();
    }

    /** As it would be written in a file, in one way. */
    Map<String, Object> canonical() {
        Map<String, Object> budget = new TreeMap<>();
        budget.put(metric.word(), metric.format(limit));
        undeclared.ifPresent(amount -> budget.put("undeclared", metric.format(amount)));
        Map<String, Object> fields = new TreeMap<>();
        fields.put("name", name);
        fields.put("scope", Policy.word(scope));
        window.ifPresent(span -> fields.put("window", span.toString()));
        if (!appliesTo.equals(AppliesTo.ALL)) {
            fields.put("applies_to", appliesTo.canonical());
        }
        fields.put("budget", budget);
        fields.put("action", Policy.word(action));
        if (!message.isEmpty()) {
            fields.put("message", message);
        }
        return fields;
    }
}
