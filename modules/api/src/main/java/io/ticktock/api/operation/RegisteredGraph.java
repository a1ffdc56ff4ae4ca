package io.ticktock.api.operation;

import io.ticktock.proto.v1.GraphReference;
import java.util.List;

/**
 * A graph that is in order.
 *
 * @param warnings for people: what of it could not be checked
 */
public record RegisteredGraph(GraphReference graph, List<String> warnings) {}
