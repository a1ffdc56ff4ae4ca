package io.ticktock.launcher.progress;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Waiting;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Writes the events of a lifetime for tests; times are milliseconds from its start. */
final class EventLog {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final List<LifetimeEvent> events = new ArrayList<>();
    private long seq;

    static Instant at(long millis) {
        return START.plusMillis(millis);
    }

    EventLog scheduled(String execId, String nodeId, String path, int iteration, int attempt, long millis) {
        return add(
                millis,
                LifetimeEvent.newBuilder()
                        .setScheduled(Scheduled.newBuilder()
                                .setExecId(execId)
                                .setNodeId(nodeId)
                                .setTokenPath(path)
                                .setIteration(iteration)
                                .setAttempt(attempt)));
    }

    EventLog accepted(String execId, ExecutionStatus status, long millis) {
        return add(
                millis,
                LifetimeEvent.newBuilder()
                        .setAccepted(Accepted.newBuilder().setExecId(execId).setStatus(status)));
    }

    EventLog failed(String execId, String code, long millis) {
        Accepted accepted = Accepted.newBuilder()
                .setExecId(execId)
                .setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                .setError(ExecutionError.newBuilder().setCode(code))
                .build();
        return add(millis, LifetimeEvent.newBuilder().setAccepted(accepted));
    }

    EventLog waitingForAnswer(String execId, long millis) {
        Waiting waiting = Waiting.newBuilder()
                .setExecId(execId)
                .setHuman(HumanRequest.newBuilder().setPrompt("Well?"))
                .build();
        return add(millis, LifetimeEvent.newBuilder().setWaiting(waiting));
    }

    EventLog cancelled(String execId, long millis) {
        return add(
                millis,
                LifetimeEvent.newBuilder().setCancelled(Cancelled.newBuilder().setExecId(execId)));
    }

    private EventLog add(long millis, LifetimeEvent.Builder event) {
        seq++;
        events.add(event.setSeq(seq).setTime(ProtoTime.timestamp(at(millis))).build());
        return this;
    }

    /** What was written since the last call. */
    List<LifetimeEvent> drain() {
        List<LifetimeEvent> drained = List.copyOf(events);
        events.clear();
        return drained;
    }
}
