package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.Aborted;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.ChildStarted;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.Paused;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Resumed;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.Woken;
import io.ticktock.proto.v1.WorkerReady;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Decides what follows when something happens to a lifetime. Pure: time, verdicts and refusals are inputs, and the same
 * state and inputs give the same decision. Deciding applies the decision's events to the state; when they cannot be
 * made durable, the state is to be thrown away and folded again.
 */
final class LifetimeMachine {

    /** A billion dollars. */
    private static final long MOST_ADDED = 1_000_000_000_000_000L;

    private final LifetimeState state;
    private final DecisionLog log;
    private final TokenFlow flow;

    private LifetimeMachine(LifetimeState state, Map<String, Verdict> refusals, Instant now) {
        this.state = state;
        this.log = new DecisionLog(state, now);
        this.flow = new TokenFlow(state, log, refusals);
    }

    /** The first decision of a lifetime. */
    static Decision start(LifetimeState state, Started started, Map<String, Verdict> refusals, Instant now) {
        LifetimeMachine machine = new LifetimeMachine(state, refusals, now);
        machine.begin(started);
        return machine.log.decision();
    }

    /**
     * The first decision of a fork.
     *
     * @param state has inherited the log that the fork goes on from, and nothing of its own
     */
    static Decision fork(LifetimeState state, Started started, Map<String, Verdict> refusals, Instant now) {
        LifetimeMachine machine = new LifetimeMachine(state, refusals, now);
        machine.begin(started);
        return machine.log.decision();
    }

    /**
     * What follows from these inputs, in their order.
     *
     * @param refusals what the guardrails did not admit, by exec_id, from an earlier try at the same decision
     */
    static Decision decide(LifetimeState state, List<Input> inputs, Map<String, Verdict> refusals, Instant now) {
        LifetimeMachine machine = new LifetimeMachine(state, refusals, now);
        inputs.forEach(machine::take);
        return machine.log.decision();
    }

    /** A decision that is made input by input, for who compares as it goes: {@link #begin}, {@link #take}, {@link #events}. */
    static LifetimeMachine deciding(LifetimeState state, Map<String, Verdict> refusals, Instant now) {
        return new LifetimeMachine(state, refusals, now);
    }

    void begin(Started started) {
        log.append(LifetimeEvent.newBuilder().setStarted(started));
        if (started.hasFork()) {
            flow.fork();
        } else {
            flow.start();
        }
    }

    /** What the decision has come to so far. */
    List<LifetimeEvent> events() {
        return log.events();
    }

    void take(Input input) {
        if (input instanceof Input.Recorded recorded) {
            takeRecord(recorded.record(), recorded.verdict());
        } else if (input instanceof Input.RecordRefused refused) {
            takeRefusedRecord(refused);
        } else if (input instanceof Input.WaitReported reported) {
            takeWaiting(reported.waiting());
        } else if (input instanceof Input.ChildStarted started) {
            takeChildStarted(started);
        } else if (input instanceof Input.ChildRefused refused) {
            takeChildRefused(refused);
        } else if (input instanceof Input.Signalled signalled) {
            takeSignal(signalled.signal());
        } else if (input instanceof Input.Ticked) {
            tick();
        }
    }

    private void takeRecord(ExecutionReference record, Verdict verdict) {
        Attempt attempt = state.openAttempt(record.getHeaders().getExecId());
        if (attempt == null || state.hasEnded()) {
            return;
        }
        Accepted accepted = accepted(record, verdict);
        log.append(LifetimeEvent.newBuilder().setAccepted(accepted));
        switch (verdict.getAction()) {
            case GUARDRAIL_ACTION_ALLOW, GUARDRAIL_ACTION_REJECT_EXECUTION -> {}
            case GUARDRAIL_ACTION_PAUSE_LIFETIME -> flow.pauseForGuardrail(verdict.getReason());
            case GUARDRAIL_ACTION_ABORT_LIFETIME -> flow.abortForGuardrail(verdict.getReason());
            case GUARDRAIL_ACTION_UNSPECIFIED, UNRECOGNIZED ->
                flow.abortForGuardrail("guardrail_error: no verdict on " + accepted.getExecId());
        }
        if (state.isRunning()) {
            flow.advance(attempt.token);
        }
    }

    private static Accepted accepted(ExecutionReference record, Verdict verdict) {
        Accepted.Builder accepted = Accepted.newBuilder()
                .setExecId(record.getHeaders().getExecId())
                .setStatus(record.getHeaders().getStatus())
                .setTelemetry(record.getTelemetry())
                .addAllNextTaskIds(record.getNextTaskIdsList())
                .setVerdict(verdict)
                .setResultSizeBytes(record.getResultSizeBytes())
                .setRecordDigest(record.getRecordDigest());
        if (record.hasError()) {
            accepted.setError(record.getError());
        }
        if (verdict.getAction() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
            accepted.setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                    .clearNextTaskIds()
                    .setError(ExecutionError.newBuilder()
                            .setCode("rejected_by_guardrail")
                            .setMessage(verdict.getReason()));
        }
        return accepted.build();
    }

    /** Nothing can follow from it, and to run it again would end in the same way. */
    private void takeRefusedRecord(Input.RecordRefused input) {
        Attempt attempt = state.openAttempt(input.execId());
        if (attempt == null || state.hasEnded()) {
            return;
        }
        flow.fail("record_refused: " + attempt.scheduled.getNodeId() + ": " + input.reason(), input.execId());
    }

    /** A report of a wait that is over, or known, comes from an executor that did not hear its acknowledgement. */
    private void takeWaiting(ExecutionWaiting report) {
        Attempt attempt = state.openAttempt(report.getHeaders().getExecId());
        if (attempt == null || attempt.isWaiting() || report.getWaits() != attempt.waits) {
            return;
        }
        Waiting.Builder waiting = Waiting.newBuilder().setExecId(attempt.execId());
        if (!report.hasWorker()) {
            // An attempt's time begins when a worker has it.
            state.graph()
                    .node(attempt.scheduled.getNodeId())
                    .timeout()
                    .ifPresent(timeout -> waiting.setTimeoutAt(ProtoTime.timestamp(
                            attempt.notBefore().plus(timeout).plus(attempt.held))));
        }
        switch (report.getWaitCase()) {
            case UNTIL -> waiting.setUntil(report.getUntil());
            case HUMAN -> waiting.setHuman(report.getHuman());
            case CHILD -> waiting.setChild(report.getChild());
            case WORKER -> waiting.setWorker(report.getWorker());
            case WAIT_NOT_SET -> throw new Failure(FailureCode.INVALID_ARGUMENT, "a waiting report must say for what");
        }
        log.append(LifetimeEvent.newBuilder().setWaiting(waiting));
        if (report.hasChild()) {
            log.command(new Command.StartChild(attempt.execId(), attempt.expectedChildId(), report.getChild()));
        }
    }

    private void takeChildStarted(Input.ChildStarted input) {
        Attempt attempt = state.openAttempt(input.execId());
        if (attempt == null || !attempt.waitsForChild(input.childLifetimeId()) || attempt.childLifetimeId != null) {
            return;
        }
        log.append(LifetimeEvent.newBuilder()
                .setChildStarted(ChildStarted.newBuilder()
                        .setExecId(input.execId())
                        .setChildLifetimeId(input.childLifetimeId())));
    }

    private void takeChildRefused(Input.ChildRefused input) {
        Attempt attempt = state.openAttempt(input.execId());
        if (attempt == null || !attempt.waitsForChild(input.childLifetimeId())) {
            return;
        }
        wake(
                attempt,
                Resumption.newBuilder()
                        .setChildEnded(ChildEnded.newBuilder()
                                .setParentExecId(input.execId())
                                .setChildLifetimeId(input.childLifetimeId())
                                .setReason(input.reason())));
    }

    private void takeSignal(Signal signal) {
        log.consume(signal.getSignalId());
        if (state.hasObeyed(signal)) {
            return;
        }
        try {
            obey(signal);
        } catch (Failure refusal) {
            log.refuse(signal.getSignalId(), refusal);
        }
    }

    private void obey(Signal signal) {
        switch (signal.getCommandCase()) {
            case PAUSE -> pause(signal.getPause(), signal.getSignalId());
            case RESUME -> resume(signal.getResume(), signal.getSignalId());
            case ABORT -> abort(signal.getAbort(), signal.getSignalId());
            case ANSWER -> answer(signal.getAnswer(), signal.getSignalId());
            case CHILD_ENDED -> childEnded(signal.getChildEnded());
            case WORKER_READY -> workerReady(signal.getWorkerReady());
            case COMMAND_NOT_SET -> throw new Failure(FailureCode.INVALID_ARGUMENT, "a signal must carry a command");
        }
    }

    private void pause(PauseCommand command, String signalId) {
        requireNotEnded("paused");
        if (state.isRunning() || state.isPausedInPart()) {
            flow.pause(Paused.newBuilder()
                    .setReason(command.getReason())
                    .setActor(command.getActor())
                    .setSignalId(signalId));
        }
    }

    private void resume(ResumeCommand command, String signalId) {
        requireNotEnded("resumed");
        requireSensible(command.getAdded());
        if (state.isRunning()) {
            return;
        }
        Resumed.Builder resumed = Resumed.newBuilder()
                .setReason(command.getReason())
                .setActor(command.getActor())
                .setSignalId(signalId);
        if (command.hasAdded()) {
            resumed.setAdded(command.getAdded());
        }
        log.append(LifetimeEvent.newBuilder().setResumed(resumed));
        flow.goOn();
        tick();
    }

    /** A budget that was to be raised must not stay as it is without a word. */
    private void requireSensible(Amounts added) {
        if (added.equals(Amounts.getDefaultInstance())) {
            return;
        }
        if (state.isRunning()) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "lifetime " + state.lifetimeId() + " is running; a budget is raised when a paused one is resumed");
        }
        for (long amount : new long[] {added.getExecutions(), added.getTokensUsed(), added.getCostMicros()}) {
            if (amount < 0 || amount > MOST_ADDED) {
                throw new Failure(
                        FailureCode.INVALID_ARGUMENT,
                        "a budget is raised by 0 to " + MOST_ADDED + " executions, tokens or millionths of a dollar");
            }
        }
    }

    private void abort(AbortCommand command, String signalId) {
        requireNotEnded("aborted");
        flow.abort(Aborted.newBuilder()
                .setReason(command.getReason())
                .setActor(command.getActor())
                .setSignalId(signalId));
    }

    private void answer(Answer answer, String signalId) {
        requireNotEnded("answered");
        Attempt attempt = state.openAttempt(answer.getExecId());
        if (attempt == null || !attempt.isWaiting() || !attempt.waiting.hasHuman()) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "execution " + answer.getExecId()
                            + " does not wait for an answer; list the lifetime to see what does");
        }
        AnswerCheck.require(state.graph().node(attempt.scheduled.getNodeId()), answer);
        wake(
                attempt,
                Woken.newBuilder().setSignalId(signalId),
                Resumption.newBuilder().setAnswer(answer));
    }

    private void childEnded(ChildEnded ended) {
        Attempt attempt = state.openAttempt(ended.getParentExecId());
        if (attempt != null && attempt.waitsForChild(ended.getChildLifetimeId())) {
            wake(attempt, Resumption.newBuilder().setChildEnded(ended));
        }
    }

    /** One that waits no more has been told by another, or was cancelled. Of a paused lifetime it goes on after the pause. */
    private void workerReady(WorkerReady ready) {
        Attempt attempt = state.openAttempt(ready.getExecId());
        if (!state.hasEnded() && attempt != null && attempt.isWaiting() && attempt.waiting.hasWorker()) {
            wake(attempt, Resumption.newBuilder().setWorkerReadyAt(ProtoTime.timestamp(log.now())));
        }
    }

    private void tick() {
        if (!state.isRunning()) {
            return;
        }
        if (state.deadline() != null && !log.now().isBefore(state.deadline())) {
            flow.fail("deadline_exceeded: the graph's deadline passed before END was reached", "");
            return;
        }
        for (Attempt attempt : List.copyOf(state.waitingAttempts())) {
            Instant dueAt = attempt.dueAt();
            if (dueAt != null && !log.now().isBefore(dueAt)) {
                wake(attempt, passed(attempt, dueAt));
            }
        }
    }

    private static Resumption.Builder passed(Attempt attempt, Instant dueAt) {
        Resumption.Builder resumption = Resumption.newBuilder();
        return dueAt.equals(attempt.timeoutAt)
                ? resumption.setTimedOutAt(ProtoTime.timestamp(dueAt))
                : resumption.setTimerFiredAt(ProtoTime.timestamp(dueAt));
    }

    private void wake(Attempt attempt, Resumption.Builder resumption) {
        wake(attempt, Woken.newBuilder(), resumption);
    }

    private void wake(Attempt attempt, Woken.Builder woken, Resumption.Builder resumption) {
        if (attempt.waitsForChild() && !resumption.hasChildEnded()) {
            flow.abandonChild(attempt);
        }
        log.append(LifetimeEvent.newBuilder()
                .setWoken(woken.setExecId(attempt.execId()).setResumption(resumption)));
        log.command(new Command.Dispatch(attempt.execId()));
    }

    private void requireNotEnded(String verb) {
        if (state.hasEnded()) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "lifetime " + state.lifetimeId() + " has ended and cannot be " + verb + " any more");
        }
    }
}
