package io.ticktock.api.worker;

import com.github.f4b6a3.uuid.UuidCreator;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.FoundWork;
import io.ticktock.proto.v1.ListWaitingWorkRequest;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.WantedWork;
import io.ticktock.proto.v1.WorkerReady;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets attempts go on that found no worker when they came, once workers have room that nobody in memory wants. */
final class WaitingWorkWaker {

    private static final Logger LOG = LoggerFactory.getLogger(WaitingWorkWaker.class);

    private static final int MOST_TYPES = 1_000;
    private static final int MOST_OF_TYPE = 500;

    private final Bus bus;
    /** Told, and not heard back of. */
    private final Set<String> told = new HashSet<>();

    private boolean isLooking;

    WaitingWorkWaker(Bus bus) {
        this.bus = bus;
    }

    /** Looks once, unless it still does. */
    void wake(Map<WorkType, WorkPool> pools) {
        List<WantedWork> wanted = wanted(pools);
        if (isLooking || wanted.isEmpty()) {
            return;
        }
        isLooking = true;
        ListWaitingWorkRequest request =
                ListWaitingWorkRequest.newBuilder().addAllWanted(wanted).build();
        bus.request(Addresses.STATE_LIST_WAITING_WORK, request).onComplete(found -> {
            isLooking = false;
            if (found.succeeded()) {
                found.result().getFoundList().forEach(this::tell);
            } else {
                LOG.debug("waiting work was not listed, trying again", found.cause());
            }
        });
    }

    /** With very many types, some at random. */
    private static List<WantedWork> wanted(Map<WorkType, WorkPool> pools) {
        List<WantedWork> wanted = new ArrayList<>();
        pools.forEach((type, pool) -> {
            int room = pool.hasWork() || pool.isTaking ? 0 : pool.room(MOST_OF_TYPE);
            if (room > 0) {
                wanted.add(WantedWork.newBuilder()
                        .setTenantId(type.tenantId())
                        .setTaskType(type.taskType())
                        .setMost(room)
                        .build());
            }
        });
        if (wanted.size() <= MOST_TYPES) {
            return wanted;
        }
        Collections.shuffle(wanted);
        return wanted.subList(0, MOST_TYPES);
    }

    private void tell(FoundWork found) {
        String execId = found.getWork().getExecId();
        if (!told.add(execId)) {
            return;
        }
        Signal signal = Signal.newBuilder()
                .setSignalId(UuidCreator.getTimeOrderedEpoch().toString())
                .setTenantId(found.getTenantId())
                .setLifetimeId(found.getLifetimeId())
                .setWorkerReady(WorkerReady.newBuilder().setExecId(execId))
                .build();
        SignalLifetimeRequest request =
                SignalLifetimeRequest.newBuilder().setSignal(signal).build();
        bus.request(Addresses.CONTROL_SIGNAL.at(Shard.of(found.getLifetimeId())), request)
                .onFailure(cause -> LOG.debug("{} was not woken, trying again", execId, cause))
                .onComplete(done -> told.remove(execId));
    }
}
