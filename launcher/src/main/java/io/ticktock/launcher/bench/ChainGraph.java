package io.ticktock.launcher.bench;

/** The graph of the load: Tasks and Plans in turn, one behind the other. */
public final class ChainGraph {

    private ChainGraph() {}

    /**
     * As a graph file.
     *
     * @param steps node executions from start to end; even
     * @param taskMs how many milliseconds each Task takes besides; 0 and more
     */
    public static String text(int steps, int taskMs) {
        int pairs = steps / 2;
        String name = "bench-chain-" + steps + (taskMs == 0 ? "" : "-of-" + taskMs + "-ms");
        String setting = taskMs == 0 ? "" : ", task_ms: " + taskMs;
        StringBuilder tasks = new StringBuilder();
        StringBuilder plans = new StringBuilder();
        StringBuilder edges = new StringBuilder();
        for (int i = 1; i <= pairs; i++) {
            String next = i == pairs ? "END" : "task_" + (i + 1);
            tasks.append("  task_")
                    .append(i)
                    .append(": {type: bench.echo")
                    .append(setting)
                    .append("}\n");
            plans.append("  plan_")
                    .append(i)
                    .append(": {type: next, next: ")
                    .append(next)
                    .append("}\n");
            edges.append("  - task_").append(i).append(" -> plan_").append(i).append('\n');
            edges.append("  - plan_").append(i).append(" -> ").append(next);
            edges.append(i == pairs ? " [FINAL]\n" : "\n");
        }
        return "graph: " + name + "\nversion: 1.0.0\nstart: task_1\ntasks:\n" + tasks + "plans:\n" + plans + "edges:\n"
                + edges;
    }
}
