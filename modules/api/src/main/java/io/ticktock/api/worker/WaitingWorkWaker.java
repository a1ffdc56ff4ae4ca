package io.ticktock.api.worker;

import com.github.f4b6a3.uuid.UuidCreator;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.LastingFault;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.FoundWork;
import io.ticktock.proto.v1.ListWaitingWorkRequest;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.WantedWork;
import io.ticktock.proto.v1.WorkerReady;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets attempts go on that found no worker when they came, once workers have room that nobody in memory wants. */
final class WaitingWorkWaker {

    private static final Logger LOG = LoggerFactory.getLogger(WaitingWorkWaker.class);

    private static final int MOST_TYPES = 1_000;
    private static final int MOST_OF_TYPE = 500;
    private static final int MOST_ROUNDS = 10;

    private final Bus bus;
    private final WorkPools pools;
    private final LastingFault notWoken = new LastingFault(LOG, "attempts that wait for a worker were not woken");
    private boolean isLooking;

    WaitingWorkWaker(Bus bus, WorkPools pools) {
        this.bus = bus;
        this.pools = pools;
    }

    /** Looks until nothing is found any more, or often enough, unless it still does. */
    void wake() {
        wake(MOST_ROUNDS);
    }

    private void wake(int rounds) {
        List<WantedWork> wanted = wanted();
        if (isLooking || wanted.isEmpty()) {
            return;
        }
        isLooking = true;
        ListWaitingWorkRequest request =
                ListWaitingWorkRequest.newBuilder().addAllWanted(wanted).build();
        bus.request(Addresses.STATE_LIST_WAITING_WORK, request)
                .compose(found -> tell(found.getFoundList()))
                .onComplete(told -> {
                    isLooking = false;
                    if (told.failed()) {
                        notWoken.failed(told.cause());
                        return;
                    }
                    notWoken.over();
                    if (told.result() && rounds > 1) {
                        wake(rounds - 1);
                    }
                });
    }

    /** With very many types, some at random. */
    private List<WantedWork> wanted() {
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

    /** Whether there were any, and all are on their way now. */
    private Future<Boolean> tell(List<FoundWork> found) {
        List<Future<?>> told = new ArrayList<>(found.size());
        found.forEach(work -> told.add(tell(work)));
        return Future.all(told).map(!found.isEmpty());
    }

    private Future<?> tell(FoundWork found) {
        Signal signal = Signal.newBuilder()
                .setSignalId(UuidCreator.getTimeOrderedEpoch().toString())
                .setTenantId(found.getTenantId())
                .setLifetimeId(found.getLifetimeId())
                .setWorkerReady(
                        WorkerReady.newBuilder().setExecId(found.getWork().getExecId()))
                .build();
        SignalLifetimeRequest request =
                SignalLifetimeRequest.newBuilder().setSignal(signal).build();
        return bus.request(Addresses.CONTROL_SIGNAL.at(Shard.of(found.getLifetimeId())), request);
    }
}
