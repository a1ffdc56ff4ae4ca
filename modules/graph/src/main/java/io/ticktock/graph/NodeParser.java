package io.ticktock.graph;

import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.SimilarNames;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.reading.Expressions;
import io.ticktock.graph.reading.Faults;
import io.ticktock.graph.reading.Fields;
import io.ticktock.graph.settings.Durations;
import io.ticktock.graph.settings.NodeSettings;
import io.ticktock.graph.settings.PlanSettings;
import io.ticktock.graph.settings.TaskSettings;
import io.ticktock.graph.source.SourceList;
import io.ticktock.graph.source.SourceMap;
import io.ticktock.graph.source.SourceScalar;
import io.ticktock.graph.source.SourceValue;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads Tasks and Plans: what every node has, and by its type the rest. */
final class NodeParser {

    static final int MAX_ITERATIONS = 1_000_000;

    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final int MAX_ATTEMPTS = 1_000;
    private static final double MAX_MULTIPLIER = 100;
    private static final int MAX_CODES = 100;

    private final String tenantId;
    private final Faults faults;
    private final Scope taskScope;
    private final Scope planScope;
    private final Expressions expressions;

    NodeParser(String tenantId, Set<String> taskIds, Faults faults) {
        this.tenantId = tenantId;
        this.faults = faults;
        this.expressions = new Expressions(faults);
        Scope all = Scope.of(taskIds);
        this.taskScope = all.without("result", "a Task sees what the Plan that chose it passed: write plan")
                .without("joined", "a Task sees what the Plan that chose it passed: write plan");
        this.planScope = all.without("plan", "a Plan sees what arrived: write result, or joined behind a join");
    }

    ParsedNode task(SourceMap.Entry entry) {
        Optional<Fields> fields = fields(entry, "the Task ");
        Optional<GraphNode> node = fields.flatMap(found -> task(entry.key(), found));
        return new ParsedNode(entry.key(), false, entry.position(), node, List.of(), false);
    }

    ParsedNode plan(SourceMap.Entry entry) {
        int faultsBefore = faults.list().size();
        PlanSettingsParser settings = new PlanSettingsParser(faults, expressions, planScope);
        Optional<Fields> fields = fields(entry, "the Plan ");
        Optional<GraphNode> node = fields.flatMap(found -> plan(entry.key(), found, settings));
        boolean unclear = faults.list().size() > faultsBefore;
        boolean decidedByCode = settings.choices().isEmpty();
        return new ParsedNode(entry.key(), true, entry.position(), node, settings.choices(), unclear || decidedByCode);
    }

    private Optional<Fields> fields(SourceMap.Entry entry, String kind) {
        checkId(entry);
        return Fields.of(entry.value(), entry.position(), kind + entry.key(), faults);
    }

    private void checkId(SourceMap.Entry entry) {
        String id = entry.key();
        if (Names.isReserved(id)) {
            faults.add(entry.position(), id + " is a reserved word", "give the node another id");
        } else if (!Names.isNode(id)) {
            faults.add(
                    entry.position(),
                    Faults.shown(id) + " is not an id of a node",
                    "use 1 to " + Names.MAX_LENGTH + " characters: letters, digits and underscores, a letter first");
        }
    }

    private Optional<GraphNode> task(String id, Fields fields) {
        Optional<String> type = type(fields, TaskSettingsParser.TYPES, PlanSettingsParser.TYPES, "Task", "Plan");
        RetryPolicy retry = retry(fields);
        Optional<Duration> timeout = fields.takeDuration("timeout", SHORTEST, Durations.LONGEST);
        Optional<Duration> heartbeat = fields.takeDuration("heartbeat_timeout", SHORTEST, Durations.LONGEST);
        int iterations = fields.takeInt("max_iterations", 1, MAX_ITERATIONS, GraphMetadata.DEFAULT_MAX_ITERATIONS);
        NodeLimits limits = limits(fields);
        TaskSettingsParser parser = new TaskSettingsParser(faults, expressions, taskScope);
        Optional<TaskSettings> settings = type.flatMap(name -> ended(fields, parser.parse(name, fields)));
        return settings.map(known -> new Task(
                tenantId, id, new TaskConfiguration(type.get(), known, retry, timeout, heartbeat, iterations, limits)));
    }

    private Optional<GraphNode> plan(String id, Fields fields, PlanSettingsParser parser) {
        Optional<String> type = type(fields, PlanSettingsParser.TYPES, TaskSettingsParser.TYPES, "Plan", "Task");
        RetryPolicy retry = retry(fields);
        Optional<Duration> timeout = fields.takeDuration("timeout", SHORTEST, Durations.LONGEST);
        int iterations = fields.takeInt("max_iterations", 1, MAX_ITERATIONS, GraphMetadata.DEFAULT_MAX_ITERATIONS);
        NodeLimits limits = limits(fields);
        Optional<PlanSettings> settings = type.flatMap(name -> ended(fields, parser.parse(name, fields)));
        return settings.map(known ->
                new Plan(tenantId, id, new PlanConfiguration(type.get(), known, retry, timeout, iterations, limits)));
    }

    private static <S extends NodeSettings> Optional<S> ended(Fields fields, Optional<S> settings) {
        fields.end();
        return settings;
    }

    /** The type, if it is one that can be read; an unknown one is a fault. */
    private Optional<String> type(Fields fields, List<String> known, List<String> others, String kind, String other) {
        Optional<SourceValue> value = fields.need("type", known.get(0));
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(value.get().plain() instanceof String type)) {
            faults.add(
                    value.get().position(),
                    "type is not a text but " + value.get().kind(),
                    oneOf(known));
            return Optional.empty();
        }
        if (known.contains(type) || Names.isOwnType(type)) {
            return Optional.of(type);
        }
        if (others.contains(type)) {
            faults.add(
                    value.get().position(),
                    type + " is a type of " + other + ", not of " + kind,
                    "declare the node among the " + other.toLowerCase(Locale.ROOT) + "s, or " + oneOf(known));
            return Optional.empty();
        }
        faults.add(
                value.get().position(),
                "there is no type " + Faults.shown(type) + " of " + kind,
                SimilarNames.closest(type, known)
                        .map(near -> "did you mean " + near + "?")
                        .orElse(oneOf(known)));
        return Optional.empty();
    }

    private static String oneOf(List<String> types) {
        return "use one of " + String.join(", ", types) + ", or a type of your own with a dot, such as acme.search";
    }

    private NodeLimits limits(Fields fields) {
        return fields.take("limits")
                .map(value -> new NodeLimitsParser(faults).parse(value))
                .orElse(NodeLimits.NONE);
    }

    private RetryPolicy retry(Fields fields) {
        return fields.take("retry")
                .flatMap(value -> Fields.of(value, value.position(), "retry", faults))
                .map(this::retryPolicy)
                .orElse(RetryPolicy.NONE);
    }

    private RetryPolicy retryPolicy(Fields fields) {
        int attempts = fields.needInt("max_attempts", 1, MAX_ATTEMPTS, 3);
        Duration initial = fields.takeDuration("initial_interval", SHORTEST, Durations.LONGEST)
                .orElse(RetryPolicy.NONE.initialInterval());
        double multiplier = fields.takeDouble("multiplier", 1, MAX_MULTIPLIER, RetryPolicy.NONE.multiplier());
        Duration longestAsDefault = Collections.max(List.of(RetryPolicy.NONE.maxInterval(), initial));
        Duration max =
                fields.takeDuration("max_interval", initial, Durations.LONGEST).orElse(longestAsDefault);
        Set<String> codes = codes(fields);
        fields.end();
        return new RetryPolicy(attempts, initial, multiplier, max, codes);
    }

    private Set<String> codes(Fields fields) {
        Optional<SourceValue> value = fields.take("non_retryable");
        if (value.isEmpty()) {
            return Set.of();
        }
        Set<String> codes = new LinkedHashSet<>();
        if (!(value.get() instanceof SourceList list) || list.elements().size() > MAX_CODES) {
            faults.add(
                    value.get().position(),
                    "non_retryable is not a list of at most " + MAX_CODES + " error codes",
                    "write non_retryable: [http_400]");
            return codes;
        }
        for (SourceValue element : list.elements()) {
            if (element instanceof SourceScalar scalar && Names.isCode(scalar.text())) {
                codes.add(scalar.text());
            } else {
                faults.add(
                        element.position(),
                        "non_retryable has something that is no error code",
                        "use small letters, digits and underscores, such as http_400");
            }
        }
        return Set.copyOf(codes);
    }

    /** What an author's own type asks for: a map of all that is left. */
    static Template ownSettings(Fields fields, Expressions expressions, Scope scope) {
        Map<String, Template> settings = new LinkedHashMap<>();
        fields.rest().forEach((name, value) -> settings.put(name, expressions.templateWithSecrets(value, scope)));
        return Template.ofFields(settings);
    }
}
