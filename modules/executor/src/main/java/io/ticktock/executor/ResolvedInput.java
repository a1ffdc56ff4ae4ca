package io.ticktock.executor;

import io.ticktock.graph.expression.VariableUse;
import io.ticktock.graph.expression.Variables;
import io.ticktock.sdk.Arrival;
import io.ticktock.sdk.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an attempt's inputs have become, as far as they are looked at; null is what nobody looks at or does not exist.
 * Nothing is parsed until then.
 *
 * @param use what the expressions of the node look at
 * @param input of the lifetime
 * @param plan what the choosing Plan passed
 * @param result what arrived at a Plan that is no join
 * @param joined what arrived at a join
 * @param results of nodes on the token's path
 * @param arrivals what arrived at a Plan, with its origin
 * @param passed what a Task's handler gets: what the choosing Plan passed, or at the start node the lifetime's input
 */
record ResolvedInput(
        VariableUse use,
        Value input,
        Value plan,
        Value result,
        List<Value> joined,
        Map<String, Value> results,
        List<Arrival> arrivals,
        Value passed,
        int iteration) {

    ResolvedInput {
        passed = passed == null ? Value.NULL : passed;
    }

    /** How much there is to look through. */
    long sizeBytes() {
        long size = sizeBytes(input) + sizeBytes(plan) + sizeBytes(result);
        for (Value value : joined) {
            size += sizeBytes(value);
        }
        for (Value value : results.values()) {
            size += sizeBytes(value);
        }
        return size;
    }

    /** Those that the expressions of a node use, as trees. Parses what has not been. */
    Variables variables() {
        Map<String, Object> resultTrees = new LinkedHashMap<>();
        results.forEach((node, value) -> resultTrees.put(node, value.tree()));
        return new Variables(
                use.input() ? tree(input) : null,
                use.plan() ? tree(plan) : null,
                use.result() ? tree(result) : null,
                use.joined() ? joinedTrees() : List.of(),
                resultTrees,
                iteration);
    }

    private List<Object> joinedTrees() {
        List<Object> trees = new ArrayList<>(joined.size());
        joined.forEach(value -> trees.add(value.tree()));
        return Collections.unmodifiableList(trees);
    }

    private static Object tree(Value value) {
        return value == null ? null : value.tree();
    }

    private static long sizeBytes(Value value) {
        return value == null ? 0 : value.sizeBytes();
    }
}
