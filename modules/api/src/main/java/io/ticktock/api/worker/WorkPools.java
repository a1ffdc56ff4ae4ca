package io.ticktock.api.worker;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.LastingFault;
import io.ticktock.proto.v1.OpenWork;
import io.ticktock.proto.v1.TakeTasksRequest;
import io.ticktock.proto.v1.TakeTasksResponse;
import io.ticktock.proto.v1.TaskAssignment;
import io.ticktock.proto.v1.TaskAssignments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings workers that have room and executors that have attempts together, by kind of work. */
final class WorkPools {

    private static final Logger LOG = LoggerFactory.getLogger(WorkPools.class);

    private static final int MOST_TAKEN = 500;

    private final Bus bus;
    private final String gatewayId;
    private final GatewayBounds bounds;
    private final Hands hands;
    private final Returns returns;

    private final Map<WorkType, WorkPool> pools = new LinkedHashMap<>();
    private final Map<String, Long> executorsHeardAt = new HashMap<>();
    private final LastingFault notTaken = new LastingFault(LOG, "an executor gave no attempts for workers");

    WorkPools(Bus bus, String gatewayId, GatewayBounds bounds, Hands hands, Returns returns) {
        this.bus = bus;
        this.gatewayId = gatewayId;
        this.bounds = bounds;
        this.hands = hands;
        this.returns = returns;
    }

    void add(WorkerSession session) {
        for (WorkType type : session.types) {
            pools.computeIfAbsent(type, none -> new WorkPool()).add(session);
        }
    }

    void remove(WorkerSession session) {
        for (WorkType type : session.types) {
            WorkPool pool = pools.get(type);
            pool.remove(session);
            if (!pool.hasSessions() && !pool.isTaking) {
                pools.remove(type);
            }
        }
    }

    /** The session's room has changed. */
    void update(WorkerSession session) {
        for (WorkType type : session.types) {
            WorkPool pool = pools.get(type);
            pool.update(session);
            take(type, pool);
        }
    }

    void forEach(BiConsumer<WorkType, WorkPool> action) {
        pools.forEach(action);
    }

    Set<String> executors() {
        return executorsHeardAt.keySet();
    }

    void hearOfWork(OpenWork work) {
        executorsHeardAt.put(work.getExecutorId(), System.nanoTime());
        work.getTasksList().forEach(tasks -> {
            WorkType type = new WorkType(tasks.getTenantId(), tasks.getTaskType());
            WorkPool pool = pools.get(type);
            if (pool != null) {
                pool.hasWork(work.getExecutorId());
                take(type, pool);
            }
        });
    }

    /** Executors that have not been heard of for too long: nothing is asked of them any more. */
    Set<String> missExecutors(long now) {
        Set<String> silent = new LinkedHashSet<>();
        executorsHeardAt.forEach((executorId, heardAt) -> {
            if (now - heardAt > bounds.executorSilence().toNanos()) {
                silent.add(executorId);
            }
        });
        executorsHeardAt.keySet().removeAll(silent);
        pools.values().forEach(pool -> silent.forEach(pool::hasNoWork));
        return silent;
    }

    /** Asks one executor after the other for as many attempts as there is room for. */
    private void take(WorkType type, WorkPool pool) {
        if (pool.isTaking || !pool.hasWork()) {
            return;
        }
        int room = pool.room(MOST_TAKEN);
        if (room == 0) {
            return;
        }
        pool.isTaking = true;
        pool.isNews = false;
        String executorId = pool.nextExecutor();
        TakeTasksRequest request = TakeTasksRequest.newBuilder()
                .setGatewayId(gatewayId)
                .setTenantId(type.tenantId())
                .setTaskType(type.taskType())
                .setMost(room)
                .build();
        bus.request(Addresses.EXECUTOR_TAKE_TASKS.at(executorId), request).onComplete(taken -> {
            pool.isTaking = false;
            if (taken.failed()) {
                notTaken.failed(taken.cause());
                pool.hasNoWork(executorId);
            } else {
                notTaken.over();
                giveOut(type, pool, executorId, taken.result());
            }
            if (pool.hasSessions()) {
                take(type, pool);
            } else {
                pools.remove(type, pool);
            }
        });
    }

    private void giveOut(WorkType type, WorkPool pool, String executorId, TakeTasksResponse taken) {
        if (!taken.getMore() && !pool.isNews) {
            pool.hasNoWork(executorId);
        }
        Map<WorkerSession, TaskAssignments.Builder> bySession = new LinkedHashMap<>();
        List<String> left = new ArrayList<>();
        for (TaskAssignment assignment : taken.getAssignmentsList()) {
            WorkerSession session = pool.nextReady();
            if (session == null) {
                left.add(assignment.getExecId());
            } else {
                bySession
                        .computeIfAbsent(session, none -> TaskAssignments.newBuilder())
                        .addAssignments(hands.give(session, executorId, assignment));
            }
        }
        bySession.forEach(WorkerSession::assign);
        bySession.keySet().forEach(WorkerSession::touch);
        if (!left.isEmpty()) {
            returns.giveBack(executorId, type.tenantId(), left, true);
        }
    }
}
