package io.ticktock.control;

import io.ticktock.proto.v1.AskedQuestion;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.WaitingWork;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the events of a decision do to the lists of attempts that wait for a person, or for a worker: who begins, who ends. */
final class WaitChanges {

    private final Map<String, AskedQuestion> asked = new LinkedHashMap<>();
    private final Set<String> closedQuestions = new LinkedHashSet<>();
    private final Map<String, WaitingWork> begunWork = new LinkedHashMap<>();
    private final Set<String> endedWork = new LinkedHashSet<>();

    /** @param before as it is without the event: afterwards it knows no more what a closed attempt waited for */
    void note(LifetimeEvent event, LifetimeState before) {
        switch (event.getEventCase()) {
            case WAITING -> begin(event, before.openAttempt(event.getWaiting().getExecId()));
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

    private void begin(LifetimeEvent event, Attempt attempt) {
        Waiting waiting = event.getWaiting();
        switch (waiting.getWaitCase()) {
            case HUMAN ->
                asked.put(
                        attempt.execId(),
                        AskedQuestion.newBuilder()
                                .setExecId(attempt.execId())
                                .setNodeId(attempt.scheduled.getNodeId())
                                .setSeq(event.getSeq())
                                .setAskedAt(event.getTime())
                                .build());
            case WORKER ->
                begunWork.put(
                        attempt.execId(),
                        WaitingWork.newBuilder()
                                .setExecId(attempt.execId())
                                .setTaskType(waiting.getWorker().getTaskType())
                                .setSince(event.getTime())
                                .build());
            case UNTIL, CHILD, WAIT_NOT_SET -> {}
        }
    }

    private void end(Attempt attempt) {
        if (!attempt.isWaiting()) {
            return;
        }
        switch (attempt.waiting.getWaitCase()) {
            case HUMAN -> {
                asked.remove(attempt.execId());
                closedQuestions.add(attempt.execId());
            }
            case WORKER -> {
                begunWork.remove(attempt.execId());
                endedWork.add(attempt.execId());
            }
            case UNTIL, CHILD, WAIT_NOT_SET -> {}
        }
    }

    Collection<AskedQuestion> asked() {
        return asked.values();
    }

    Collection<String> closedQuestions() {
        return closedQuestions;
    }

    Collection<WaitingWork> begunWork() {
        return begunWork.values();
    }

    Collection<String> endedWork() {
        return endedWork;
    }
}
