package io.ticktock.graph;

import io.ticktock.graph.expression.PlainJson;
import io.ticktock.graph.expression.Template;
import io.ticktock.graph.settings.ChildGraphSettings;
import io.ticktock.graph.settings.CustomPlanSettings;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.graph.settings.Dollars;
import io.ticktock.graph.settings.Durations;
import io.ticktock.graph.settings.FixedChoice;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.graph.settings.HumanSettings;
import io.ticktock.graph.settings.LlmPlanSettings;
import io.ticktock.graph.settings.LlmTaskSettings;
import io.ticktock.graph.settings.MapSettings;
import io.ticktock.graph.settings.McpSettings;
import io.ticktock.graph.settings.NextSettings;
import io.ticktock.graph.settings.NodeSettings;
import io.ticktock.graph.settings.RoutingRule;
import io.ticktock.graph.settings.RulesSettings;
import io.ticktock.graph.settings.TransformSettings;
import io.ticktock.graph.settings.WaitSettings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The one way to write a graph as JSON: without what is a default anyway, with sorted keys where their order means
 * nothing, and with values, rules and edges in their own order.
 */
final class CanonicalForm {

    private CanonicalForm() {}

    static String of(
            String name,
            String version,
            GraphMetadata metadata,
            String start,
            Map<String, GraphNode> nodes,
            List<Edge> edges) {
        Map<String, Object> tasks = new TreeMap<>();
        Map<String, Object> plans = new TreeMap<>();
        nodes.values().forEach(node -> (node instanceof Task ? tasks : plans).put(node.id(), node(node)));
        Map<String, Object> graph = new TreeMap<>();
        graph.put("graph", name);
        graph.put("version", version);
        graph.put("start", start);
        putUnless(graph, "description", metadata.description(), "");
        putUnless(graph, "labels", new TreeMap<>(metadata.labels()), Map.of());
        metadata.deadline().ifPresent(deadline -> graph.put("deadline", Durations.format(deadline)));
        putUnless(graph, "max_iterations", metadata.maxIterations(), GraphMetadata.DEFAULT_MAX_ITERATIONS);
        putUnless(graph, "max_executions", metadata.maxExecutions(), GraphMetadata.DEFAULT_MAX_EXECUTIONS);
        putUnless(graph, "tasks", tasks, Map.of());
        putUnless(graph, "plans", plans, Map.of());
        graph.put("edges", edges.stream().map(CanonicalForm::edge).toList());
        return PlainJson.write(graph);
    }

    /** Lower-case hexadecimal SHA-256. */
    static String digest(String canonical) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Map<String, Object> node(GraphNode node) {
        Map<String, Object> fields = settings(node.settings());
        fields.put("type", node.type());
        Map<String, Object> retry = retry(node.retry());
        putUnless(fields, "retry", retry, Map.of());
        putDuration(fields, "timeout", node.timeout());
        if (node instanceof Task task) {
            putDuration(fields, "heartbeat_timeout", task.configuration().heartbeatTimeout());
        }
        putUnless(fields, "max_iterations", node.maxIterations(), GraphMetadata.DEFAULT_MAX_ITERATIONS);
        putUnless(fields, "limits", limits(node.limits()), Map.of());
        return fields;
    }

    private static Map<String, Object> retry(RetryPolicy retry) {
        Map<String, Object> fields = new TreeMap<>();
        if (retry.equals(RetryPolicy.NONE)) {
            return fields;
        }
        RetryPolicy none = RetryPolicy.NONE;
        fields.put("max_attempts", retry.maxAttempts());
        putUnless(fields, "multiplier", retry.multiplier(), none.multiplier());
        if (!retry.initialInterval().equals(none.initialInterval())) {
            fields.put("initial_interval", Durations.format(retry.initialInterval()));
        }
        if (!retry.maxInterval().equals(none.maxInterval())) {
            fields.put("max_interval", Durations.format(retry.maxInterval()));
        }
        putUnless(
                fields, "non_retryable", retry.nonRetryable().stream().sorted().toList(), List.of());
        return fields;
    }

    private static Map<String, Object> limits(NodeLimits limits) {
        Map<String, Object> fields = new TreeMap<>();
        limits.maxTokens().ifPresent(most -> fields.put("max_tokens", most));
        limits.maxCostMicros().ifPresent(most -> fields.put("max_cost_usd", Dollars.format(most)));
        limits.model().ifPresent(model -> fields.put("model", model));
        return fields;
    }

    private static Map<String, Object> settings(NodeSettings settings) {
        Map<String, Object> fields = new TreeMap<>();
        if (settings instanceof TransformSettings transform) {
            fields.put("output", transform.output().source());
        } else if (settings instanceof HttpSettings http) {
            putHttp(fields, http);
        } else if (settings instanceof WaitSettings wait) {
            fields.put(
                    wait.end() == WaitSettings.End.FOR ? "for" : "until",
                    wait.time().source());
        } else if (settings instanceof HumanSettings human) {
            fields.put("prompt", human.prompt().source());
            putTemplate(fields, "details", human.details());
            human.form().ifPresent(form -> fields.put("form", form.tree()));
        } else if (settings instanceof ChildGraphSettings child) {
            fields.put("graph", child.graph());
            child.version().ifPresent(version -> fields.put("version", version));
            putTemplate(fields, "input", child.input());
        } else if (settings instanceof McpSettings mcp) {
            putMcp(fields, mcp);
        } else if (settings instanceof RulesSettings rules) {
            fields.put("rules", rules.rules().stream().map(CanonicalForm::rule).toList());
            fields.put("otherwise", choice(rules.otherwise()));
        } else if (settings instanceof NextSettings next) {
            fields.putAll(choice(next.choice()));
        } else if (settings instanceof MapSettings map) {
            fields.put("over", map.over().source());
            fields.put("next", map.next());
            putTemplate(fields, "input", map.input());
        } else if (settings instanceof LlmTaskSettings llm) {
            putOwn(fields, Optional.empty(), llm.ask());
        } else if (settings instanceof LlmPlanSettings llm) {
            putOwn(fields, Optional.empty(), llm.ask());
        } else if (settings instanceof CustomTaskSettings own) {
            putOwn(fields, own.input(), own.settings());
        } else if (settings instanceof CustomPlanSettings own) {
            putOwn(fields, own.input(), own.settings());
        } else {
            throw new IllegalStateException("no canonical form of " + settings);
        }
        return fields;
    }

    private static void putHttp(Map<String, Object> fields, HttpSettings http) {
        fields.put("url", http.url().source());
        putUnless(fields, "method", http.method(), HttpSettings.DEFAULT_METHOD);
        putUnless(fields, "headers", sources(http.headers()), Map.of());
        putUnless(fields, "query", new LinkedHashMap<>(sources(http.query())), Map.of());
        putTemplate(fields, "json", http.json());
        putTemplate(fields, "body", http.body());
        putUnless(fields, "expect", http.expect().source(), HttpSettings.DEFAULT_EXPECT);
        putUnless(fields, "retry_on", http.retryOn().source(), HttpSettings.DEFAULT_RETRY_ON);
        putUnless(fields, "telemetry", sources(http.telemetry()), Map.of());
        putUnless(fields, "output", http.output().source(), HttpSettings.DEFAULT_OUTPUT);
    }

    private static void putMcp(Map<String, Object> fields, McpSettings mcp) {
        fields.put("server", mcp.server());
        fields.put(mcp.target().key(), mcp.name().source());
        fields.put("allow", mcp.allow());
        putUnless(fields, "arguments", mcp.arguments().source(), Map.of());
        putUnless(fields, "take", mcp.take().word(), McpSettings.Take.ALL.word());
    }

    private static void putOwn(Map<String, Object> fields, Optional<Template> input, Template settings) {
        ((Map<?, ?>) settings.source()).forEach((name, value) -> fields.put((String) name, value));
        putTemplate(fields, "input", input);
    }

    private static Map<String, Object> rule(RoutingRule rule) {
        Map<String, Object> fields = choice(rule.choice());
        fields.put("when", rule.when().source());
        return fields;
    }

    private static Map<String, Object> choice(FixedChoice choice) {
        Map<String, Object> fields = new TreeMap<>();
        fields.put("next", choice.next().size() == 1 ? choice.next().get(0) : choice.next());
        putTemplate(fields, "input", choice.input());
        return fields;
    }

    private static String edge(Edge edge) {
        List<String> options = new ArrayList<>();
        switch (edge.type()) {
            case NORMAL -> {}
            case PARALLEL, FINAL -> options.add(edge.type().name());
            case JOIN -> options.add(join(edge.configuration().join().orElse(JoinConfiguration.ALL)));
        }
        if (edge.configuration().routesFailures()) {
            options.add("on_failure route");
        }
        String ends = edge.from() + " -> " + edge.to();
        return options.isEmpty() ? ends : ends + " [" + String.join(", ", options) + "]";
    }

    private static String join(JoinConfiguration join) {
        return switch (join.mode()) {
            case ALL -> "JOIN";
            case ANY -> "JOIN any";
            case N -> "JOIN " + join.n();
        };
    }

    /** Queries keep their order in the URL; for headers and measures it means nothing. */
    private static Map<String, Object> sources(Map<String, Template> templates) {
        Map<String, Object> sources = new LinkedHashMap<>();
        templates.forEach((name, template) -> sources.put(name, template.source()));
        return sources;
    }

    private static void putTemplate(Map<String, Object> fields, String name, Optional<Template> template) {
        template.ifPresent(given -> fields.put(name, given.source()));
    }

    private static void putDuration(Map<String, Object> fields, String name, Optional<Duration> duration) {
        duration.ifPresent(given -> fields.put(name, Durations.format(given)));
    }

    private static void putUnless(Map<String, Object> fields, String name, Object value, Object absent) {
        if (!value.equals(absent)) {
            fields.put(name, value);
        }
    }
}
