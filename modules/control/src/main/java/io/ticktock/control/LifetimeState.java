package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.BudgetUse;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.NodeSpend;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Progress;
import io.ticktock.proto.v1.Resumed;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Totals;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * What the events of a lifetime add up to. It changes through {@link #apply} only, and applying decides nothing: the
 * same events give the same state, whatever the code that decided them.
 */
public final class LifetimeState {

    private final String tenantId;
    private final String lifetimeId;
    private final AgentGraph graph;

    /** So many are remembered of the signals that paused or resumed it; a repeated one comes soon or not at all. */
    private static final int REMEMBERED_SIGNALS = 64;

    private final Tokens tokens;
    private final Deque<Obeyed> obeyedSignals = new ArrayDeque<>();
    private final Spending spending = new Spending();

    /** An id alone would not do: whoever uses one twice for different commands wants both. */
    private record Obeyed(Signal.CommandCase command, String signalId) {}

    private LifetimeStatus status = LifetimeStatus.LIFETIME_STATUS_UNSPECIFIED;
    private String reason = "";
    private long lastSeq;
    private long scheduledCount;
    private Started started = Started.getDefaultInstance();
    private Instant startedAt;
    private Instant lastEventAt;
    private Instant deadline;
    private Instant pausedAt;
    /** The pause, if there is one, is for want of leave for something else: what had leave before runs all the same. */
    private boolean admittedGoesOn;

    private Instant endedAt;
    private OutputReference output;
    private Totals totals = Totals.getDefaultInstance();

    public LifetimeState(String tenantId, String lifetimeId, AgentGraph graph) {
        this.tenantId = tenantId;
        this.lifetimeId = lifetimeId;
        this.graph = graph;
        this.tokens = new Tokens(lifetimeId);
    }

    /** Takes the next event in; throws IllegalStateException when it is out of order or does not fit. */
    public void apply(LifetimeEvent event) {
        if (event.getSeq() != lastSeq + 1) {
            throw new IllegalStateException(
                    "lifetime " + lifetimeId + ": event " + event.getSeq() + " follows " + lastSeq);
        }
        lastSeq = event.getSeq();
        Instant time = ProtoTime.instant(event.getTime());
        lastEventAt = time;
        switch (event.getEventCase()) {
            case STARTED -> applyStarted(event.getStarted(), time);
            case SCHEDULED -> {
                scheduledCount++;
                spending.reserve(event.getScheduled());
                tokens.apply(event, time);
            }
            case ACCEPTED -> {
                count(event.getAccepted());
                tokens.apply(event, time);
            }
            case CANCELLED -> {
                spending.forfeit(tokens.attempt(event.getCancelled().getExecId()).scheduled);
                tokens.apply(event, time);
            }
            case HELD -> {
                admittedGoesOn |=
                        event.getHeld().getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME;
                tokens.apply(event, time);
            }
            case WOKEN -> {
                remember(Signal.CommandCase.ANSWER, event.getWoken().getSignalId());
                tokens.apply(event, time);
            }
            case WAITING, CHILD_STARTED, FORKED, PARKED, DIED, JOINED -> tokens.apply(event, time);
            case PAUSED -> {
                remember(Signal.CommandCase.PAUSE, event.getPaused().getSignalId());
                applyPaused(event.getPaused().getReason(), time);
            }
            case RESUMED -> {
                remember(Signal.CommandCase.RESUME, event.getResumed().getSignalId());
                applyResumed(event.getResumed(), time);
            }
            case COMPLETED -> {
                output = event.getCompleted().getOutput();
                end(LifetimeStatus.LIFETIME_STATUS_COMPLETED, "", time);
            }
            case FAILED ->
                end(LifetimeStatus.LIFETIME_STATUS_FAILED, event.getFailed().getReason(), time);
            case ABORTED -> {
                remember(Signal.CommandCase.ABORT, event.getAborted().getSignalId());
                end(LifetimeStatus.LIFETIME_STATUS_ABORTED, event.getAborted().getReason(), time);
            }
            case EVENT_NOT_SET ->
                throw new IllegalStateException("lifetime " + lifetimeId + ": event " + lastSeq + " is empty");
        }
    }

    /**
     * Takes in the next event of the log that this lifetime, a fork, goes on from, before any of its own. What an
     * ancestor did moves the tokens; what it spent, its clocks and whether it was paused remain its own.
     */
    void inherit(LifetimeEvent event) {
        Instant time = ProtoTime.instant(event.getTime());
        switch (event.getEventCase()) {
            case STARTED -> placeFirstToken(event.getStarted());
            case SCHEDULED -> tokens.apply(withoutReservation(event), time);
            case ACCEPTED, WAITING, CHILD_STARTED, WOKEN, FORKED, PARKED, DIED, JOINED, HELD, CANCELLED ->
                tokens.apply(event, time);
            case PAUSED, RESUMED -> {}
            case COMPLETED, FAILED, ABORTED, EVENT_NOT_SET ->
                throw new IllegalStateException("lifetime " + lifetimeId + ": no fork goes on from event "
                        + event.getSeq() + " of " + event.getLifetimeId());
        }
    }

    /** What an ancestor set aside, the ancestor settles. */
    private static LifetimeEvent withoutReservation(LifetimeEvent event) {
        Scheduled scheduled = event.getScheduled();
        return scheduled.hasReservation()
                ? event.toBuilder()
                        .setScheduled(scheduled.toBuilder().clearReservation())
                        .build()
                : event;
    }

    private void applyStarted(Started event, Instant time) {
        started = event;
        startedAt = time;
        status = LifetimeStatus.LIFETIME_STATUS_RUNNING;
        deadline = event.hasDeadline() ? ProtoTime.instant(event.getDeadline()) : null;
        placeFirstToken(event);
    }

    /** A fork has its tokens from the log that it goes on from. */
    private void placeFirstToken(Started event) {
        if (!event.hasFork()) {
            tokens.placeFirst();
        }
    }

    private void count(Accepted event) {
        spending.settle(tokens.attempt(event.getExecId()).scheduled, event);
        totals = ProtoTotals.with(totals, event.getTelemetry());
    }

    private void remember(Signal.CommandCase command, String signalId) {
        if (signalId.isEmpty()) {
            return;
        }
        if (obeyedSignals.size() == REMEMBERED_SIGNALS) {
            obeyedSignals.removeFirst();
        }
        obeyedSignals.addLast(new Obeyed(command, signalId));
    }

    /** Whether it has obeyed this signal before: messages come twice, and so do requests without an answer. */
    boolean hasObeyed(Signal signal) {
        return obeyedSignals.contains(new Obeyed(signal.getCommandCase(), signal.getSignalId()));
    }

    private void applyPaused(String why, Instant time) {
        // A further pause holds what had leave, too; the clocks stand still since the first one.
        admittedGoesOn &= isRunning();
        pausedAt = pausedAt == null ? time : pausedAt;
        status = LifetimeStatus.LIFETIME_STATUS_PAUSED;
        reason = why;
    }

    /** A pause stops the clocks that run against the lifetime: its deadline and the timeouts of what waits. */
    private void applyResumed(Resumed event, Instant time) {
        spending.add(event.getAdded());
        Duration paused = Duration.between(pausedAt, time);
        if (deadline != null) {
            deadline = deadline.plus(paused);
        }
        tokens.waitingAttempts().forEach(attempt -> attempt.holdFor(paused));
        status = LifetimeStatus.LIFETIME_STATUS_RUNNING;
        reason = "";
        pausedAt = null;
        admittedGoesOn = false;
    }

    private void end(LifetimeStatus how, String why, Instant time) {
        status = how;
        reason = why;
        endedAt = time;
        tokens.openAttempts().forEach(attempt -> spending.forfeit(attempt.scheduled));
        tokens.clear();
    }

    /**
     * Notes with what reservation, and under which policies, an attempt was admitted that was applied before that was
     * known.
     */
    void admit(Scheduled scheduled) {
        tokens.admit(scheduled);
        spending.reserve(scheduled);
    }

    /** The open attempt of this id, or null. */
    Attempt openAttempt(String execId) {
        return tokens.openAttempt(execId);
    }

    /** Scheduled attempts whose records have not been accepted, in the order of their scheduling. */
    Collection<Attempt> openAttempts() {
        return tokens.openAttempts();
    }

    /** Those of the open attempts that wait for something outside. */
    Collection<Attempt> waitingAttempts() {
        return tokens.waitingAttempts();
    }

    /** How its node goes on, should this record of an open attempt be accepted. */
    Progress progressWith(ExecutionReference record) {
        return tokens.progressWith(record);
    }

    /** Why guardrails rejected the record of this execution; null when they did not. */
    String rejection(String execId) {
        return tokens.rejection(execId);
    }

    Token token(String path) {
        return tokens.token(path);
    }

    Collection<Token> tokens() {
        return tokens.all();
    }

    boolean hasToken(Token token) {
        return tokens.has(token);
    }

    /** Tokens that did not move on, or not into what they were to run next, for a pause; in a fixed order. */
    List<Token> heldTokens() {
        return tokens.held();
    }

    String tenantId() {
        return tenantId;
    }

    String lifetimeId() {
        return lifetimeId;
    }

    AgentGraph graph() {
        return graph;
    }

    GraphReference graphReference() {
        return started.getGraph();
    }

    Started started() {
        return started;
    }

    Instant startedAt() {
        return startedAt;
    }

    /** Given by the graph and by who started the lifetime. */
    Map<String, String> labels() {
        return started.getLabelsCount() > 0
                ? started.getLabelsMap()
                : graph.metadata().labels();
    }

    long lastSeq() {
        return lastSeq;
    }

    long scheduledCount() {
        return scheduledCount;
    }

    LifetimeStatus status() {
        return status;
    }

    boolean isRunning() {
        return status == LifetimeStatus.LIFETIME_STATUS_RUNNING;
    }

    /** Whether an open attempt may be handed out now. */
    boolean mayRun(Attempt attempt) {
        return !attempt.isWaiting() && (isRunning() || isPausedInPart());
    }

    /** Whether it is paused, and what had leave before runs all the same. */
    boolean isPausedInPart() {
        return isPaused() && admittedGoesOn;
    }

    boolean isPaused() {
        return status == LifetimeStatus.LIFETIME_STATUS_PAUSED;
    }

    boolean hasEnded() {
        return endedAt != null;
    }

    /** When the lifetime fails for taking too long; null when never. */
    Instant deadline() {
        return deadline;
    }

    /** What budgets count beside the totals. */
    BudgetUse budgetUse() {
        return spending.budgetUse();
    }

    /** What the nodes used that used most, the most expensive first. */
    List<NodeSpend> spendByNode() {
        return spending.byNode();
    }

    /** What the accepted executions add up to. */
    Totals totals() {
        return totals;
    }

    /** What the head row says of these events; whether it is parked is not part of the fold. */
    public AgentLifetime head() {
        AgentLifetime.Builder head = AgentLifetime.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setGraph(started.getGraph())
                .setStatus(status)
                .setReason(reason)
                .setParentLifetimeId(started.getParentLifetimeId())
                .setParentExecId(started.getParentExecId())
                .setForkedFromLifetimeId(started.getFork().getLifetimeId())
                .setForkedFromExecId(started.getFork().getExecId())
                .putAllLabels(labels())
                .setLastSeq(lastSeq)
                .setTotals(totals)
                .setCreatedAt(ProtoTime.timestamp(startedAt))
                .setUpdatedAt(ProtoTime.timestamp(lastEventAt));
        if (output != null) {
            head.setOutput(output);
        }
        if (endedAt != null) {
            head.setEndedAt(ProtoTime.timestamp(endedAt));
        }
        return head.build();
    }

    /** Everything in it, in a fixed order: two states are the same when their texts are. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(256);
        text.append(lifetimeId).append(' ').append(status).append(' ').append(reason);
        text.append(" seq=").append(lastSeq).append(" scheduled=").append(scheduledCount);
        text.append(" executions=").append(totals.getExecutions());
        text.append(" tokens=").append(totals.getTokensUsed());
        text.append(" cost=").append(totals.getCostMicros());
        text.append(" latency=").append(totals.getLatencyMs());
        text.append(" max=").append(totals.getMaxTokensUsed());
        text.append('/').append(totals.getMaxCostMicros());
        text.append('/').append(totals.getMaxLatencyMs());
        text.append(' ').append(spending);
        text.append(" deadline=").append(deadline).append(" pausedAt=").append(pausedAt);
        text.append(" output=").append(output).append('\n');
        return text.append(tokens).toString();
    }
}
