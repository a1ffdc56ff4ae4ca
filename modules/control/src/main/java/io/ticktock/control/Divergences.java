package io.ticktock.control;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import io.ticktock.proto.v1.Divergence;
import io.ticktock.proto.v1.LifetimeEvent;

/** Says where what is recorded is not what follows. */
final class Divergences {

    private static final int MOST_CHARS = 2_000;

    private Divergences() {}

    /** Of the lifetime itself, not of an event of it. */
    static Divergence ofLifetime(String what, String recorded, String recomputed) {
        return Divergence.newBuilder()
                .setWhat(what)
                .setRecorded(shortened(recorded))
                .setRecomputed(shortened(recomputed))
                .build();
    }

    static Divergence of(LifetimeEvent event, String nodeId, String what, String recorded, String recomputed) {
        return ofLifetime(what, recorded, recomputed).toBuilder()
                .setSeq(event.getSeq())
                .setExecId(execIdOf(event))
                .setNodeId(nodeId)
                .build();
    }

    /** On one line. */
    static String text(Message message) {
        return TextFormat.printer().emittingSingleLine(true).printToString(message);
    }

    private static String shortened(String text) {
        return text.length() > MOST_CHARS ? text.substring(0, MOST_CHARS) + "…" : text;
    }

    /** The node whose attempt the event is about; empty when it is about none that is open. */
    static String nodeOf(LifetimeEvent event, LifetimeState state) {
        if (event.hasScheduled() || event.hasHeld()) {
            return RecordedDecision.attempt(event).getNodeId();
        }
        Attempt attempt = state.openAttempt(execIdOf(event));
        return attempt == null ? "" : attempt.scheduled.getNodeId();
    }

    private static String execIdOf(LifetimeEvent event) {
        return switch (event.getEventCase()) {
            case SCHEDULED -> event.getScheduled().getExecId();
            case HELD -> event.getHeld().getScheduled().getExecId();
            case WAITING -> event.getWaiting().getExecId();
            case WOKEN -> event.getWoken().getExecId();
            case ACCEPTED -> event.getAccepted().getExecId();
            case CHILD_STARTED -> event.getChildStarted().getExecId();
            case CANCELLED -> event.getCancelled().getExecId();
            case FAILED -> event.getFailed().getExecId();
            case FORKED -> event.getForked().getPlanExecId();
            case STARTED, PARKED, DIED, JOINED, PAUSED, RESUMED, COMPLETED, ABORTED, EVENT_NOT_SET -> "";
        };
    }
}
