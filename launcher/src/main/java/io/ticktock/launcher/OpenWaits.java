package io.ticktock.launcher;

import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Waiting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which executions of a lifetime are open and what they wait for, from its events. */
final class OpenWaits {

    /** A question to a person. */
    record Question(String execId, String nodeId, HumanRequest request) {}

    private final Map<String, String> nodeOfOpen = new HashMap<>();
    private final Map<String, Waiting> waiting = new LinkedHashMap<>();

    /** From the whole of a lifetime's log. */
    static OpenWaits of(Client client, LifetimeId id) {
        OpenWaits waits = new OpenWaits();
        client.forEachEvent(id, waits::take);
        return waits;
    }

    void take(LifetimeEvent event) {
        switch (event.getEventCase()) {
            case SCHEDULED ->
                nodeOfOpen.put(
                        event.getScheduled().getExecId(), event.getScheduled().getNodeId());
            case WAITING -> waiting.put(event.getWaiting().getExecId(), event.getWaiting());
            case WOKEN -> waiting.remove(event.getWoken().getExecId());
            case ACCEPTED -> close(event.getAccepted().getExecId());
            case CANCELLED -> close(event.getCancelled().getExecId());
            case COMPLETED, FAILED, ABORTED -> List.copyOf(nodeOfOpen.keySet()).forEach(this::close);
            case STARTED, CHILD_STARTED, HELD, FORKED, PARKED, DIED, JOINED, PAUSED, RESUMED, EVENT_NOT_SET -> {}
        }
    }

    private void close(String execId) {
        waiting.remove(execId);
        nodeOfOpen.remove(execId);
    }

    /** The questions that a person has not answered, oldest first. */
    List<Question> questions() {
        List<Question> questions = new ArrayList<>();
        for (Waiting open : waiting.values()) {
            if (open.hasHuman()) {
                questions.add(new Question(open.getExecId(), nodeOfOpen.get(open.getExecId()), open.getHuman()));
            }
        }
        return questions;
    }

    /** Whether an execution is open that waits for nothing outside: it runs, or is about to. */
    boolean anyRuns() {
        return nodeOfOpen.size() > waiting.size();
    }

    /** Whether nothing but an answer of a person can make the lifetime go on. */
    boolean onlyQuestions() {
        return !nodeOfOpen.isEmpty() && questions().size() == nodeOfOpen.size();
    }
}
