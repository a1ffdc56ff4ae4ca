package io.ticktock.api.worker;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/** For one kind of work: which workers have room, and which executors have attempts. */
final class WorkPool {

    private final Set<WorkerSession> sessions = new LinkedHashSet<>();
    private final Set<WorkerSession> ready = new LinkedHashSet<>();
    private final Set<String> executors = new LinkedHashSet<>();
    /** An executor is being asked for attempts. */
    boolean isTaking;
    /** Some executor has said that it has attempts since. */
    boolean isNews;

    void add(WorkerSession session) {
        sessions.add(session);
        update(session);
    }

    void remove(WorkerSession session) {
        sessions.remove(session);
        ready.remove(session);
    }

    /** The session's room has changed. */
    void update(WorkerSession session) {
        if (session.room() > 0) {
            ready.add(session);
        } else {
            ready.remove(session);
        }
    }

    boolean hasSessions() {
        return !sessions.isEmpty();
    }

    boolean hasWork() {
        return !executors.isEmpty();
    }

    void hasWork(String executorId) {
        executors.add(executorId);
        isNews = true;
    }

    void hasNoWork(String executorId) {
        executors.remove(executorId);
    }

    /** The executors take turns. */
    String nextExecutor() {
        Iterator<String> first = executors.iterator();
        String executorId = first.next();
        first.remove();
        executors.add(executorId);
        return executorId;
    }

    /** How many attempts the workers have room for, counted up to this. */
    int room(int most) {
        int room = 0;
        for (WorkerSession session : ready) {
            room += session.room();
            if (room >= most) {
                return most;
            }
        }
        return room;
    }

    /** Those with room take turns; null when none has any. */
    WorkerSession nextReady() {
        Iterator<WorkerSession> each = ready.iterator();
        while (each.hasNext()) {
            WorkerSession session = each.next();
            each.remove();
            if (session.room() > 0) {
                ready.add(session);
                return session;
            }
        }
        return null;
    }
}
