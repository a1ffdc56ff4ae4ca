package io.ticktock.graph;

import io.ticktock.graph.expression.VariableUse;
import java.util.List;
import java.util.Map;

/**
 * An immutable graph template. Made by {@link GraphParser} only, so an instance is always valid.
 *
 * @param tenantId whose graph it is
 * @param name lower-case letters, digits and underscores or hyphens
 * @param version semantic version, such as {@code 1.0.0}
 * @param digest lower-case hexadecimal SHA-256 of {@link #canonical()}
 * @param canonical the graph as canonical JSON: parsing it gives this graph again
 * @param metadata what is said about the graph and its lifetimes as wholes
 * @param start id of the node where a lifetime starts
 * @param nodes by id, in the order of the file
 * @param outgoing the edges that leave each node, in the order of the file
 * @param uses the variables that the expressions of each node read
 */
public record AgentGraph(
        String tenantId,
        String name,
        String version,
        String digest,
        String canonical,
        GraphMetadata metadata,
        String start,
        Map<String, GraphNode> nodes,
        Map<String, List<Edge>> outgoing,
        Map<String, VariableUse> uses) {

    /** What stands in the place of a node id where a lifetime ends. */
    public static final String END = "END";

    /** The node of this id; throws IllegalArgumentException when there is none. */
    public GraphNode node(String id) {
        GraphNode node = nodes.get(id);
        if (node == null) {
            throw new IllegalArgumentException("graph " + name + " has no node " + id);
        }
        return node;
    }

    /** The variables that the expressions of a node read; of {@code results} the nodes that are named. */
    public VariableUse usesOf(String id) {
        return uses.getOrDefault(id, VariableUse.NONE);
    }

    public List<Edge> outgoingOf(String id) {
        return outgoing.getOrDefault(id, List.of());
    }

    /** The edge between the two, or null when there is none. */
    public Edge edge(String from, String to) {
        for (Edge edge : outgoingOf(from)) {
            if (edge.to().equals(to)) {
                return edge;
            }
        }
        return null;
    }
}
