package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Expression;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.GuardrailPolicy;
import io.ticktock.proto.v1.PolicyCondition;
import io.ticktock.proto.v1.PolicyScope;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One rule.
 *
 * @param window over which the sums of scope tenant are; empty for the other scopes
 * @param when the action is asked for when this holds
 * @param action REJECT_EXECUTION, PAUSE_LIFETIME or ABORT_LIFETIME
 * @param message for people; empty for the condition itself
 */
record Policy(
        String name,
        PolicyScope scope,
        Optional<Window> window,
        AppliesTo appliesTo,
        Phase phase,
        Expression when,
        GuardrailAction action,
        String message) {

    private static final String SCOPE_PREFIX = "POLICY_SCOPE_";
    private static final String ACTION_PREFIX = "GUARDRAIL_ACTION_";

    static String word(PolicyScope scope) {
        return scope.name().substring(SCOPE_PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    static String word(GuardrailAction action) {
        return action.name().substring(ACTION_PREFIX.length());
    }

    /** Whether it looks at what the result of a record holds. */
    boolean readsResult() {
        return when.uses().result();
    }

    /** What is told when it fires. */
    String shownMessage() {
        return message.isEmpty() ? when.source() : message;
    }

    /** For whoever is bound by it. */
    GuardrailPolicy told() {
        return GuardrailPolicy.newBuilder()
                .setName(name)
                .setScope(scope)
                .setWindow(window.map(Window::toString).orElse(""))
                .setAppliesTo(appliesTo.told())
                .setAction(action)
                .setMessage(message)
                .setCondition(PolicyCondition.newBuilder()
                        .setWhen(when.source())
                        .setPhase(phase.name().toLowerCase(Locale.ROOT)))
                .build();
    }

    /** When it fires: everything but its name and what it then asks for. */
    Map<String, Object> trigger() {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("scope", word(scope));
        window.ifPresent(span -> fields.put("window", span.toString()));
        if (!appliesTo.equals(AppliesTo.ALL)) {
            fields.put("applies_to", appliesTo.canonical());
        }
        if (phase != Phase.VERDICT) {
            fields.put("phase", phase.name().toLowerCase(Locale.ROOT));
        }
        fields.put("when", when.source());
        return fields;
    }

    /** As it would be written in a file, in one way. */
    Map<String, Object> canonical() {
        Map<String, Object> fields = trigger();
        fields.put("name", name);
        fields.put("action", word(action));
        if (!message.isEmpty()) {
            fields.put("message", message);
        }
        return fields;
    }
}
