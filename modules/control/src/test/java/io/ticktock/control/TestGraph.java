package io.ticktock.control;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Graphs from their edges: a node whose id starts with p is a Plan, every other one a Task. */
final class TestGraph {

    private TestGraph() {}

    /** {@code extras} are lines at the top of the file, or {@code NODE: {key: value, …}} details of a node. */
    static AgentGraph of(String start, List<String> edges, Map<String, String> nodeDetails, String... topLines) {
        Set<String> tasks = new TreeSet<>();
        Set<String> plans = new TreeSet<>();
        for (String edge : edges) {
            for (String id : edge.replaceAll("\\[.*", "").split("->")) {
                if (!id.trim().equals(AgentGraph.END)) {
                    (id.trim().startsWith("p") ? plans : tasks).add(id.trim());
                }
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add("graph: test");
        lines.add("version: 1.0.0");
        lines.addAll(List.of(topLines));
        lines.add("start: " + start);
        addNodes(lines, "tasks", tasks, "test.task", nodeDetails);
        addNodes(lines, "plans", plans, "test.plan", nodeDetails);
        lines.add("edges:");
        edges.forEach(edge -> lines.add("  - " + edge));
        byte[] file = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        return GraphParser.parse("test.yaml", file, "acme");
    }

    private static void addNodes(
            List<String> lines, String section, Set<String> ids, String type, Map<String, String> details) {
        lines.add(section + ":");
        for (String id : ids) {
            String more = details.getOrDefault(id, "");
            lines.add("  " + id + ": {type: " + type + (more.isEmpty() ? "" : ", " + more) + "}");
        }
    }
}
