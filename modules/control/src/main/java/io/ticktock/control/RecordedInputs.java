package io.ticktock.control;

import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Resumed;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.Woken;
import io.ticktock.proto.v1.WorkerReady;
import java.util.Optional;

/** What must have happened to a lifetime for an event to be recorded that no earlier input of its decision explains. */
final class RecordedInputs {

    private static final String RECORD_REFUSED = "record_refused: ";

    private RecordedInputs() {}

    /**
     * Empty for an event that never comes first.
     *
     * @param state as of the event
     * @param record the record that the event accepts, if it is an acceptance
     */
    static Optional<Input> of(LifetimeEvent event, LifetimeState state, ExecutionReference record) {
        return switch (event.getEventCase()) {
            case ACCEPTED ->
                Optional.of(new Input.Recorded(record, event.getAccepted().getVerdict()));
            case WAITING -> Optional.of(new Input.WaitReported(report(event.getWaiting(), state)));
            case CHILD_STARTED ->
                Optional.of(new Input.ChildStarted(
                        event.getChildStarted().getExecId(),
                        event.getChildStarted().getChildLifetimeId()));
            case WOKEN -> woken(event.getWoken());
            case PAUSED ->
                signal(Signal.newBuilder()
                        .setSignalId(event.getPaused().getSignalId())
                        .setPause(PauseCommand.newBuilder()
                                .setReason(event.getPaused().getReason())
                                .setActor(event.getPaused().getActor())));
            case RESUMED ->
                signal(Signal.newBuilder()
                        .setSignalId(event.getResumed().getSignalId())
                        .setResume(resume(event.getResumed())));
            case ABORTED ->
                signal(Signal.newBuilder()
                        .setSignalId(event.getAborted().getSignalId())
                        .setAbort(AbortCommand.newBuilder()
                                .setReason(event.getAborted().getReason())
                                .setActor(event.getAborted().getActor())));
            case FAILED ->
                Optional.of(
                        failed(event.getFailed().getReason(), event.getFailed().getExecId(), state));
            case STARTED, SCHEDULED, FORKED, PARKED, DIED, JOINED, CANCELLED, COMPLETED, HELD, EVENT_NOT_SET ->
                Optional.empty();
        };
    }

    private static ResumeCommand resume(Resumed resumed) {
        ResumeCommand.Builder command =
                ResumeCommand.newBuilder().setReason(resumed.getReason()).setActor(resumed.getActor());
        if (resumed.hasAdded()) {
            command.setAdded(resumed.getAdded());
        }
        return command.build();
    }

    private static ExecutionWaiting report(Waiting waiting, LifetimeState state) {
        Attempt attempt = state.openAttempt(waiting.getExecId());
        ExecutionWaiting.Builder report = ExecutionWaiting.newBuilder()
                .setHeaders(ExecutionHeaders.newBuilder().setExecId(waiting.getExecId()))
                .setWaits(attempt == null ? 0 : attempt.waits);
        switch (waiting.getWaitCase()) {
            case UNTIL -> report.setUntil(waiting.getUntil());
            case HUMAN -> report.setHuman(waiting.getHuman());
            case CHILD -> report.setChild(waiting.getChild());
            case WORKER -> report.setWorker(waiting.getWorker());
            case WAIT_NOT_SET -> report.clearWait();
        }
        return report.build();
    }

    private static Optional<Input> woken(Woken woken) {
        Resumption resumption = woken.getResumption();
        return switch (resumption.getCauseCase()) {
            case TIMER_FIRED_AT, TIMED_OUT_AT -> Optional.of(new Input.Ticked());
            case ANSWER ->
                signal(Signal.newBuilder().setSignalId(woken.getSignalId()).setAnswer(resumption.getAnswer()));
            case CHILD_ENDED -> signal(Signal.newBuilder().setChildEnded(resumption.getChildEnded()));
            case WORKER_READY_AT ->
                signal(Signal.newBuilder()
                        .setWorkerReady(WorkerReady.newBuilder().setExecId(woken.getExecId())));
            case CAUSE_NOT_SET -> Optional.empty();
        };
    }

    /** By time, unless it says that a record was refused. */
    private static Input failed(String reason, String execId, LifetimeState state) {
        Attempt attempt = state.openAttempt(execId);
        String prefix = attempt == null ? "" : RECORD_REFUSED + attempt.scheduled.getNodeId() + ": ";
        return !prefix.isEmpty() && reason.startsWith(prefix)
                ? new Input.RecordRefused(execId, reason.substring(prefix.length()))
                : new Input.Ticked();
    }

    private static Optional<Input> signal(Signal.Builder signal) {
        return Optional.of(new Input.Signalled(signal.build()));
    }
}
