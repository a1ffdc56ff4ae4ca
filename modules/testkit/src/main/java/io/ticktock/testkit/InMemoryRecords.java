package io.ticktock.testkit;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.*;
import io.ticktock.state.BlobUris;
import io.ticktock.state.Checks;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Outputs;
import io.ticktock.state.Pages;
import io.ticktock.state.RecordKey;
import io.ticktock.state.Recorded;
import io.ticktock.state.References;
import io.ticktock.state.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;

/** The records of executions of an {@link InMemoryStateStore}. Guarded by its store. */
final class InMemoryRecords {

    private final InMemoryLifetimes lifetimes;
    private final InMemoryStorage storage;
    private final InMemorySpend spend;
    private final InMemoryUsage usage;
    private final Map<RecordKey, TaskExecution> tasks = new HashMap<>();
    private final Map<RecordKey, PlanExecution> plans = new HashMap<>();
    private final Map<LifetimeIdentity, List<ExecutionReference>> recorded = new HashMap<>();

    InMemoryRecords(InMemoryLifetimes lifetimes, InMemoryStorage storage, InMemorySpend spend, InMemoryUsage usage) {
        this.lifetimes = lifetimes;
        this.storage = storage;
        this.spend = spend;
        this.usage = usage;
    }

    Recorded<TaskExecution> appendTask(TaskExecution appended) {
        RecordKey key = RecordKey.of(appended.getHeaders());
        storage.refer(key.tenantId(), BlobUris.of(appended));
        return append(tasks, key, appended, References::to);
    }

    Recorded<PlanExecution> appendPlan(PlanExecution appended) {
        RecordKey key = RecordKey.of(appended.getHeaders());
        storage.refer(key.tenantId(), BlobUris.of(appended));
        return append(plans, key, appended, References::to);
    }

    private <E extends Message> Recorded<E> append(
            Map<RecordKey, E> records, RecordKey key, E appended, Function<E, ExecutionReference> reference) {
        storage.count(key.tenantId(), appended.getSerializedSize());
        E first = records.putIfAbsent(key, appended);
        if (first == null) {
            note(key, reference.apply(appended));
            return new Recorded<>(appended, AppendOutcome.APPEND_OUTCOME_RECORDED);
        }
        return new Recorded<>(
                first,
                first.equals(appended)
                        ? AppendOutcome.APPEND_OUTCOME_RECORDED
                        : AppendOutcome.APPEND_OUTCOME_SUPERSEDED);
    }

    private void note(RecordKey key, ExecutionReference made) {
        recorded.computeIfAbsent(new LifetimeIdentity(key.tenantId(), key.lifetimeId()), none -> new ArrayList<>())
                .add(made);
        usage.add(key, made);
        spend.add(key, made);
    }

    /** All rows, Tasks' before Plans', in no order. */
    List<History.Execution> rows() {
        List<History.Execution> rows = new ArrayList<>();
        tasks.forEach((key, task) ->
                rows.add(History.Execution.of(keyOf(key), key.execId().toString(), task)));
        plans.forEach((key, plan) ->
                rows.add(History.Execution.of(keyOf(key), key.execId().toString(), plan)));
        return rows;
    }

    private static History.Key keyOf(RecordKey record) {
        return new History.Key(record.tenantId(), record.lifetimeId().toString());
    }

    FindExecutionsResponse find(FindExecutionsRequest request) {
        Checks.atMost("keys", request.getKeysCount());
        FindExecutionsResponse.Builder found = FindExecutionsResponse.newBuilder();
        for (ExecutionKey each : request.getKeysList()) {
            RecordKey key = new RecordKey(
                    Checks.tenant(each.getTenantId()),
                    Checks.lifetime(each.getLifetimeId()),
                    Checks.execution(each.getExecId()));
            if (!request.getTenantId().isEmpty() && !request.getTenantId().equals(each.getTenantId())) {
                continue;
            }
            Optional.ofNullable(tasks.get(key)).map(References::to).ifPresent(found::addExecutions);
            Optional.ofNullable(plans.get(key)).map(References::to).ifPresent(found::addExecutions);
        }
        return found.build();
    }

    GetExecutionsResponse get(GetExecutionsRequest request) {
        Checks.atMost("exec_ids", request.getTaskExecIdsCount() + request.getPlanExecIdsCount());
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        return GetExecutionsResponse.newBuilder()
                .addAllTasks(found(tasks, lifetime, request.getTaskExecIdsList()))
                .addAllPlans(found(plans, lifetime, request.getPlanExecIdsList()))
                .build();
    }

    /** Those of tasks before those of Plans. */
    List<ExecutionReference> references(LifetimeIdentity lifetime, List<String> execIds) {
        return Stream.concat(
                        found(tasks, lifetime, execIds).stream().map(References::to),
                        found(plans, lifetime, execIds).stream().map(References::to))
                .toList();
    }

    private <E> List<E> found(Map<RecordKey, E> records, LifetimeIdentity lifetime, List<String> execIds) {
        return execIds.stream()
                .flatMap(id -> find(records, lifetime, Checks.execution(id)).stream())
                .toList();
    }

    /** Of the lifetime itself, or of what it is a fork of. */
    private <E> Optional<E> find(Map<RecordKey, E> records, LifetimeIdentity lifetime, UUID execId) {
        return Stream.concat(
                        Stream.of(lifetime.lifetimeId()),
                        lifetimes.lineage(lifetime).stream().map(UUID::fromString))
                .map(lifetimeId -> records.get(new RecordKey(lifetime.tenantId(), lifetimeId, execId)))
                .filter(Objects::nonNull)
                .findFirst();
    }

    ListExecutionsResponse list(ListExecutionsRequest request) {
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        int size = Pages.size(request.getPageSize());
        int place = place(request.getPageToken());
        List<ExecutionReference> all = recorded.getOrDefault(lifetime, List.of());
        if (all.isEmpty()) {
            lifetimes.require(lifetime);
        }
        int from = Math.min(place, all.size());
        int to = Math.min(from + size, all.size());
        ListExecutionsResponse.Builder response =
                ListExecutionsResponse.newBuilder().addAllExecutions(all.subList(from, to));
        if (to - from == size) {
            response.setNextPageToken(Integer.toString(to));
        }
        return response.build();
    }

    private static int place(String token) {
        try {
            return token.isEmpty() ? 0 : Integer.parseUnsignedInt(token);
        } catch (NumberFormatException e) {
            throw Pages.badToken();
        }
    }

    GetOutputResponse output(GetOutputRequest request) {
        OutputReference output = request.getOutput();
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), output.getLifetimeId());
        UUID execId = Checks.execution(output.getExecId());
        return switch (output.getKind()) {
            case NODE_KIND_PLAN -> output(lifetime, require(plans, lifetime, execId), output.getChoice());
            case NODE_KIND_TASK, NODE_KIND_UNSPECIFIED, UNRECOGNIZED -> Outputs.of(require(tasks, lifetime, execId));
        };
    }

    private GetOutputResponse output(LifetimeIdentity lifetime, PlanExecution execution, int choice) {
        return Outputs.of(execution, choice)
                .orElseGet(() -> Outputs.arrived(execution, found(tasks, lifetime, execution.getArrivedExecIdsList())));
    }

    private <E> E require(Map<RecordKey, E> records, LifetimeIdentity lifetime, UUID execId) {
        return find(records, lifetime, execId).orElseThrow(() -> Refusal.noLifetime(lifetime.lifetimeId()));
    }

    long size() {
        return (long) tasks.size() + plans.size();
    }
}
