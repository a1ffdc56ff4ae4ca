package io.ticktock.guardrail.policy;

import io.ticktock.graph.expression.Scope;
import io.ticktock.graph.expression.ValueType;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.PolicyScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What conditions can read, of which type, and at which place. */
final class PolicyVariables {

    /** The content of the record's result, which has to be fetched. */
    static final String RESULT = "result";

    /** Known before an attempt runs. */
    private static final Map<String, ValueType> HEADERS = Map.of(
            "execution.node", ValueType.TEXT,
            "execution.kind", ValueType.TEXT,
            "execution.iteration", ValueType.INT,
            "execution.attempt", ValueType.INT,
            "iteration", ValueType.INT,
            "elapsed_s", ValueType.INT);

    /** Known from its record only. */
    private static final Map<String, ValueType> RECORD = Map.ofEntries(
            Map.entry("execution.status", ValueType.TEXT),
            Map.entry("execution.error_code", ValueType.TEXT),
            Map.entry("execution.tokens_used", ValueType.INT),
            Map.entry("execution.cost_usd", ValueType.DOUBLE),
            Map.entry("execution.latency_ms", ValueType.INT),
            Map.entry("execution.usage.input_tokens", ValueType.INT),
            Map.entry("execution.usage.output_tokens", ValueType.INT),
            Map.entry("execution.usage.cached_tokens", ValueType.INT),
            Map.entry("execution.usage.bytes_in", ValueType.INT),
            Map.entry("execution.usage.bytes_out", ValueType.INT),
            Map.entry("execution.measures", ValueType.NUMBERS),
            Map.entry("execution.result_size_bytes", ValueType.INT),
            Map.entry(RESULT, ValueType.ANY),
            Map.entry("same_input_runs", ValueType.INT),
            Map.entry("rising_cost_runs", ValueType.INT));

    /** Of all accepted executions of the lifetime, or of all executions of the tenant in the window. */
    private static final Map<String, ValueType> TOTALS = Map.of(
            "sum.tokens_used", ValueType.INT,
            "sum.cost_usd", ValueType.DOUBLE,
            "sum.latency_ms", ValueType.INT,
            "max.tokens_used", ValueType.INT,
            "max.cost_usd", ValueType.DOUBLE,
            "max.latency_ms", ValueType.INT,
            "count", ValueType.INT);

    /** How a node gets on. */
    static final Set<String> PROGRESS = Set.of("same_input_runs", "rising_cost_runs");

    private PolicyVariables() {}

    /** What a condition of this scope and phase may read. */
    static Scope scope(PolicyScope scope, Phase phase) {
        Map<String, ValueType> types = new LinkedHashMap<>();
        List.of(HEADERS, RECORD, TOTALS)
                .forEach(part -> part.keySet().stream().sorted().forEach(name -> types.put(name, part.get(name))));
        Scope all = Scope.typed(types);
        if (phase.includes(Phase.ADMIT)) {
            for (String name : RECORD.keySet()) {
                all = all.without(name, "before an attempt runs there is no record of it: use phase: verdict");
            }
        }
        if (scope == PolicyScope.POLICY_SCOPE_EXECUTION) {
            for (String name : TOTALS.keySet()) {
                all = all.without(name, "scope: execution looks at one execution alone: use scope: lifetime");
            }
        }
        return all;
    }

    static String word(NodeKind kind) {
        return switch (kind) {
            case NODE_KIND_TASK -> "task";
            case NODE_KIND_PLAN -> "plan";
            case NODE_KIND_UNSPECIFIED, UNRECOGNIZED -> "";
        };
    }

    static String word(ExecutionStatus status) {
        return switch (status) {
            case EXECUTION_STATUS_SUCCEEDED -> "succeeded";
            case EXECUTION_STATUS_FAILED -> "failed";
            case EXECUTION_STATUS_TIMED_OUT -> "timed_out";
            case EXECUTION_STATUS_CANCELLED -> "cancelled";
            case EXECUTION_STATUS_UNSPECIFIED, UNRECOGNIZED -> "";
        };
    }
}
