package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.*;
import io.ticktock.state.Checks;
import io.ticktock.state.HumanTasks;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.Refusal;
import io.ticktock.state.TimeCursor;
import java.time.Instant;
import java.time.InstantSource;
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
            return with(task.toBuilder().setClosed(true).clearClaimedBy().clearClaimedUntil());
        }

        Asked with(HumanTask.Builder changed) {
            return new Asked(lifetime, changed.build(), sizeBytes);
        }

        /** As it is at this time: a claim may have run out. */
        Asked at(Instant now) {
            return task.hasClaimedUntil()
                            && !ProtoTime.instant(task.getClaimedUntil()).isAfter(now)
                    ? with(task.toBuilder().clearClaimedBy().clearClaimedUntil())
                    : this;
        }
    }

    private static final Comparator<TimeCursor> OLDEST_FIRST = Comparator.comparing(TimeCursor::time)
            .thenComparing(place -> place.id().toString());

    private final InstantSource clock;
    private final Map<Key, Asked> tasks = new HashMap<>();

    InMemoryHumanTasks(InstantSource clock) {
        this.clock = clock;
    }

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

    /** All rows that are open. */
    List<History.Question> rows() {
        return tasks.values().stream()
                .filter(asked -> !asked.task.getClosed())
                .map(asked -> new History.Question(InMemoryLifetimes.rowKey(asked.lifetime), asked.task.getExecId()))
                .toList();
    }

    ListHumanTasksResponse list(ListHumanTasksRequest request) {
        Checks.tenant(request.getTenantId());
        int size = HumanTasks.pageSize(request);
        Optional<UUID> lifetimeId = HumanTasks.lifetime(request);
        TimeCursor after = HumanTasks.place(request);
        Instant now = clock.instant();
        List<Asked> open = tasks.values().stream()
                .map(asked -> asked.at(now))
                .filter(asked -> request.getClaimedBy().isEmpty()
                        || asked.task.getClaimedBy().equals(request.getClaimedBy()))
                .filter(asked ->
                        !request.getUnclaimed() || asked.task.getClaimedBy().isEmpty())
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
        return GetHumanTaskResponse.newBuilder()
                .setHumanTask(find(request.getTenantId(), request.getExecId()).task)
                .build();
    }

    private Asked find(String tenantId, String id) {
        UUID execId = Checks.execution(id);
        return Optional.ofNullable(tasks.get(new Key(Checks.tenant(tenantId), execId)))
                .map(asked -> asked.at(clock.instant()))
                .orElseThrow(() -> Refusal.noHumanTask(execId));
    }

    ClaimHumanTaskResponse claim(ClaimHumanTaskRequest request) {
        int leaseS = HumanTasks.leaseS(request);
        String actor = HumanTasks.claimant(request.getActor());
        Asked asked = find(request.getTenantId(), request.getExecId());
        requireFree(asked, actor);
        HumanTask claimed = keep(
                asked,
                asked.task.toBuilder()
                        .setClaimedBy(actor)
                        .setClaimedUntil(ProtoTime.timestamp(clock.instant().plusSeconds(leaseS))));
        return ClaimHumanTaskResponse.newBuilder().setHumanTask(claimed).build();
    }

    ReleaseHumanTaskResponse release(ReleaseHumanTaskRequest request) {
        String actor = HumanTasks.claimant(request.getActor());
        Asked asked = find(request.getTenantId(), request.getExecId());
        requireFree(asked, request.getOfAnybody() ? asked.task.getClaimedBy() : actor);
        HumanTask released = keep(asked, asked.task.toBuilder().clearClaimedBy().clearClaimedUntil());
        return ReleaseHumanTaskResponse.newBuilder().setHumanTask(released).build();
    }

    private static void requireFree(Asked asked, String actor) {
        boolean isOthers = !asked.task.getClaimedBy().isEmpty()
                && !asked.task.getClaimedBy().equals(actor);
        HumanTask unused = HumanTasks.require(!asked.task.getClosed() && !isOthers, asked.task);
    }

    private HumanTask keep(Asked asked, HumanTask.Builder changed) {
        Asked kept = asked.with(changed);
        tasks.put(new Key(asked.lifetime.tenantId(), UUID.fromString(asked.task.getExecId())), kept);
        return kept.task;
    }
}
