package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Comparison;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a set of policies says of an execution. Pure: the same set and facts give the same verdict. The strictest action
 * wins; what cannot be evaluated aborts. Threads may share it.
 */
public final class PolicyEvaluator {

    /** What one condition may cost: some hundred microseconds. */
    private static final long MOST_EFFORT = 20_000;

    private static final int MOST_INPUT_CHARS = 64;

    /** More nodes than that are looked through again; they are few unless somebody makes graphs without end. */
    private static final int MOST_SELECTIONS = 20_000;

    /** A node in a phase. */
    private record Place(String graph, String version, String node, NodeKind kind, Phase phase) {}

    private final PolicySet set;
    private final Verdict allow;
    private final Map<Place, List<Policy>> selected = new ConcurrentHashMap<>();

    public PolicyEvaluator(PolicySet set) {
        this.set = set;
        this.allow = Verdict.newBuilder()
                .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
                .setPolicyDigest(set.digest())
                .build();
    }

    public PolicySet set() {
        return set;
    }

    /**
     * The verdict on an execution.
     *
     * @param phase ADMIT or VERDICT
     */
    public Verdict evaluate(GraphReference graph, Phase phase, Facts facts) {
        List<FiredPolicy> fired = null;
        for (Policy policy : policiesFor(graph, phase, facts)) {
            if (!policy.appliesTo().includesLabels(facts.labels())) {
                continue;
            }
            FiredPolicy outcome = ask(policy, facts);
            if (outcome != null) {
                fired = fired == null ? new ArrayList<>() : fired;
                fired.add(outcome);
            }
        }
        return fired == null ? allow : verdict(fired);
    }

    private List<Policy> policiesFor(GraphReference graph, Phase phase, Facts facts) {
        Place place = new Place(graph.getName(), graph.getVersion(), facts.node(), facts.kind(), phase);
        List<Policy> known = selected.get(place);
        if (known != null) {
            return known;
        }
        if (selected.size() >= MOST_SELECTIONS) {
            selected.clear();
        }
        List<Policy> found = set.policies().stream()
                .filter(policy -> policy.phase().includes(phase))
                .filter(policy ->
                        policy.appliesTo().includesNode(place.graph(), place.version(), place.node(), place.kind()))
                .toList();
        selected.put(place, found);
        return found;
    }

    /** Null when its condition does not hold. */
    private static FiredPolicy ask(Policy policy, Facts facts) {
        try {
            return policy.when().evaluateCondition(facts, MOST_EFFORT) ? fired(policy, facts) : null;
        } catch (ExpressionFailure failure) {
            return failed(policy, facts, failure.getMessage());
        } catch (RuntimeException failure) {
            // Whatever it is: what could not be evaluated must not pass.
            return failed(policy, facts, "the evaluation failed with " + failure);
        }
    }

    private static FiredPolicy fired(Policy policy, Facts facts) {
        FiredPolicy.Builder fired = FiredPolicy.newBuilder()
                .setName(policy.name())
                .setScope(policy.scope())
                .setAction(policy.action())
                .setMessage(policy.shownMessage())
                .putAllInputs(inputs(policy, facts));
        policy.when()
                .comparison()
                .ifPresent(comparison -> fired.setObserved(observed(comparison, facts))
                        .setLimit(comparison.limit().toString()));
        return fired.build();
    }

    private static String observed(Comparison comparison, Facts facts) {
        return text(facts.get(comparison.variable()));
    }

    private static FiredPolicy failed(Policy policy, Facts facts, String why) {
        return FiredPolicy.newBuilder()
                .setName(policy.name())
                .setScope(policy.scope())
                .setAction(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME)
                .setMessage("guardrail_error: policy " + policy.name() + ": " + why)
                .putAllInputs(inputs(policy, facts))
                .build();
    }

    private static Map<String, String> inputs(Policy policy, Facts facts) {
        Map<String, String> inputs = new TreeMap<>();
        policy.when().variables().forEach(name -> inputs.put(name, text(facts.get(name))));
        return inputs;
    }

    private static String text(Object value) {
        String text = value instanceof Map<?, ?> map ? new TreeMap<>(map).toString() : value.toString();
        return text.length() > MOST_INPUT_CHARS ? text.substring(0, MOST_INPUT_CHARS) + "…" : text;
    }

    private Verdict verdict(List<FiredPolicy> fired) {
        fired.sort(Comparator.comparingInt(FiredPolicy::getActionValue).reversed());
        return Verdict.newBuilder()
                .setAction(fired.get(0).getAction())
                .setPolicyDigest(set.digest())
                .setReason(reason(fired))
                .addAllFired(fired)
                .build();
    }

    /** Of the strictest; the others are told beside it. */
    private static String reason(List<FiredPolicy> fired) {
        FiredPolicy first = fired.get(0);
        boolean failed = first.getMessage().startsWith("guardrail_error: ");
        StringBuilder reason = new StringBuilder(failed ? "" : "policy: " + first.getName() + ": ");
        reason.append(first.getMessage());
        if (!first.getObserved().isEmpty()) {
            String variable = first.getInputsMap().keySet().iterator().next();
            reason.append("; ").append(variable).append(" is ").append(first.getObserved());
        }
        if (fired.size() > 1) {
            reason.append(" (and ").append(fired.size() - 1).append(" more)");
        }
        return reason.toString();
    }
}
