package io.ticktock.state;

import io.ticktock.proto.v1.AskedQuestion;
import io.ticktock.proto.v1.LifetimeDecision;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What decisions do to questions to people, as the arrays of a statement: of those asked tenant_id, exec_id, lifetime_id,
 * seq, node_id, asked_at and whether they are closed again; of others that are closed tenant_id, exec_id, lifetime_id.
 */
final class QuestionColumns {

    private record Key(LifetimeIdentity lifetime, UUID execId) {}

    private record Change(Optional<AskedQuestion> asked, boolean closed) {

        Change close() {
            return new Change(asked, true);
        }
    }

    /** One statement can change a row once: what all decisions together come to. */
    private final Map<Key, Change> changes = new LinkedHashMap<>();

    /** In the order of the decisions. */
    void add(LifetimeIdentity lifetime, LifetimeDecision decision) {
        for (String execId : decision.getClosedQuestionExecIdsList()) {
            changes.merge(
                    new Key(lifetime, Checks.execution(execId)),
                    new Change(Optional.empty(), true),
                    (before, closing) -> before.close());
        }
        for (AskedQuestion question : decision.getAskedQuestionsList()) {
            changes.put(
                    new Key(lifetime, Checks.execution(question.getExecId())),
                    new Change(Optional.of(question), false));
        }
    }

    void addTo(List<Object> parameters) {
        addAsked(parameters);
        addClosed(parameters);
    }

    private void addAsked(List<Object> parameters) {
        List<String> tenants = new ArrayList<>();
        List<UUID> executions = new ArrayList<>();
        List<UUID> lifetimes = new ArrayList<>();
        List<Long> seqs = new ArrayList<>();
        List<String> nodes = new ArrayList<>();
        List<OffsetDateTime> times = new ArrayList<>();
        List<Boolean> closed = new ArrayList<>();
        changes.forEach((key, change) -> change.asked.ifPresent(question -> {
            tenants.add(key.lifetime.tenantId());
            executions.add(key.execId);
            lifetimes.add(key.lifetime.lifetimeId());
            seqs.add(question.getSeq());
            nodes.add(question.getNodeId());
            times.add(Stored.time(question.getAskedAt()));
            closed.add(change.closed);
        }));
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(executions.toArray(UUID[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(seqs.toArray(Long[]::new));
        parameters.add(nodes.toArray(String[]::new));
        parameters.add(times.toArray(OffsetDateTime[]::new));
        parameters.add(closed.toArray(Boolean[]::new));
    }

    private void addClosed(List<Object> parameters) {
        List<String> tenants = new ArrayList<>();
        List<UUID> executions = new ArrayList<>();
        List<UUID> lifetimes = new ArrayList<>();
        changes.forEach((key, change) -> {
            if (change.asked.isEmpty()) {
                tenants.add(key.lifetime.tenantId());
                executions.add(key.execId);
                lifetimes.add(key.lifetime.lifetimeId());
            }
        });
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(executions.toArray(UUID[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
    }
}
