package io.ticktock.control;

import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WaitingWork;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which attempts begin to wait for a worker, and which wait no more, by the events of a decision. */
final class WorkChanges {

    private final Map<String, WaitingWork> begun = new LinkedHashMap<>();
    private final Set<String> over = new LinkedHashSet<>();

    /** @param before as it is without the event */
    void note(LifetimeEvent event, LifetimeState before) {
        switch (event.getEventCase()) {
            case WAITING -> {
                if (event.getWaiting().hasWorker()) {
                    begin(event);
                }
            }
            case WOKEN -> end(before.openAttempt(event.getWoken().getExecId()));
            case ACCEPTED -> end(before.openAttempt(event.getAccepted().getExecId()));
            case CANCELLED -> end(before.openAttempt(event.getCancelled().getExecId()));
            case COMPLETED, FAILED, ABORTED ->
                List.copyOf(before.openAttempts()).forEach(this::end);
            case STARTED,
                    SCHEDULED,
                    FORKED,
                    PARKED,
                    DIED,
                    JOINED,
                    PAUSED,
                    RESUMED,
                    CHILD_STARTED,
                    HELD,
                    EVENT_NOT_SET -> {}
        }
    }

    private void begin(LifetimeEvent event) {
        String execId = event.getWaiting().getExecId();
        begun.put(
                execId,
                WaitingWork.newBuilder()
                        .setExecId(execId)
                        .setTaskType(event.getWaiting().getWorker().getTaskType())
                        .setSince(event.getTime())
                        .build());
    }

    private void end(Attempt attempt) {
        if (attempt.isWaiting() && attempt.waiting.hasWorker()) {
            begun.remove(attempt.execId());
            over.add(attempt.execId());
        }
    }

    Collection<WaitingWork> begun() {
        return begun.values();
    }

    Collection<String> over() {
        return over;
    }
}
