package io.ticktock.graph.expression;

import java.util.List;
import java.util.Map;

/**
 * What the expressions of one node run see: unmodifiable trees of Map, List, String, Long, Double, Boolean and null.
 * Only what {@link VariableUse} names needs to be there.
 *
 * @param input of the lifetime
 * @param plan what the choosing Plan passed to a Task; null where no Plan did
 * @param result what arrived at a Plan; null where nothing did
 * @param joined what arrived at a Plan that fired as a join, in branch order; empty elsewhere
 * @param results by node id, the latest result on the token's own path; nodes that have none are left out
 * @param iteration 1 for the first run of the node by its token
 */
public record Variables(
        Object input, Object plan, Object result, List<Object> joined, Map<String, Object> results, long iteration) {}
