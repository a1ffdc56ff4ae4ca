package io.ticktock.graph;

/**
 * A link between nodes.
 *
 * @param from a node id
 * @param to a node id, or {@link AgentGraph#END} for a FINAL edge
 */
public record Edge(String from, String to, EdgeType type, EdgeConfiguration configuration) {}
