package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Records as the arrays of a statement: tenant_id, lifetime_id, exec_id, tokens_used, cost_micros, latency_ms, iteration,
 * attempt, status, node_id, envelope.
 */
final class ExecutionColumns {

    private final List<String> tenants = new ArrayList<>();
    private final List<UUID> lifetimes = new ArrayList<>();
    private final List<UUID> executions = new ArrayList<>();
    private final List<Long> tokens = new ArrayList<>();
    private final List<Long> costs = new ArrayList<>();
    private final List<Long> latencies = new ArrayList<>();
    private final List<Integer> iterations = new ArrayList<>();
    private final List<Integer> attempts = new ArrayList<>();
    private final List<Short> statuses = new ArrayList<>();
    private final List<String> nodes = new ArrayList<>();
    private final List<Buffer> envelopes = new ArrayList<>();

    void add(RecordKey key, ExecutionHeaders headers, PolicyTelemetry telemetry, Message execution) {
        tenants.add(key.tenantId());
        lifetimes.add(key.lifetimeId());
        executions.add(key.execId());
        tokens.add(telemetry.getTokensUsed());
        costs.add(telemetry.getCostMicros());
        latencies.add(telemetry.getLatencyMs());
        iterations.add(headers.getIteration());
        attempts.add(headers.getAttempt());
        statuses.add((short) headers.getStatusValue());
        nodes.add(headers.getNodeId());
        envelopes.add(Stored.bytes(execution));
    }

    void addTo(List<Object> parameters) {
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(executions.toArray(UUID[]::new));
        parameters.add(tokens.toArray(Long[]::new));
        parameters.add(costs.toArray(Long[]::new));
        parameters.add(latencies.toArray(Long[]::new));
        parameters.add(iterations.toArray(Integer[]::new));
        parameters.add(attempts.toArray(Integer[]::new));
        parameters.add(statuses.toArray(Short[]::new));
        parameters.add(nodes.toArray(String[]::new));
        parameters.add(envelopes.toArray(Buffer[]::new));
    }
}
