package io.ticktock.graph;

import io.ticktock.graph.expression.SecretReference;
import io.ticktock.graph.expression.VariableUse;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.Durations;
import io.ticktock.graph.source.SourceFile;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourcePosition;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads graph files: YAML and JSON to an {@link AgentGraph}, or all that is wrong with them. */
public final class GraphParser {

    static final int MAX_NODES = 1_000;
    static final int MAX_EDGES = 10_000;

    private static final int MAX_EXECUTIONS = 10_000_000;
    private static final int MAX_DESCRIPTION = 10_000;

    private final String tenantId;
    private final Faults faults = new Faults();
    private final Map<String, ParsedNode> nodes = new LinkedHashMap<>();
    private final List<ParsedEdge> edges = new ArrayList<>();
    private boolean everyEdgeRead = true;

    private GraphParser(String tenantId) {
        this.tenantId = tenantId;
    }

    /**
     * Reads a graph.
     *
     * @param fileName named in faults; {@code .json}, {@code .yaml} or {@code .yml} at its end says how to read it
     * @param content at most 1 MiB of UTF-8
     * @param tenantId whose graph it will be
     * @throws GraphFaults with everything that is wrong
     */
    public static AgentGraph parse(String fileName, byte[] content, String tenantId) {
        GraphParser parser = new GraphParser(tenantId);
        Optional<AgentGraph> graph =
                SourceFile.read(fileName, content, parser.faults.list()).flatMap(parser::graph);
        if (graph.isEmpty() || !parser.faults.isEmpty()) {
            throw new GraphFaults(parser.faults.in(fileName));
        }
        return graph.get();
    }

    static void addBadGraphName(SourceScalar name, Faults faults) {
        faults.add(
                name.position(),
                Faults.shown(name.text()) + " is not a name of a graph",
                "use 1 to " + Names.MAX_LENGTH
                        + " characters: small letters, digits, underscores and hyphens, a letter first");
    }

    static void checkVersion(SourceValue value, Faults faults) {
        String text = value instanceof SourceScalar scalar ? scalar.text() : value.kind();
        if (SemanticVersion.parse(text).isEmpty()) {
            faults.add(
                    value.position(),
                    Faults.shown(text) + " is not a semantic version",
                    "write three numbers, as in 1.0.0");
        }
    }

    private Optional<AgentGraph> graph(SourceValue document) {
        return Fields.of(document, document.position(), "the graph", faults).flatMap(this::graph);
    }

    private Optional<AgentGraph> graph(Fields fields) {
        Optional<SourceScalar> name = fields.needScalar("graph", "my-graph");
        name.filter(found -> !Names.isGraph(found.text())).ifPresent(found -> addBadGraphName(found, faults));
        Optional<SourceValue> version = fields.need("version", "1.0.0");
        version.ifPresent(value -> checkVersion(value, faults));
        GraphMetadata metadata = metadata(fields);
        Optional<ParsedChoice.Target> start = start(fields);
        Optional<SourceValue> tasks = fields.take("tasks");
        Optional<SourceValue> plans = fields.take("plans");
        boolean nodesRead = readNodes(entries("tasks", tasks), entries("plans", plans));
        fields.need("edges", "[a -> b]").ifPresentOrElse(this::readEdges, () -> everyEdgeRead = false);
        fields.end();
        if (nodes.isEmpty() && faults.isEmpty()) {
            faults.add(fields.position(), "the graph has no nodes", "add tasks: and plans:");
        }
        if (nodesRead) {
            new GraphShape(nodes, edges, faults).check(start, everyEdgeRead);
        }
        return faults.isEmpty()
                ? Optional.of(build(
                        name.orElseThrow().text(),
                        textOf(version.orElseThrow()),
                        metadata,
                        start.orElseThrow().name()))
                : Optional.empty();
    }

    private GraphMetadata metadata(Fields fields) {
        Optional<SourceValue> descriptionPlace = fields.take("description");
        String description = descriptionPlace.map(this::description).orElse("");
        Map<String, String> labels = labels(entries("labels", fields.take("labels")));
        Optional<Duration> deadline = fields.takeDuration("deadline", Duration.ofMillis(1), Durations.LONGEST);
        int iterations =
                fields.takeInt("max_iterations", 1, NodeParser.MAX_ITERATIONS, GraphMetadata.DEFAULT_MAX_ITERATIONS);
        int executions = fields.takeInt("max_executions", 1, MAX_EXECUTIONS, GraphMetadata.DEFAULT_MAX_EXECUTIONS);
        return new GraphMetadata(description, labels, deadline, iterations, executions);
    }

    private String description(SourceValue value) {
        if (value instanceof SourceScalar scalar && scalar.text().length() <= MAX_DESCRIPTION) {
            return scalar.text();
        }
        faults.add(
                value.position(),
                "description is not a text of at most " + MAX_DESCRIPTION + " characters",
                "write a short text");
        return "";
    }

    private Map<String, String> labels(List<SourceMap.Entry> entries) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (entries.size() > Labels.MOST) {
            faults.add(entries.get(0).position(), "there are more than " + Labels.MOST + " labels", "keep fewer");
        }
        for (SourceMap.Entry entry : entries) {
            String text = entry.value() instanceof SourceScalar scalar ? scalar.text() : null;
            if (!Names.isLabel(entry.key())) {
                faults.add(
                        entry.position(),
                        Faults.shown(entry.key()) + " is not a name of a label",
                        "use " + Labels.FORM);
            }
            if (text == null || !Labels.isValue(text)) {
                faults.add(
                        entry.value().position(),
                        "the label " + entry.key() + " is not a text of at most " + Labels.LONGEST_VALUE
                                + " characters",
                        "write a short text");
            } else if (SecretReference.isMeant(text)) {
                Expressions.addMisplacedSecret((SourceScalar) entry.value(), faults);
            } else {
                labels.put(entry.key(), text);
            }
        }
        return Collections.unmodifiableMap(labels);
    }

    private Optional<ParsedChoice.Target> start(Fields fields) {
        return fields.needScalar("start", "first")
                .map(scalar -> new ParsedChoice.Target(scalar.text(), scalar.position()));
    }

    private List<SourceMap.Entry> entries(String name, Optional<SourceValue> value) {
        if (value.isEmpty() || value.get().plain() == null) {
            return List.of();
        }
        if (value.get() instanceof SourceMap map) {
            return map.entries();
        }
        faults.add(
                value.get().position(),
                name + " is not a map but " + value.get().kind(),
                "write it as name: value pairs");
        return List.of();
    }

    /** False when there are too many to read. */
    private boolean readNodes(List<SourceMap.Entry> tasks, List<SourceMap.Entry> plans) {
        if (tasks.size() + plans.size() > MAX_NODES) {
            SourcePosition place = (tasks.isEmpty() ? plans : tasks).get(0).position();
            faults.add(
                    place,
                    "the graph has " + (tasks.size() + plans.size()) + " nodes",
                    "at most " + MAX_NODES + " are allowed: use a task of type graph for a part of it");
            return false;
        }
        Set<String> taskIds = new LinkedHashSet<>();
        tasks.forEach(entry -> taskIds.add(entry.key()));
        NodeParser parser = new NodeParser(tenantId, taskIds, faults);
        tasks.forEach(entry -> nodes.put(entry.key(), parser.task(entry)));
        for (SourceMap.Entry entry : plans) {
            ParsedNode plan = parser.plan(entry);
            ParsedNode task = nodes.putIfAbsent(entry.key(), plan);
            if (task != null) {
                faults.add(
                        entry.position(),
                        "there is a Task " + entry.key() + " already, in line "
                                + task.position().line(),
                        "give the Plan another id");
            }
        }
        return true;
    }

    private void readEdges(SourceValue value) {
        if (!(value instanceof SourceList list)) {
            faults.add(value.position(), "edges is not a list but " + value.kind(), "write each edge as - a -> b");
            everyEdgeRead = false;
            return;
        }
        if (list.elements().size() > MAX_EDGES) {
            faults.add(value.position(), "there are more than " + MAX_EDGES + " edges", "split the graph");
            everyEdgeRead = false;
            return;
        }
        EdgeParser parser = new EdgeParser(faults);
        for (SourceValue element : list.elements()) {
            Optional<ParsedEdge> edge = parser.parse(element);
            everyEdgeRead &= edge.isPresent();
            edge.ifPresent(edges::add);
        }
    }

    private AgentGraph build(String name, String version, GraphMetadata metadata, String start) {
        Map<String, GraphNode> built = new LinkedHashMap<>();
        Map<String, VariableUse> uses = new LinkedHashMap<>();
        nodes.forEach((id, node) -> {
            GraphNode made = node.node().orElseThrow();
            built.put(id, made);
            uses.put(id, made.settings().uses());
        });
        List<Edge> all = edges.stream().map(ParsedEdge::edge).toList();
        Map<String, List<Edge>> outgoing = new LinkedHashMap<>();
        for (String id : built.keySet()) {
            outgoing.put(id, all.stream().filter(edge -> edge.from().equals(id)).toList());
        }
        String canonical = CanonicalForm.of(name, version, metadata, start, built, all);
        return new AgentGraph(
                tenantId,
                name,
                version,
                CanonicalForm.digest(canonical),
                canonical,
                metadata,
                start,
                Collections.unmodifiableMap(built),
                Collections.unmodifiableMap(outgoing),
                Collections.unmodifiableMap(uses));
    }

    private static String textOf(SourceValue value) {
        return ((SourceScalar) value).text();
    }
}
