package io.ticktock.control;

import io.ticktock.graph.AgentGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Graphs of nested sequences, loops and fan-outs, from a seed. */
final class RandomGraph {

    private static final List<String> JOINS = List.of("[JOIN]", "[JOIN any]", "[JOIN 2]");
    private static final int DEEPEST = 2;

    private final Random dice;
    private final boolean joinAll;
    private final List<String> edges = new ArrayList<>();
    private int tasks;
    private int plans;

    private RandomGraph(long seed, boolean joinAll) {
        this.dice = new Random(seed);
        this.joinAll = joinAll;
    }

    /** With joins of every mode, and Tasks that may fail for good. */
    static AgentGraph of(long seed) {
        return new RandomGraph(seed, false).build(2);
    }

    /** With joins that wait for all, and retries enough that no Task fails for good. */
    static AgentGraph joiningAll(long seed) {
        return new RandomGraph(seed, true).build(50);
    }

    private AgentGraph build(int maxAttempts) {
        String last = plan();
        String first = sequence(0, last, "");
        edges.add(last + " -> END [FINAL]");
        if (dice.nextBoolean()) {
            edges.add(last + " -> " + first);
        }
        Map<String, String> details = new HashMap<>();
        String retry = "retry: {max_attempts: " + maxAttempts + "}";
        for (int i = 1; i <= tasks; i++) {
            details.put("t" + i, retry);
        }
        for (int i = 1; i <= plans; i++) {
            details.put("p" + i, retry);
        }
        return TestGraph.of(first, edges, details);
    }

    /** Tasks and Plans one after the other, the last Task with an edge to {@code exit}; gives the first Task. */
    private String sequence(int depth, String exit, String exitType) {
        String first = task();
        String current = first;
        for (int more = dice.nextInt(3); more > 0; more--) {
            current = element(depth, current);
        }
        edges.add(current + " -> " + exit + " " + exitType);
        return first;
    }

    /** A Plan behind the Task: on to another Task, perhaps back, perhaps through a fan-out. Gives the Task behind it. */
    private String element(int depth, String task) {
        String plan = plan();
        String next = task();
        edges.add(task + " -> " + plan);
        edges.add(plan + " -> " + next);
        if (dice.nextInt(3) == 0) {
            edges.add(plan + " -> " + task);
        }
        if (depth < DEEPEST && dice.nextBoolean()) {
            fanOut(depth, plan, next);
        }
        return next;
    }

    private void fanOut(int depth, String plan, String next) {
        String join = plan();
        String type = joinAll ? JOINS.get(0) : JOINS.get(dice.nextInt(JOINS.size()));
        for (int branch = 1 + dice.nextInt(2); branch > 0; branch--) {
            edges.add(plan + " -> " + sequence(depth + 1, join, type) + " [PARALLEL]");
        }
        edges.add(join + " -> " + next);
    }

    private String task() {
        return "t" + ++tasks;
    }

    private String plan() {
        return "p" + ++plans;
    }
}
