package io.ticktock.graph;

import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.reading.Faults;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Checks that the nodes and edges of a file make a graph that can run. */
final class GraphShape {

    private final Map<String, ParsedNode> nodes;
    private final List<ParsedEdge> edges;
    private final Faults faults;

    /** The edges whose ends exist, by the node they leave. */
    private final Map<String, List<ParsedEdge>> outgoing = new HashMap<>();

    GraphShape(Map<String, ParsedNode> nodes, List<ParsedEdge> edges, Faults faults) {
        this.nodes = nodes;
        this.edges = edges;
        this.faults = faults;
    }

    /**
     * Checks everything.
     *
     * @param complete whether every edge of the file could be read, so that what is missing is really missing
     */
    void check(Optional<ParsedChoice.Target> start, boolean complete) {
        boolean known = checkEnds();
        edges.forEach(this::checkType);
        boolean everyNodeLeads = checkOutgoing(complete);
        checkJoins();
        nodes.values().stream()
                .filter(node -> complete && node.plan() && !node.free())
                .forEach(this::checkChoices);
        boolean startKnown = start.map(this::checkStart).orElse(false);
        if (complete && known && startKnown && everyNodeLeads) {
            checkPaths(start.get());
        }
    }

    private boolean checkStart(ParsedChoice.Target start) {
        if (nodes.containsKey(start.name())) {
            return true;
        }
        faults.add(
                start.position(),
                "there is no node " + Faults.shown(start.name()) + " to start at",
                nodeNamed(start.name()));
        return false;
    }

    /** Sorts the edges by the node they leave; false when one leads from or to a node that does not exist. */
    private boolean checkEnds() {
        boolean known = true;
        Map<String, ParsedEdge> seen = new HashMap<>();
        for (ParsedEdge edge : edges) {
            boolean fromKnown = checkEnd(edge, edge.from(), false);
            boolean toKnown = checkEnd(edge, edge.to(), true);
            known &= fromKnown && toKnown;
            ParsedEdge first = seen.putIfAbsent(edge.toString(), edge);
            if (first != null) {
                faults.add(
                        edge.position(),
                        "the edge " + edge + " is here a second time",
                        "keep one: the first is in line " + first.position().line());
            } else if (nodes.containsKey(edge.from())) {
                outgoing.computeIfAbsent(edge.from(), id -> new ArrayList<>()).add(edge);
            }
        }
        return known;
    }

    private boolean checkEnd(ParsedEdge edge, String id, boolean target) {
        if (nodes.containsKey(id) || (target && id.equals(AgentGraph.END))) {
            return true;
        }
        if (id.equals(AgentGraph.END)) {
            faults.add(edge.position(), "the edge leaves END, where a lifetime is over", "remove the edge");
        } else {
            faults.add(
                    edge.position(), "there is no node " + Faults.shown(id) + " for the edge " + edge, nodeNamed(id));
        }
        return false;
    }

    private String nodeNamed(String id) {
        return SimilarNames.closest(id, nodes.keySet())
                .map(near -> "did you mean " + near + "?")
                .orElse("declare it under tasks or plans, or use the id of a node");
    }

    private void checkType(ParsedEdge edge) {
        ParsedNode from = nodes.get(edge.from());
        boolean toEnd = edge.to().equals(AgentGraph.END);
        if (toEnd != (edge.type() == EdgeType.FINAL)) {
            faults.add(
                    edge.position(),
                    toEnd ? "an edge to END is FINAL" : "a FINAL edge leads to END",
                    "write " + (toEnd ? edge + " [FINAL]" : edge.from() + " -> END [FINAL]"));
            return;
        }
        if (from == null) {
            return;
        }
        if (edge.edge().configuration().routesFailures() && (from.plan() || toEnd)) {
            faults.add(
                    edge.position(), "on_failure is only for edges from a Task to a Plan", "remove on_failure route");
        }
        ParsedNode to = nodes.get(edge.to());
        if (to != null) {
            checkBetween(edge, from, to);
        }
    }

    private void checkBetween(ParsedEdge edge, ParsedNode from, ParsedNode to) {
        if (from.plan() == to.plan()) {
            faults.add(
                    edge.position(),
                    "the edge " + edge + " leads from a " + (from.plan() ? "Plan to a Plan" : "Task to a Task"),
                    from.plan() ? "put a Task between them" : "put a Plan between them, such as one of type next");
        } else if (edge.type() == EdgeType.PARALLEL && !from.plan()) {
            faults.add(
                    edge.position(),
                    "a PARALLEL edge leads from a Plan to a Task, not from a Task",
                    "let a Plan fan out");
        } else if (edge.type() == EdgeType.JOIN && from.plan()) {
            faults.add(
                    edge.position(), "a JOIN edge leads from a Task to a Plan, not from a Plan", "let a Plan gather");
        }
    }

    /** False when a node has no edge that leaves it. */
    private boolean checkOutgoing(boolean complete) {
        boolean everyNodeLeads = true;
        for (ParsedNode node : nodes.values()) {
            List<ParsedEdge> leaving = outgoing.getOrDefault(node.id(), List.of());
            everyNodeLeads &= !leaving.isEmpty();
            if (leaving.isEmpty() && complete && Names.isNode(node.id())) {
                faults.add(
                        node.position(),
                        node.title() + " has no outgoing edge",
                        "add one, such as " + node.id() + " -> " + (node.plan() ? "END [FINAL]" : anyPlan()));
            }
            if (!node.plan() && leaving.size() > 1) {
                leaving.subList(1, leaving.size()).forEach(edge -> addSecondEdge(node, leaving.get(0), edge));
            }
        }
        return everyNodeLeads;
    }

    private void addSecondEdge(ParsedNode task, ParsedEdge first, ParsedEdge second) {
        faults.add(
                second.position(),
                task.title() + " has a second outgoing edge",
                "keep one, to a Plan that decides between " + first.to() + " and " + second.to());
    }

    private String anyPlan() {
        return nodes.values().stream()
                .filter(ParsedNode::plan)
                .map(ParsedNode::id)
                .findFirst()
                .orElse("END [FINAL]");
    }

    private void checkJoins() {
        Map<String, ParsedEdge> firstByPlan = new HashMap<>();
        Set<String> inScopes = reachable(edges.stream()
                .filter(edge -> edge.type() == EdgeType.PARALLEL)
                .map(ParsedEdge::to)
                .toList());
        for (ParsedEdge edge : edges) {
            if (edge.type() != EdgeType.JOIN) {
                continue;
            }
            ParsedEdge first = firstByPlan.putIfAbsent(edge.to(), edge);
            if (first != null && !joinOf(first).equals(joinOf(edge))) {
                faults.add(
                        edge.position(),
                        "the JOIN edges into " + edge.to() + " do not gather in the same way",
                        "write the same JOIN as in line " + first.position().line());
            }
            ParsedNode from = nodes.get(edge.from());
            if (from != null && !from.plan() && !inScopes.contains(edge.from())) {
                faults.add(
                        edge.position(),
                        "no PARALLEL edge leads to " + edge.from() + ", so there is nothing to join",
                        "make the edges of the Plan that fans out PARALLEL, or remove JOIN");
            }
        }
    }

    private static JoinConfiguration joinOf(ParsedEdge edge) {
        return edge.edge().configuration().join().orElse(JoinConfiguration.ALL);
    }

    private void checkChoices(ParsedNode plan) {
        Map<String, ParsedEdge> targets = new HashMap<>();
        outgoing.getOrDefault(plan.id(), List.of()).forEach(edge -> targets.put(edge.to(), edge));
        int faultsBefore = faults.list().size();
        Set<String> chosen = new HashSet<>();
        for (ParsedChoice choice : plan.choices()) {
            choice.targets().forEach(target -> {
                chosen.add(target.name());
                checkTarget(plan, target, targets);
            });
            checkTogether(choice, targets);
        }
        boolean clear = faults.list().size() == faultsBefore;
        targets.values().stream()
                .filter(edge -> clear && isNeverTaken(edge, chosen))
                .forEach(edge -> faults.add(
                        edge.position(),
                        plan.title() + " never chooses " + edge.to(),
                        "name it in a next of the Plan, or remove the edge"));
    }

    private boolean isNeverTaken(ParsedEdge edge, Set<String> chosen) {
        ParsedNode target = nodes.get(edge.to());
        boolean possible = edge.to().equals(AgentGraph.END) || (target != null && !target.plan());
        return possible && !chosen.contains(edge.to());
    }

    private void checkTarget(ParsedNode plan, ParsedChoice.Target target, Map<String, ParsedEdge> targets) {
        if (targets.containsKey(target.name())) {
            return;
        }
        boolean exists = nodes.containsKey(target.name()) || target.name().equals(AgentGraph.END);
        String edge = plan.id() + " -> " + target.name() + (target.name().equals(AgentGraph.END) ? " [FINAL]" : "");
        Optional<String> near = exists ? Optional.empty() : SimilarNames.closest(target.name(), targets.keySet());
        faults.add(
                target.position(),
                exists ? "there is no edge " + edge : "there is no node " + Faults.shown(target.name()),
                near.map(name -> "did you mean " + name + "?")
                        .orElse("use a target of the edges from " + plan.id() + ", or add the edge " + edge));
    }

    private void checkTogether(ParsedChoice choice, Map<String, ParsedEdge> targets) {
        for (ParsedChoice.Target target : choice.targets()) {
            ParsedEdge edge = targets.get(target.name());
            boolean several = choice.perElement() || choice.targets().size() > 1;
            if (!several || edge == null || edge.type() == EdgeType.PARALLEL) {
                continue;
            }
            if (edge.type() == EdgeType.FINAL) {
                faults.add(
                        target.position(),
                        choice.perElement()
                                ? "END cannot be chosen for every element"
                                : "END cannot be chosen together with others",
                        "choose END alone, for instance in a Plan that joins");
            } else {
                faults.add(
                        target.position(),
                        "the edge " + edge + " is not PARALLEL, so only one Task can be chosen over it",
                        "write " + edge + " [PARALLEL]");
            }
        }
    }

    /** Every node must be reached, and from each there must be a way to END, or to where a token may die. */
    private void checkPaths(ParsedChoice.Target start) {
        Set<String> reached = reachable(List.of(start.name()));
        if (!reached.contains(AgentGraph.END)) {
            faults.add(
                    start.position(),
                    "no way leads from the start to END",
                    "add a FINAL edge, such as " + start.name() + " -> END [FINAL]");
            return;
        }
        Set<String> ending = reachedBackwards();
        for (ParsedNode node : nodes.values()) {
            if (!reached.contains(node.id())) {
                faults.add(
                        node.position(),
                        node.title() + " is never reached from the start, " + start.name(),
                        "add an edge to it, or remove it");
            } else if (!ending.contains(node.id())) {
                faults.add(
                        node.position(),
                        "no way leads from " + node.id() + " to END",
                        "add an edge that leaves the circle, such as one to END from a Plan in it");
            }
        }
    }

    private Set<String> reachable(Collection<String> from) {
        return spread(from, this::targetsOf);
    }

    private Collection<String> targetsOf(String id) {
        return outgoing.getOrDefault(id, List.of()).stream().map(ParsedEdge::to).toList();
    }

    /** From END and from the Plans that may choose nothing, against the direction of the edges. */
    private Set<String> reachedBackwards() {
        Map<String, Set<String>> incoming = new HashMap<>();
        edges.forEach(edge ->
                incoming.computeIfAbsent(edge.to(), id -> new TreeSet<>()).add(edge.from()));
        Set<String> ends = new TreeSet<>(Set.of(AgentGraph.END));
        nodes.values().stream().filter(GraphShape::mayChooseNothing).forEach(plan -> ends.add(plan.id()));
        return spread(ends, id -> incoming.getOrDefault(id, Set.of()));
    }

    private static boolean mayChooseNothing(ParsedNode node) {
        return node.plan()
                && (node.free()
                        || node.choices().stream()
                                .anyMatch(choice -> choice.targets().isEmpty()));
    }

    private static Set<String> spread(Collection<String> from, Function<String, Collection<String>> neighbours) {
        Set<String> found = new HashSet<>(from);
        Deque<String> open = new ArrayDeque<>(from);
        while (!open.isEmpty()) {
            for (String next : neighbours.apply(open.remove())) {
                if (found.add(next)) {
                    open.add(next);
                }
            }
        }
        return found;
    }
}
