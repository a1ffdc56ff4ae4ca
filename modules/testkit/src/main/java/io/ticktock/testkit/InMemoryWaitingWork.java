package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.FoundWork;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.ListWaitingWorkRequest;
import io.ticktock.proto.v1.ListWaitingWorkResponse;
import io.ticktock.proto.v1.WaitingWork;
import io.ticktock.proto.v1.WantedWork;
import io.ticktock.state.Checks;
import io.ticktock.state.LifetimeIdentity;
import io.ticktock.state.WaitingWorks;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Which attempts wait for workers. Guarded by its store. */
final class InMemoryWaitingWork {

    private static final Comparator<FoundWork> LONGEST_FIRST = Comparator.comparing(
                    (FoundWork found) -> ProtoTime.instant(found.getWork().getSince()))
            .thenComparing(found -> found.getWork().getExecId());

    private record Key(String tenantId, UUID execId) {}

    private final Map<Key, FoundWork> waiting = new HashMap<>();

    void apply(LifetimeIdentity lifetime, LifetimeDecision decision) {
        for (String execId : decision.getEndedWorkExecIdsList()) {
            waiting.remove(new Key(lifetime.tenantId(), Checks.execution(execId)));
        }
        for (WaitingWork work : decision.getBegunWorkList()) {
            waiting.put(
                    new Key(lifetime.tenantId(), Checks.execution(work.getExecId())),
                    FoundWork.newBuilder()
                            .setTenantId(lifetime.tenantId())
                            .setLifetimeId(lifetime.lifetimeId().toString())
                            .setWork(work)
                            .build());
        }
    }

    /** All rows. */
    List<History.Work> rows() {
        return waiting.values().stream()
                .map(found -> new History.Work(
                        new History.Key(found.getTenantId(), found.getLifetimeId()),
                        found.getWork().getExecId()))
                .toList();
    }

    ListWaitingWorkResponse list(ListWaitingWorkRequest request) {
        ListWaitingWorkResponse.Builder response = ListWaitingWorkResponse.newBuilder();
        for (WantedWork wanted : WaitingWorks.checked(request)) {
            waiting.values().stream()
                    .filter(found -> found.getTenantId().equals(wanted.getTenantId())
                            && found.getWork().getTaskType().equals(wanted.getTaskType()))
                    .sorted(LONGEST_FIRST)
                    .limit(wanted.getMost())
                    .forEach(response::addFound);
        }
        return response.build();
    }
}
