package io.ticktock.guardrail.simulation;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Plan;
import io.ticktock.guardrail.budget.LifetimeBudgets;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.guardrail.policy.PolicyEvaluator;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WorstCase;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The draft, as far as the log of a lifetime tells what it looks at. */
final class DraftPolicies {

    /** More are looked up again. */
    private static final int MOST_GRAPHS = 200;

    private final PolicyEvaluator evaluator;
    private final Set<String> leftOut;
    private final PolicySimulation.Sources sources;
    private final Map<GraphReference, OfGraph> graphs = new HashMap<>();

    DraftPolicies(PolicySet policies, PolicySimulation.Sources sources) {
        PolicySet judged = policies.ofLogs();
        this.evaluator = new PolicyEvaluator(judged);
        this.sources = sources;
        this.leftOut = new HashSet<>(policies.actions().keySet());
        this.leftOut.removeAll(judged.actions().keySet());
    }

    /** Whether any of these cannot be judged. */
    boolean isLeftOut(List<FiredPolicy> fired) {
        return fired.stream().anyMatch(policy -> leftOut.contains(policy.getName()));
    }

    /** What its conditions say of an execution of a node. */
    Verdict evaluate(PolicyEvaluator.Selection selection, Facts facts) {
        return evaluator.evaluate(selection, facts);
    }

    LifetimeBudgets budgets(GraphReference graph, Map<String, String> labels) {
        return LifetimeBudgets.of(evaluator.set(), graph, labels);
    }

    OfGraph of(GraphReference graph) {
        OfGraph known = graphs.get(graph);
        if (known != null) {
            return known;
        }
        if (graphs.size() >= MOST_GRAPHS) {
            graphs.clear();
        }
        OfGraph found = new OfGraph(graph, sources.graphs().apply(graph));
        graphs.put(graph, found);
        return found;
    }

    /**
     * What is the same for all executions of a node.
     *
     * @param admission the conditions before an attempt
     * @param verdict the conditions on a record
     */
    record OfNode(
            NodeKind kind, PolicyEvaluator.Selection admission, PolicyEvaluator.Selection verdict, WorstCase worst) {}

    /** What is the same for all lifetimes of a graph. */
    final class OfGraph {

        private final GraphReference reference;
        private final AgentGraph graph;
        private final Map<String, OfNode> nodes = new HashMap<>();

        private OfGraph(GraphReference reference, AgentGraph graph) {
            this.reference = reference;
            this.graph = graph;
        }

        OfNode node(String id) {
            return nodes.computeIfAbsent(id, this::find);
        }

        private OfNode find(String id) {
            var node = graph.node(id);
            NodeKind kind = node instanceof Plan ? NodeKind.NODE_KIND_PLAN : NodeKind.NODE_KIND_TASK;
            return new OfNode(
                    kind,
                    evaluator.selection(reference, Phase.ADMIT, id, kind),
                    evaluator.selection(reference, Phase.VERDICT, id, kind),
                    sources.worstCases().apply(node));
        }
    }
}
