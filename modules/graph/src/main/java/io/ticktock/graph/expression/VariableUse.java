package io.ticktock.graph.expression;

import java.util.Set;
import java.util.TreeSet;

/**
 * Which variables an expression reads, so that nothing else needs to be fetched for it.
 *
 * @param results ids of the nodes whose results it reads
 */
public record VariableUse(boolean input, boolean plan, boolean result, boolean joined, Set<String> results) {

    public static final VariableUse NONE = new VariableUse(false, false, false, false, Set.of());

    /** What this or the other reads. */
    public VariableUse and(VariableUse other) {
        Set<String> both = new TreeSet<>(results);
        both.addAll(other.results);
        return new VariableUse(
                input || other.input,
                plan || other.plan,
                result || other.result,
                joined || other.joined,
                Set.copyOf(both));
    }
}
