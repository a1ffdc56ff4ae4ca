package io.ticktock.guardrail.policy;

import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyTarget;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which executions a policy is about: those that every part matches. A part without globs matches all.
 *
 * @param labels by name; an execution of a lifetime without the label is not meant
 */
record AppliesTo(
        List<Glob> graphs, List<Glob> versions, List<Glob> nodes, Set<NodeKind> kinds, Map<String, Glob> labels) {

    static final AppliesTo ALL = new AppliesTo(List.of(), List.of(), List.of(), Set.of(), Map.of());

    boolean includesNode(String graph, String version, String node, NodeKind kind) {
        return any(graphs, graph)
                && any(versions, version)
                && any(nodes, node)
                && (kinds.isEmpty() || kinds.contains(kind));
    }

    boolean includesLabels(Map<String, String> given) {
        for (Map.Entry<String, Glob> label : labels.entrySet()) {
            String value = given.get(label.getKey());
            if (value == null || !label.getValue().matches(value)) {
                return false;
            }
        }
        return true;
    }

    boolean namesGraphs() {
        return !graphs.isEmpty();
    }

    /** Whether it may include anything of graphs of these names. */
    boolean mayConcern(Set<String> graphNames) {
        return graphs.isEmpty() || graphNames.stream().anyMatch(name -> any(graphs, name));
    }

    PolicyTarget told() {
        PolicyTarget.Builder target = PolicyTarget.newBuilder()
                .addAllGraphs(patterns(graphs))
                .addAllVersions(patterns(versions))
                .addAllNodes(patterns(nodes))
                .addAllKinds(kinds.stream().sorted().toList());
        labels.forEach((name, glob) -> target.putLabels(name, glob.pattern()));
        return target.build();
    }

    private static List<String> patterns(List<Glob> globs) {
        return globs.stream().map(Glob::pattern).sorted().distinct().toList();
    }

    private static boolean any(List<Glob> globs, String text) {
        for (Glob glob : globs) {
            if (glob.matches(text)) {
                return true;
            }
        }
        return globs.isEmpty();
    }

    /** As it would be written in a file, in one way. */
    Map<String, Object> canonical() {
        Map<String, Object> fields = new TreeMap<>();
        put(fields, "graphs", graphs);
        put(fields, "versions", versions);
        put(fields, "nodes", nodes);
        if (!kinds.isEmpty()) {
            fields.put(
                    "kinds", kinds.stream().map(PolicyVariables::word).sorted().toList());
        }
        if (!labels.isEmpty()) {
            Map<String, Object> globs = new TreeMap<>();
            labels.forEach((name, glob) -> globs.put(name, glob.pattern()));
            fields.put("labels", globs);
        }
        return fields;
    }

    private static void put(Map<String, Object> fields, String name, List<Glob> globs) {
        if (!globs.isEmpty()) {
            fields.put(name, patterns(globs));
        }
    }
}
