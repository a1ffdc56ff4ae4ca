package io.ticktock.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph as a drawing, in the languages of Mermaid and Graphviz: Tasks are boxes, Plans are diamonds, and an edge is
 * labelled with what stands in its brackets in the file. The same graph gives the same text.
 */
public final class GraphDrawing {

    private static final String SAFE_NAME = "[A-Za-z0-9_]+";

    private final String name;
    private final String start;
    private final Map<String, GraphNode> nodes = new LinkedHashMap<>();
    private final List<Edge> edges;

    /** What each node is called in the drawing's language: never a word of that language, and never START or FINISH. */
    private final Map<String, String> aliases = new LinkedHashMap<>();

    GraphDrawing(String name, String start, Collection<? extends GraphNode> nodes, List<Edge> edges) {
        this.name = name;
        this.start = start;
        this.edges = edges;
        for (GraphNode node : nodes) {
            String id = node.id();
            aliases.put(id, id.matches(SAFE_NAME) ? "n_" + id : "n" + aliases.size());
            this.nodes.put(id, node);
        }
        aliases.put(AgentGraph.END, "finish");
    }

    /** The graph as a {@code flowchart} of Mermaid. */
    public static String mermaid(AgentGraph graph) {
        return of(graph).mermaid();
    }

    /** The graph as a {@code digraph} of Graphviz. */
    public static String dot(AgentGraph graph) {
        return of(graph).dot();
    }

    private static GraphDrawing of(AgentGraph graph) {
        List<Edge> edges = new ArrayList<>();
        graph.nodes().keySet().forEach(id -> edges.addAll(graph.outgoingOf(id)));
        return new GraphDrawing(graph.name(), graph.start(), graph.nodes().values(), edges);
    }

    String mermaid() {
        List<String> lines = new ArrayList<>();
        lines.add("flowchart TD");
        lines.add("  start((\"start\")) --> " + aliases.get(start));
        for (GraphNode node : nodes.values()) {
            String label = "\"" + escaped(node.id(), "#") + "\"";
            lines.add("  " + aliases.get(node.id()) + (isPlan(node) ? "{" + label + "}" : "[" + label + "]"));
        }
        lines.add("  finish(((\"END\")))");
        for (Edge edge : edges) {
            String label = label(edge);
            lines.add("  " + aliases.get(edge.from()) + (label.isEmpty() ? " --> " : " -->|\"" + label + "\"| ")
                    + aliases.get(edge.to()));
        }
        return text(lines);
    }

    String dot() {
        List<String> lines = new ArrayList<>();
        lines.add("digraph \"" + escaped(name, "&#") + "\" {");
        lines.add("  start [label=\"start\", shape=circle];");
        for (GraphNode node : nodes.values()) {
            lines.add("  " + aliases.get(node.id()) + " [label=\"" + escaped(node.id(), "&#") + "\", shape="
                    + (isPlan(node) ? "diamond" : "box") + "];");
        }
        lines.add("  finish [label=\"END\", shape=doublecircle];");
        lines.add("  start -> " + aliases.get(start) + ";");
        for (Edge edge : edges) {
            String label = label(edge);
            lines.add("  " + aliases.get(edge.from()) + " -> " + aliases.get(edge.to())
                    + (label.isEmpty() ? ";" : " [label=\"" + label + "\"];"));
        }
        lines.add("}");
        return text(lines);
    }

    private static boolean isPlan(GraphNode node) {
        return node instanceof Plan;
    }

    private static String label(Edge edge) {
        List<String> words = new ArrayList<>();
        switch (edge.type()) {
            case NORMAL -> {}
            case PARALLEL, FINAL -> words.add(edge.type().name());
            case JOIN ->
                words.add("JOIN "
                        + edge.configuration().join().map(GraphDrawing::mode).orElse("all"));
        }
        if (edge.configuration().routesFailures()) {
            words.add("on_failure route");
        }
        return String.join(", ", words);
    }

    private static String mode(JoinConfiguration join) {
        return switch (join.mode()) {
            case ALL -> "all";
            case ANY -> "any";
            case N -> Integer.toString(join.n());
        };
    }

    /** As a text in quotes: what is no plain letter, digit or mark becomes an entity, in whichever way they begin. */
    private static String escaped(String text, String entity) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(character -> {
            boolean plain = character < 128 && (Character.isLetterOrDigit(character) || "_-. ".indexOf(character) >= 0);
            escaped.append(plain ? Character.toString(character) : entity + character + ";");
        });
        return escaped.toString();
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}
