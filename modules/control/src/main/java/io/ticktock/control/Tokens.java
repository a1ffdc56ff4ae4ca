package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Forked;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Held;
import io.ticktock.proto.v1.Joined;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Parked;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Progress;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.Woken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tokens of a lifetime stand and what they run: all that a fork shares with the lifetime that it goes on from.
 * Part of the fold.
 */
final class Tokens {

    private final String lifetimeId;
    private final Scope root = new Scope(null, "");
    private final Map<String, Token> tokens = new LinkedHashMap<>();
    private final Map<String, Attempt> attempts = new LinkedHashMap<>();
    /** Those of the attempts that wait for something outside. */
    private final Map<String, Attempt> waiting = new LinkedHashMap<>();

    /** Why guardrails rejected records that are not failures themselves, by exec_id. */
    private final Map<String, String> rejections = new LinkedHashMap<>();

    Tokens(String lifetimeId) {
        this.lifetimeId = lifetimeId;
    }

    /** As every lifetime begins that is no fork. */
    void placeFirst() {
        add(new Token("", root, 0, 0));
    }

    /** The events that move tokens, open and close attempts, and leave results: no other is to be applied. */
    void apply(LifetimeEvent event, Instant time) {
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

    /** Notes how an attempt was admitted that is open already. */
    void admit(Scheduled scheduled) {
        attempt(scheduled.getExecId()).scheduled = scheduled;
    }

    /** The lifetime has ended: nothing of it moves or runs any more. */
    void clear() {
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

    /** As {@link #openAttempt}; throws IllegalStateException when there is none. */
    Attempt attempt(String execId) {
        Attempt attempt = attempts.get(execId);
        if (attempt == null) {
            throw new IllegalStateException("lifetime " + lifetimeId + ": no open attempt " + execId);
        }
        return attempt;
    }

    /** Throws IllegalStateException when there is none. */
    Token token(String path) {
        Token token = tokens.get(path);
        if (token == null) {
            throw new IllegalStateException("lifetime " + lifetimeId + ": no token at '" + path + "'");
        }
        return token;
    }

    /** Null when it is not open. */
    Attempt openAttempt(String execId) {
        return attempts.get(execId);
    }

    Collection<Attempt> openAttempts() {
        return attempts.values();
    }

    Collection<Attempt> waitingAttempts() {
        return waiting.values();
    }

    Progress progressWith(ExecutionReference record) {
        Attempt attempt = attempt(record.getHeaders().getExecId());
        return progressOf(attempt, record.getTelemetry()).toMessage();
    }

    private static NodeProgress progressOf(Attempt attempt, PolicyTelemetry telemetry) {
        Scheduled scheduled = attempt.scheduled;
        return attempt.token.progressWith(scheduled.getNodeId(), scheduled.getIteration(), telemetry);
    }

    /** Null when guardrails did not reject it. */
    String rejection(String execId) {
        return rejections.get(execId);
    }

    Collection<Token> all() {
        return tokens.values();
    }

    boolean has(Token token) {
        return tokens.get(token.path) == token;
    }

    List<Token> held() {
        List<Token> held = new ArrayList<>();
        for (Token token : tokens.values()) {
            if (token.arrivedWith != null || token.held != null) {
                held.add(token);
            }
        }
        return held;
    }

    /** Everything in it, in a fixed order. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("  rejections=").append(rejections).append('\n');
        tokens.values().forEach(token -> text.append("  ").append(token).append('\n'));
        attempts.values().forEach(attempt -> text.append("  ").append(attempt).append('\n'));
        return text.toString();
    }
}
