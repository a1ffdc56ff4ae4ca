package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Comparison;
import io.ticktock.graph.expression.ExpressionFailure;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WindowTotals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a set of policies says of an execution. Pure: the same set and facts give the same verdict. The strictest action
 * wins; what cannot be evaluated aborts. Threads may share it.
 */
public final class PolicyEvaluator {

    /** What one condition may cost: some hundred microseconds. */
    private static final long MOST_EFFORT = 20_000;

    /** What all conditions on the content of a result may cost together: some hundred milliseconds. */
    private static final long MOST_CONTENT_EFFORT = 10_000_000;

    private static final int MOST_INPUT_CHARS = 64;

    /** More nodes than that are looked through again; they are few unless somebody makes graphs without end. */
    private static final int MOST_SELECTIONS = 20_000;

    /** A node in a phase. */
    private record Place(String graph, String version, String node, NodeKind kind, Phase phase) {}

    /** The policies that are about the executions of a node in a phase. */
    public static final class Selection {

        private final List<Policy> policies;
        private final Set<Window> windows;
        private final int readingResults;

        private Selection(List<Policy> policies) {
            this.policies = policies;
            Set<Window> asked = new LinkedHashSet<>();
            policies.forEach(policy -> policy.window().ifPresent(asked::add));
            this.windows = Collections.unmodifiableSet(asked);
            this.readingResults =
                    (int) policies.stream().filter(Policy::readsResult).count();
        }

        /** What one condition may cost. */
        private long mostEffort(Policy policy) {
            return policy.readsResult() ? Math.max(MOST_EFFORT, MOST_CONTENT_EFFORT / readingResults) : MOST_EFFORT;
        }
    }

    private final PolicySet set;
    private final Verdict allow;
    private final Map<Place, Selection> selected = new ConcurrentHashMap<>();

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
     * The windows over which policies look at executions of this node.
     *
     * @param phase ADMIT or VERDICT
     */
    public Set<Window> windows(GraphReference graph, Phase phase, String node, NodeKind kind) {
        return selection(graph, phase, node, kind).windows;
    }

    /** Whether policies read what the results of this node hold. */
    public boolean readsResult(GraphReference graph, String node, NodeKind kind) {
        return selection(graph, Phase.VERDICT, node, kind).readingResults > 0;
    }

    /**
     * The verdict on an execution.
     *
     * @param phase ADMIT or VERDICT
     * @param facts with the totals of all {@link #windows} of the place, and with the content where {@link #readsResult}
     */
    public Verdict evaluate(GraphReference graph, Phase phase, Facts facts) {
        Attempt attempt = facts.attempt();
        return evaluate(selection(graph, phase, attempt.node(), attempt.kind()), facts);
    }

    /** As {@link #evaluate(GraphReference, Phase, Facts)}, of an execution that the policies of this selection are about. */
    public Verdict evaluate(Selection selection, Facts facts) {
        List<FiredPolicy> fired = null;
        List<Policy> policies = selection.policies;
        for (int i = 0; i < policies.size(); i++) {
            Policy policy = policies.get(i);
            if (!policy.appliesTo().includesLabels(facts.labels())) {
                continue;
            }
            Facts seen =
                    policy.window().isPresent() ? facts.over(policy.window().get()) : facts;
            FiredPolicy outcome = ask(policy, seen, selection.mostEffort(policy));
            if (outcome != null) {
                fired = fired == null ? new ArrayList<>() : fired;
                fired.add(outcome);
            }
        }
        Verdict verdict = fired == null ? allow : verdict(fired);
        return selection.windows.isEmpty() ? verdict : withWindows(verdict, selection.windows, facts);
    }

    private static Verdict withWindows(Verdict verdict, Set<Window> windows, Facts facts) {
        Verdict.Builder complete = verdict.toBuilder();
        windows.forEach(window -> complete.addWindows(WindowTotals.newBuilder()
                .setWindow(window.toString())
                .setTotals(facts.windows().get(window))));
        return complete.build();
    }

    /** @param phase ADMIT or VERDICT */
    public Selection selection(GraphReference graph, Phase phase, String node, NodeKind kind) {
        Place place = new Place(graph.getName(), graph.getVersion(), node, kind, phase);
        Selection known = selected.get(place);
        if (known != null) {
            return known;
        }
        if (selected.size() >= MOST_SELECTIONS) {
            selected.clear();
        }
        Selection found = select(place);
        selected.put(place, found);
        return found;
    }

    private Selection select(Place place) {
        List<Policy> policies = set.policies().stream()
                .filter(policy -> policy.phase().includes(place.phase()))
                .filter(policy ->
                        policy.appliesTo().includesNode(place.graph(), place.version(), place.node(), place.kind()))
                .toList();
        return new Selection(policies);
    }

    /** Null when its condition does not hold. */
    private static FiredPolicy ask(Policy policy, Facts facts, long mostEffort) {
        try {
            return policy.when().evaluateCondition(facts, mostEffort) ? fired(policy, facts) : null;
        } catch (ExpressionFailure failure) {
            return failed(policy, facts, failure.getMessage());
        } catch (RuntimeException | StackOverflowError failure) {
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
        return input(comparison.variable(), facts);
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
        policy.when().variables().forEach(name -> inputs.put(name, input(name, facts)));
        return inputs;
    }

    /** What a result holds is in its record, and not for every log. */
    private static String input(String name, Facts facts) {
        return name.equals(PolicyVariables.RESULT)
                ? facts.outcome().resultSizeBytes() + " bytes"
                : text(facts.get(name));
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
