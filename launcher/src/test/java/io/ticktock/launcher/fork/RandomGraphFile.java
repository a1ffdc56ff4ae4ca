package io.ticktock.launcher.fork;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A graph of nested sequences, loops and fan-outs with joins that wait for all, from a seed. */
final class RandomGraphFile {

    private static final int DEEPEST = 2;

    private final Random dice;
    private final List<String> tasks = new ArrayList<>();
    private final List<String> plans = new ArrayList<>();
    private final List<String> edges = new ArrayList<>();

    private RandomGraphFile(long seed) {
        this.dice = new Random(seed);
    }

    static AgentGraph of(long seed, String tenantId) {
        return new RandomGraphFile(seed).build("random-" + seed, tenantId);
    }

    private AgentGraph build(String name, String tenantId) {
        String first = task("start");
        String last = plan();
        edges.add(last + " -> END [FINAL]");
        if (dice.nextBoolean()) {
            edges.add(last + " -> " + first);
        }
        sequence(0, first, last, "");
        StringBuilder file = new StringBuilder("graph: " + name + "\nversion: 1.0.0\nstart: " + first + "\ntasks:\n");
        for (String task : tasks) {
            String input = task.equals(first)
                    ? ""
                    : dice.nextBoolean() ? ", input: {passed: \"${plan}\", first: \"${results." + first + "}\"}" : "";
            String retry = ", retry: {max_attempts: 3, initial_interval: 10ms}";
            file.append("  ")
                    .append(task)
                    .append(": {type: fork.work")
                    .append(input)
                    .append(retry)
                    .append("}\n");
        }
        file.append("plans:\n");
        plans.forEach(plan -> file.append("  ").append(plan).append(": {type: fork.choose}\n"));
        file.append("edges:\n");
        edges.forEach(edge -> file.append("  - ").append(edge).append('\n'));
        return GraphParser.parse(name + ".yaml", file.toString().getBytes(StandardCharsets.UTF_8), tenantId);
    }

    /** Goes on from this Task until {@code exit}. */
    private void sequence(int depth, String from, String exit, String exitType) {
        String current = from;
        for (int more = dice.nextInt(depth == 0 ? 3 : 2); more > 0; more--) {
            current = element(depth, current);
        }
        edges.add(current + " -> " + exit + " " + exitType);
    }

    /** A Plan behind the Task: on to another one, perhaps back, perhaps through a fan-out. Gives the Task behind it. */
    private String element(int depth, String task) {
        String plan = plan();
        String next = task("t");
        edges.add(task + " -> " + plan);
        edges.add(plan + " -> " + next);
        if (dice.nextInt(4) == 0 && !task.startsWith("b")) {
            edges.add(plan + " -> " + task);
        }
        if (depth < DEEPEST && dice.nextInt(2 + depth) > 0) {
            fanOut(depth, plan, next);
        }
        return next;
    }

    private void fanOut(int depth, String plan, String next) {
        String join = plan();
        for (int branch = 1 + dice.nextInt(2); branch > 0; branch--) {
            String first = task("b");
            edges.add(plan + " -> " + first + " [PARALLEL]");
            sequence(depth + 1, first, join, "[JOIN]");
        }
        edges.add(join + " -> " + next);
    }

    private String task(String prefix) {
        String id = prefix + tasks.size();
        tasks.add(id);
        return id;
    }

    private String plan() {
        String id = "p" + plans.size();
        plans.add(id);
        return id;
    }
}
