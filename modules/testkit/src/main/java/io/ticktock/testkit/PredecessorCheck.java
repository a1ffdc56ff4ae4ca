package io.ticktock.testkit;

import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Forked;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Parked;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.testkit.Violation.Rule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Checks that decisions name only what was accepted before them. Of a fork, what its own log does not know is taken to be
 * in the log that it goes on from.
 */
final class PredecessorCheck {

    private record Run(String nodeId, String tokenPath, int iteration, int attempt) {}

    private final Findings findings;
    private final LifetimeRows rows;
    private final boolean isFork;

    private final Map<String, Scheduled> scheduled = new HashMap<>();
    private final Map<String, Accepted> accepted = new HashMap<>();
    private final Map<Run, String> runs = new HashMap<>();
    /** The latest on each token's path. */
    private final Map<String, String> latest = new HashMap<>();

    PredecessorCheck(Findings findings, LifetimeRows rows) {
        this.findings = findings;
        this.rows = rows;
        this.isFork = rows.isFork();
    }

    void check() {
        rows.log().forEach(row -> walk(row.event()));
        rows.executions().forEach(this::checkRecord);
    }

    private void walk(LifetimeEvent event) {
        switch (event.getEventCase()) {
            case SCHEDULED -> {
                checkAttempt(event.getScheduled());
                note(event.getScheduled());
            }
            case HELD -> checkAttempt(event.getHeld().getScheduled());
            case ACCEPTED -> accepted.put(event.getAccepted().getExecId(), event.getAccepted());
            case FORKED -> checkForked(event.getForked());
            case PARKED -> checkParked(event.getParked());
            case COMPLETED -> checkOutput(event.getCompleted().getOutput());
            case STARTED,
                    WAITING,
                    WOKEN,
                    DIED,
                    JOINED,
                    CANCELLED,
                    PAUSED,
                    RESUMED,
                    FAILED,
                    ABORTED,
                    CHILD_STARTED,
                    EVENT_NOT_SET -> {}
        }
    }

    private void note(Scheduled attempt) {
        scheduled.put(attempt.getExecId(), attempt);
        runs.put(runOf(attempt, attempt.getAttempt()), attempt.getExecId());
        latest.put(attempt.getTokenPath(), attempt.getExecId());
    }

    private static Run runOf(Scheduled attempt, int number) {
        return new Run(attempt.getNodeId(), attempt.getTokenPath(), attempt.getIteration(), number);
    }

    private void checkAttempt(Scheduled attempt) {
        boolean isFirst = attempt.getPlanExecId().isEmpty() && attempt.getArrivedExecIdsCount() == 0;
        if (attempt.getAttempt() > 1) {
            checkRetry(attempt);
        } else if (isFirst) {
            require(
                    isFork || (accepted.isEmpty() && scheduled.isEmpty()),
                    () -> what(attempt) + " follows from nothing");
        }
        if (!attempt.getPlanExecId().isEmpty()) {
            checkChoice(attempt);
        }
        for (String execId : attempt.getArrivedExecIdsList()) {
            require(isKnown(execId), () -> what(attempt) + " reads " + execId + ", which has not been accepted");
        }
    }

    private void checkRetry(Scheduled attempt) {
        String before = runs.get(runOf(attempt, attempt.getAttempt() - 1));
        Accepted outcome = before == null ? null : accepted.get(before);
        boolean hasFailed = outcome != null && outcome.getStatus() != ExecutionStatus.EXECUTION_STATUS_SUCCEEDED;
        require(
                hasFailed || (before == null && isFork),
                () -> what(attempt) + " is a retry, and the attempt before has not failed");
    }

    private void checkChoice(Scheduled attempt) {
        Accepted plan = accepted.get(attempt.getPlanExecId());
        if (plan == null) {
            require(
                    isFork,
                    () -> what(attempt) + " was chosen by " + attempt.getPlanExecId()
                            + ", which has not been accepted");
            return;
        }
        boolean isChosen = plan.getStatus() == ExecutionStatus.EXECUTION_STATUS_SUCCEEDED
                && attempt.getChoice() < plan.getNextTaskIdsCount()
                && plan.getNextTaskIds(attempt.getChoice()).equals(attempt.getNodeId());
        require(
                isChosen,
                () -> what(attempt) + " is not choice " + attempt.getChoice() + " of " + plan.getNextTaskIdsList());
    }

    private void checkForked(Forked event) {
        Accepted plan = accepted.get(event.getPlanExecId());
        require(
                plan == null ? isFork : plan.getNextTaskIdsCount() == event.getBranches(),
                () -> "a scope of " + event.getBranches() + " branches is opened by " + event.getPlanExecId()
                        + (plan == null
                                ? ", which has not been accepted"
                                : ", which chose " + plan.getNextTaskIdsList()));
    }

    private void checkParked(Parked event) {
        String arrived = latest.get(event.getTokenPath());
        require(
                arrived == null ? isFork : accepted.containsKey(arrived),
                () -> "a token waits at " + event.getPlanId() + " with " + arrived + ", which has not been accepted");
    }

    private void checkOutput(OutputReference output) {
        // One that names nothing is compared with the head row alone.
        boolean isOwn = output.getLifetimeId().equals(rows.key().lifetimeId());
        require(
                !isOwn || isKnown(output.getExecId()),
                () -> "the output is of " + output.getExecId() + ", which has not been accepted");
    }

    /** A Plan read what it was given, and nothing else. */
    private void checkRecord(History.Execution record) {
        Scheduled attempt = scheduled.get(record.execId());
        if (attempt != null) {
            Set<String> unasked = new HashSet<>(record.arrived());
            attempt.getArrivedExecIdsList().forEach(unasked::remove);
            require(unasked.isEmpty(), () -> record.execId() + " read " + unasked + ", which did not arrive at it");
        }
    }

    private boolean isKnown(String execId) {
        return accepted.containsKey(execId) || (isFork && !scheduled.containsKey(execId));
    }

    private static String what(Scheduled attempt) {
        return attempt.getExecId() + " of " + attempt.getNodeId();
    }

    private void require(boolean holds, Supplier<String> otherwise) {
        findings.require(holds, Rule.PREDECESSORS_PRECEDE, rows.key(), otherwise);
    }
}
