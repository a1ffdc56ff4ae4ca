package io.ticktock.testkit;

import io.ticktock.proto.v1.*;
import io.ticktock.state.Checks;
import io.ticktock.state.HumanTasks;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Refusal;
import io.ticktock.state.TimeCursor;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/** Which executions ask a person. Guarded by its store. */
final class InMemoryHumanTasks {

    private record Key(String tenantId, UUID execId) {}

    private record Asked(LifetimeIdentity lifetime, HumanTask task, int sizeBytes) {

        TimeCursor place() {
            return TimeCursor.of(task.getAskedAt(), UUID.fromString(task.getExecId()));
        }

        Asked close() {
            return new Asked(lifetime, task.toBuilder().setClosed(true).build(), sizeBytes);
        }
    }

    private static final Comparator<TimeCursor> OLDEST_FIRST = Comparator.comparing(TimeCursor::time)
            .thenComparing(place -> place.id().toString());

    private final Map<Key, Asked> tasks = new HashMap<>();

    void apply(
            LifetimeIdentity lifetime,
            LifetimeDecision decision,
            GraphReference graph,
            Function<Long, LifetimeEvent> events) {
        for (String execId : decision.getClosedQuestionExecIdsList()) {
            Key key = new Key(lifetime.tenantId(), Checks.execution(execId));
            tasks.computeIfPresent(key, (same, asked) -> asked.lifetime.equals(lifetime) ? asked.close() : asked);
        }
        for (AskedQuestion question : decision.getAskedQuestionsList()) {
            LifetimeEvent event = events.apply(question.getSeq());
            HumanTask task = HumanTasks.of(question, graph.getName(), graph.getVersion(), event);
            tasks.put(
                    new Key(lifetime.tenantId(), Checks.execution(question.getExecId())),
                    new Asked(lifetime, task, event.getSerializedSize()));
        }
    }

    ListHumanTasksResponse list(ListHumanTasksRequest request) {
        Checks.tenant(request.getTenantId());
        int size = HumanTasks.pageSize(request);
        Optional<UUID> lifetimeId = HumanTasks.lifetime(request);
        TimeCursor after = HumanTasks.place(request);
        List<Asked> open = tasks.values().stream()
                .filter(asked -> !asked.task.getClosed())
                .filter(asked -> asked.lifetime.tenantId().equals(request.getTenantId()))
                .filter(asked ->
                        lifetimeId.isEmpty() || asked.lifetime.lifetimeId().equals(lifetimeId.get()))
                .filter(asked -> request.getGraphName().isEmpty()
                        || asked.task.getGraphName().equals(request.getGraphName()))
                .filter(asked -> OLDEST_FIRST.compare(asked.place(), after) > 0)
                .sorted(Comparator.comparing(Asked::place, OLDEST_FIRST))
                .limit(size)
                .toList();
        ListHumanTasksResponse.Builder page = ListHumanTasksResponse.newBuilder();
        long bytes = 0;
        for (Asked asked : open) {
            if (bytes < HumanTasks.MOST_BYTES) {
                page.addHumanTasks(asked.task);
            }
            bytes += asked.sizeBytes;
        }
        boolean isCut = page.getHumanTasksCount() < open.size() || open.size() == size;
        return isCut ? HumanTasks.continued(request, page) : page.build();
    }

    GetHumanTaskResponse get(GetHumanTaskRequest request) {
        UUID execId = Checks.execution(request.getExecId());
        return Optional.ofNullable(tasks.get(new Key(Checks.tenant(request.getTenantId()), execId)))
                .map(asked -> GetHumanTaskResponse.newBuilder()
                        .setHumanTask(asked.task)
                        .build())
                .orElseThrow(() -> Refusal.noHumanTask(execId));
    }
}
