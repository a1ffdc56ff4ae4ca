package io.ticktock.state;

import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.WaitingWork;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What decisions do to attempts that wait for workers, as the arrays of a statement: of those that begin to wait
 * tenant_id, exec_id, lifetime_id, task_type, since; of those that wait no more tenant_id, exec_id.
 */
final class WorkColumns {

    private record Key(LifetimeIdentity lifetime, UUID execId) {}

    /** One statement can change a row once: what all decisions together come to. */
    private final Map<Key, Optional<WaitingWork>> changes = new LinkedHashMap<>();

    /** In the order of the decisions. */
    void add(LifetimeIdentity lifetime, LifetimeDecision decision) {
        for (String execId : decision.getEndedWorkExecIdsList()) {
            changes.put(new Key(lifetime, Checks.execution(execId)), Optional.empty());
        }
        for (WaitingWork work : decision.getBegunWorkList()) {
            changes.put(new Key(lifetime, Checks.execution(work.getExecId())), Optional.of(work));
        }
    }

    void addTo(List<Object> parameters) {
        List<String> tenants = new ArrayList<>();
        List<UUID> executions = new ArrayList<>();
        List<UUID> lifetimes = new ArrayList<>();
        List<String> types = new ArrayList<>();
        List<OffsetDateTime> times = new ArrayList<>();
        List<String> tenantsOfEnded = new ArrayList<>();
        List<UUID> ended = new ArrayList<>();
        changes.forEach((key, change) -> {
            if (change.isPresent()) {
                tenants.add(key.lifetime.tenantId());
                executions.add(key.execId);
                lifetimes.add(key.lifetime.lifetimeId());
                types.add(change.get().getTaskType());
                times.add(Stored.time(change.get().getSince()));
            } else {
                tenantsOfEnded.add(key.lifetime.tenantId());
                ended.add(key.execId);
            }
        });
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(executions.toArray(UUID[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(types.toArray(String[]::new));
        parameters.add(times.toArray(OffsetDateTime[]::new));
        parameters.add(tenantsOfEnded.toArray(String[]::new));
        parameters.add(ended.toArray(UUID[]::new));
    }
}
