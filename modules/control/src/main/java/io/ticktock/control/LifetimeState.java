package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.BudgetUse;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Forked;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Held;
import io.ticktock.proto.v1.Joined;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.NodeSpend;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Parked;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Progress;
import io.ticktock.proto.v1.Resumed;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.Woken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
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

    private final Map<String, Token> tokens = new LinkedHashMap<>();
    private final Map<String, Attempt> attempts = new LinkedHashMap<>();
    /** Those of the attempts that wait for something outside. */
    private final Map<String, Attempt> waiting = new LinkedHashMap<>();

    /** Why guardrails rejected records that are not failures themselves, by exec_id. */
    private final Map<String, String> rejections = new LinkedHashMap<>();

    private final Spending spending = new Spending();

    private final Scope root = new Scope(null, "");

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
                flow(event, time);
            }
            case ACCEPTED -> {
                count(event.getAccepted());
                flow(event, time);
            }
            case CANCELLED -> {
                spending.forfeit(attempt(event.getCancelled().getExecId()).scheduled);
                flow(event, time);
            }
            case HELD -> {
                admittedGoesOn |=
                        event.getHeld().getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME;
                flow(event, time);
            }
            case WAITING, CHILD_STARTED, WOKEN, FORKED, PARKED, DIED, JOINED -> flow(event, time);
            case PAUSED -> applyPaused(event.getPaused().getReason(), time);
            case RESUMED -> applyResumed(event.getResumed(), time);
            case COMPLETED -> {
                output = event.getCompleted().getOutput();
                end(LifetimeStatus.LIFETIME_STATUS_COMPLETED, "", time);
            }
            case FAILED ->
                end(LifetimeStatus.LIFETIME_STATUS_FAILED, event.getFailed().getReason(), time);
            case ABORTED ->
                end(LifetimeStatus.LIFETIME_STATUS_ABORTED, event.getAborted().getReason(), time);
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
            case SCHEDULED -> applyScheduled(withoutReservation(event.getScheduled()), time);
            case ACCEPTED, WAITING, CHILD_STARTED, WOKEN, FORKED, PARKED, DIED, JOINED, HELD, CANCELLED ->
                flow(event, time);
            case PAUSED, RESUMED -> {}
            case COMPLETED, FAILED, ABORTED, EVENT_NOT_SET ->
                throw new IllegalStateException("lifetime " + lifetimeId + ": no fork goes on from event "
                        + event.getSeq() + " of " + event.getLifetimeId());
        }
    }

    /** What an ancestor set aside, the ancestor settles. */
    private static Scheduled withoutReservation(Scheduled event) {
        return event.hasReservation() ? event.toBuilder().clearReservation().build() : event;
    }

    /** The events that move tokens, open and close attempts, and leave results: all that a fork shares. */
    private void flow(LifetimeEvent event, Instant time) {
        switch (event.getEventCase()) {
            case SCHEDULED -> applyScheduled(event.getScheduled(), time);
            case WAITING -> applyWaiting(event.getWaiting());
            case CHILD_STARTED ->
                attempt(event.getChildStarted().getExecId()).childLifetimeId =
                        event.getChildStarted().getChildLifetimeId();
            case WOKEN -> applyWoken(event.getWoken());
            case ACCEPTED -> applyAccepted(event.getAccepted());
            case FORKED -> applyForked(event.getForked());
            case PARKED -> applyParked(event.getParked());
            case DIED -> remove(token(event.getDied().getTokenPath()));
            case JOINED -> applyJoined(event.getJoined());
            case HELD -> applyHeld(event.getHeld());
            case CANCELLED -> close(event.getCancelled().getExecId());
            case STARTED, PAUSED, RESUMED, COMPLETED, FAILED, ABORTED, EVENT_NOT_SET ->
                throw new IllegalStateException(event.getEventCase() + " moves no token");
        }
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
            add(new Token("", root, 0, 0));
        }
    }

    private void applyScheduled(Scheduled event, Instant time) {
        Token token = token(event.getTokenPath());
        token.enter(event.getNodeId(), event.getIteration());
        attempts.put(event.getExecId(), new Attempt(event, time, token));
    }

    private void applyWaiting(Waiting event) {
        Attempt attempt = attempt(event.getExecId());
        attempt.waits++;
        attempt.waiting = event;
        attempt.childLifetimeId = null;
        waiting.put(event.getExecId(), attempt);
        attempt.timeoutAt = event.hasTimeoutAt() ? ProtoTime.instant(event.getTimeoutAt()) : null;
    }

    private void applyWoken(Woken event) {
        Attempt attempt = attempt(event.getExecId());
        waiting.remove(event.getExecId());
        attempt.waiting = null;
        attempt.timeoutAt = null;
        attempt.resumption = event.getResumption();
    }

    private void applyAccepted(Accepted event) {
        Attempt attempt = attempt(event.getExecId());
        close(event.getExecId());
        attempt.token.arrive(attempt, event);
        attempt.token.remember(attempt.scheduled.getNodeId(), progressOf(attempt, event.getTelemetry()));
        if (event.getStatus() == ExecutionStatus.EXECUTION_STATUS_SUCCEEDED) {
            attempt.token.remember(attempt.scheduled.getNodeId(), event.getExecId());
        }
        if (event.getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
            rejections.put(event.getExecId(), event.getVerdict().getReason());
        }
    }

    private void count(Accepted event) {
        spending.settle(attempt(event.getExecId()).scheduled, event);
        totals = ProtoTotals.with(totals, event.getTelemetry());
    }

    private void applyHeld(Held event) {
        token(event.getScheduled().getTokenPath()).hold(event.getScheduled());
    }

    private void applyForked(Forked event) {
        Token opener = token(event.getTokenPath());
        String planId = opener.arrivedWith.scheduled.getNodeId();
        Scope scope = new Scope(opener, opener.path + "/" + planId + "#" + opener.iterationsOf(planId));
        opener.opened = scope;
        opener.settle();
        for (int branch = 0; branch < event.getBranches(); branch++) {
            add(new Token(scope.path + ":" + branch, scope, branch, opener.steps()));
        }
    }

    private void applyParked(Parked event) {
        Token token = token(event.getTokenPath());
        token.scope.park(token, event.getPlanId());
    }

    private void applyJoined(Joined event) {
        Token opener = token(event.getTokenPath());
        Scope closed = opener.opened;
        opener.opened = null;
        removeAll(closed);
        for (int i = 1; i < event.getPlanIdsCount(); i++) {
            add(opener.twin(twinPath(closed, event.getPlanIds(i))));
        }
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
        waiting.values().forEach(attempt -> attempt.holdFor(paused));
        status = LifetimeStatus.LIFETIME_STATUS_RUNNING;
        reason = "";
        pausedAt = null;
        admittedGoesOn = false;
    }

    private void end(LifetimeStatus how, String why, Instant time) {
        status = how;
        reason = why;
        endedAt = time;
        attempts.values().forEach(attempt -> spending.forfeit(attempt.scheduled));
        attempts.clear();
        waiting.clear();
        tokens.clear();
        rejections.clear();
    }

    private void close(String execId) {
        attempts.remove(execId);
        waiting.remove(execId);
    }

    private void add(Token token) {
        tokens.put(token.path, token);
        token.scope.add(token);
    }

    private void remove(Token token) {
        tokens.remove(token.path);
        token.scope.remove(token);
    }

    private void removeAll(Scope scope) {
        for (Token token : scope.tokens()) {
            tokens.remove(token.path);
            if (token.opened != null) {
                removeAll(token.opened);
            }
        }
    }

    /** Where the token goes on that takes the place of a closed scope's opener at a further join. */
    static String twinPath(Scope closed, String planId) {
        return closed.path + "~" + planId;
    }

    private Attempt attempt(String execId) {
        Attempt attempt = attempts.get(execId);
        if (attempt == null) {
            throw new IllegalStateException("lifetime " + lifetimeId + ": no open attempt " + execId);
        }
        return attempt;
    }

    Token token(String path) {
        Token token = tokens.get(path);
        if (token == null) {
            throw new IllegalStateException("lifetime " + lifetimeId + ": no token at '" + path + "'");
        }
        return token;
    }

    /**
     * Notes with what reservation, and under which policies, an attempt was admitted that was applied before that was
     * known.
     */
    void admit(Scheduled scheduled) {
        attempt(scheduled.getExecId()).scheduled = scheduled;
        spending.reserve(scheduled);
    }

    /** The open attempt of this id, or null. */
    Attempt openAttempt(String execId) {
        return attempts.get(execId);
    }

    /** How its node goes on, should this record of an open attempt be accepted. */
    Progress progressWith(ExecutionReference record) {
        Attempt attempt = attempt(record.getHeaders().getExecId());
        return progressOf(attempt, record.getTelemetry()).toMessage();
    }

    private static NodeProgress progressOf(Attempt attempt, PolicyTelemetry telemetry) {
        Scheduled scheduled = attempt.scheduled;
        return attempt.token.progressWith(scheduled.getNodeId(), scheduled.getIteration(), telemetry);
    }

    /** Scheduled attempts whose records have not been accepted, in the order of their scheduling. */
    Collection<Attempt> openAttempts() {
        return attempts.values();
    }

    /** Those of the open attempts that wait for something outside. */
    Collection<Attempt> waitingAttempts() {
        return waiting.values();
    }

    /** Tokens that did not move on, or not into what they were to run next, for a pause; in a fixed order. */
    List<Token> heldTokens() {
        List<Token> held = new ArrayList<>();
        for (Token token : tokens.values()) {
            if (token.arrivedWith != null || token.held != null) {
                held.add(token);
            }
        }
        return held;
    }

    Collection<Token> tokens() {
        return tokens.values();
    }

    boolean hasToken(Token token) {
        return tokens.get(token.path) == token;
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

    /** Why guardrails rejected the record of this execution; null when they did not. */
    String rejection(String execId) {
        return rejections.get(execId);
    }

    /** Given by the graph and by who started the lifetime. */
    Map<String, String> labels() {
        return started.getLabelsCount() > 0
                ? started.getLabelsMap()
                : graph.metadata().labels();
    }

    Scope root() {
        return root;
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
        text.append(" rejections=").append(rejections).append(' ').append(spending);
        text.append(" deadline=").append(deadline).append(" pausedAt=").append(pausedAt);
        text.append(" output=").append(output).append('\n');
        tokens.values().forEach(token -> text.append("  ").append(token).append('\n'));
        attempts.values().forEach(attempt -> text.append("  ").append(attempt).append('\n'));
        return text.toString();
    }
}
