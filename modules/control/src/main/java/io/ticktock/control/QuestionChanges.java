package io.ticktock.control;

import io.ticktock.proto.v1.AskedQuestion;
import io.ticktock.proto.v1.LifetimeEvent;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which questions to people the events of a decision ask and close. */
final class QuestionChanges {

    private final Map<String, AskedQuestion> asked = new LinkedHashMap<>();
    private final Set<String> closed = new LinkedHashSet<>();

    /** @param before as it is without the event: afterwards it knows no more what a closed attempt waited for */
    void note(LifetimeEvent event, LifetimeState before) {
        switch (event.getEventCase()) {
            case WAITING -> {
                if (event.getWaiting().hasHuman()) {
                    ask(event, before.openAttempt(event.getWaiting().getExecId()));
                }
            }
            case WOKEN -> close(before.openAttempt(event.getWoken().getExecId()));
            case ACCEPTED -> close(before.openAttempt(event.getAccepted().getExecId()));
            case CANCELLED -> close(before.openAttempt(event.getCancelled().getExecId()));
            case COMPLETED, FAILED, ABORTED ->
                List.copyOf(before.openAttempts()).forEach(this::close);
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

    private void ask(LifetimeEvent event, Attempt attempt) {
        asked.put(
                attempt.execId(),
                AskedQuestion.newBuilder()
                        .setExecId(attempt.execId())
                        .setNodeId(attempt.scheduled.getNodeId())
                        .setSeq(event.getSeq())
                        .setAskedAt(event.getTime())
                        .build());
    }

    private void close(Attempt attempt) {
        if (attempt.isWaiting() && attempt.waiting.hasHuman()) {
            asked.remove(attempt.execId());
            closed.add(attempt.execId());
        }
    }

    Collection<AskedQuestion> asked() {
        return asked.values();
    }

    Collection<String> closed() {
        return closed;
    }
}
