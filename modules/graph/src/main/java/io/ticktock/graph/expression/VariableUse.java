package io.ticktock.graph.expression;

import java.util.Set;
import java.util.TreeSet;

/**
 * What evaluating an expression takes: the variables it reads, so that nothing else needs to be fetched for it, and
 * whether it may take its time.
 *
 * @param results ids of the nodes whose results it reads
 * @param loops whether it has loops, or makes much of little, so that it may work long on little
 * @param calls how many functions and operators it has
 */
public record VariableUse(
        boolean input, boolean plan, boolean result, boolean joined, Set<String> results, boolean loops, int calls) {

    public static final VariableUse NONE = new VariableUse(false, false, false, false, Set.of(), false, 0);

    /** Each may look through all of the input. */
    private static final int MANY_CALLS = 32;

    /** Whether, even on little input, it may take longer than an event loop can wait. */
    public boolean mayTakeLong() {
        return loops || calls > MANY_CALLS;
    }

    /** What this or the other reads. */
    public VariableUse and(VariableUse other) {
        Set<String> both = new TreeSet<>(results);
        both.addAll(other.results);
        return new VariableUse(
                input || other.input,
                plan || other.plan,
                result || other.result,
                joined || other.joined,
                Set.copyOf(both),
                loops || other.loops,
                calls + other.calls);
    }
}
