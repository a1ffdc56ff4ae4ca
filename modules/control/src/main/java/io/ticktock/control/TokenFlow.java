package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.EdgeType;
import io.ticktock.graph.GraphNode;
import io.ticktock.graph.JoinConfiguration;
import io.ticktock.graph.Plan;
import io.ticktock.graph.RetryPolicy;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.Aborted;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.Completed;
import io.ticktock.proto.v1.Died;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Failed;
import io.ticktock.proto.v1.Forked;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Held;
import io.ticktock.proto.v1.Joined;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Parked;
import io.ticktock.proto.v1.Paused;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules by which tokens move through a graph: edges, scopes, joins, retries and ends. */
final class TokenFlow {

    /** Who asks to be left alone for longer is not taken at his word: a lifetime must not be parked for ever. */
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

    private final LifetimeState state;
    private final DecisionLog log;
    private final Map<String, Verdict> refusals;
    private final AgentGraph graph;

    TokenFlow(LifetimeState state, DecisionLog log, Map<String, Verdict> refusals) {
        this.state = state;
        this.log = log;
        this.refusals = refusals;
        this.graph = state.graph();
    }

    /** Puts the first token at the start node. */
    void start() {
        enter(state.token(""), graph.start(), Scheduled.newBuilder());
    }

    /**
     * Goes on from what is inherited. Attempts that were under way there run anew, as this lifetime's own: those of the
     * ancestor, and the children that they wait for, are none of its business.
     */
    void fork() {
        List<Attempt> underWay = List.copyOf(state.openAttempts());
        underWay.forEach(this::cancel);
        moveHeldTokens();
        for (Attempt attempt : underWay) {
            if (state.hasToken(attempt.token)) {
                schedule(attempt.scheduled.toBuilder());
            }
        }
    }

    /** Moves on every token that a pause kept from it. */
    void goOn() {
        for (Attempt attempt : state.openAttempts()) {
            if (!attempt.isWaiting()) {
                log.command(new Command.Dispatch(attempt.execId()));
            }
        }
        moveHeldTokens();
    }

    private void moveHeldTokens() {
        for (Token token : state.heldTokens()) {
            if (state.isRunning() && state.hasToken(token)) {
                goOn(token);
            }
        }
    }

    private void goOn(Token token) {
        if (token.held != null) {
            schedule(token.held.toBuilder());
        } else {
            advance(token);
        }
    }

    /** Moves the token on from the attempt it arrived with. */
    void advance(Token token) {
        Attempt attempt = token.arrivedWith;
        Accepted accepted = token.accepted;
        GraphNode node = graph.node(attempt.scheduled.getNodeId());
        boolean succeeded = accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_SUCCEEDED;
        if (!succeeded && mayRetry(node.retry(), attempt, accepted.getError())) {
            retry(attempt, node.retry(), accepted.getError());
        } else if (node instanceof Plan) {
            advanceFromPlan(token, attempt, accepted, succeeded);
        } else {
            advanceFromTask(token, attempt, accepted, succeeded);
        }
    }

    private static boolean mayRetry(RetryPolicy policy, Attempt attempt, ExecutionError error) {
        return error.getRetryable()
                && attempt.scheduled.getAttempt() < policy.maxAttempts()
                && !policy.nonRetryable().contains(error.getCode());
    }

    private void retry(Attempt failed, RetryPolicy policy, ExecutionError error) {
        int attempt = failed.scheduled.getAttempt();
        Duration backoff = policy.intervalAfter(attempt);
        Duration asked = retryAfter(error);
        Instant notBefore = log.now().plus(asked.compareTo(backoff) > 0 ? asked : backoff);
        schedule(failed.scheduled.toBuilder().setAttempt(attempt + 1).setNotBefore(ProtoTime.timestamp(notBefore)));
    }

    /** How long the outside system asked to be left alone. It knows better than a policy's longest interval. */
    private static Duration retryAfter(ExecutionError error) {
        return Duration.ofMillis(Math.min(error.getRetryAfterMs(), LONGEST_RETRY_AFTER.toMillis()));
    }

    private void advanceFromTask(Token token, Attempt attempt, Accepted accepted, boolean succeeded) {
        Edge edge = graph.outgoingOf(attempt.scheduled.getNodeId()).get(0);
        if (!succeeded && !edge.configuration().routesFailures()) {
            fail("task_failed: " + describe(attempt, accepted), attempt.execId());
            return;
        }
        switch (edge.type()) {
            case FINAL -> complete(attempt, NodeKind.NODE_KIND_TASK, 0);
            case NORMAL -> enter(token, edge.to(), Scheduled.newBuilder().addArrivedExecIds(attempt.execId()));
            case JOIN -> arriveAtJoin(token, attempt, edge.to());
            case PARALLEL -> throw new IllegalStateException("a Task has no PARALLEL edge");
        }
    }

    private void arriveAtJoin(Token token, Attempt attempt, String planId) {
        if (token.scope.isRoot()) {
            enter(
                    token,
                    planId,
                    Scheduled.newBuilder().addArrivedExecIds(attempt.execId()).setJoined(true));
            return;
        }
        log.append(LifetimeEvent.newBuilder()
                .setParked(Parked.newBuilder().setTokenPath(token.path).setPlanId(planId)));
        if (token.scope.settled() || joinOf(planId).satisfiedEarly(token.scope.parkedAt(planId))) {
            close(token.scope);
        }
    }

    private void advanceFromPlan(Token token, Attempt attempt, Accepted accepted, boolean succeeded) {
        if (!succeeded) {
            fail("plan_failed: " + describe(attempt, accepted), attempt.execId());
            return;
        }
        String planId = attempt.scheduled.getNodeId();
        List<String> choices = accepted.getNextTaskIdsList();
        if (choices.isEmpty()) {
            die(token);
            return;
        }
        int end = choices.indexOf(AgentGraph.END);
        if (end >= 0 && graph.edge(planId, AgentGraph.END) != null) {
            complete(attempt, NodeKind.NODE_KIND_PLAN, end);
            return;
        }
        Set<EdgeType> types = typesOf(planId, choices);
        if (types.equals(Set.of(EdgeType.PARALLEL))) {
            fork(token, attempt, choices);
        } else if (types.equals(Set.of(EdgeType.NORMAL)) && choices.size() == 1) {
            enter(token, choices.get(0), Scheduled.newBuilder().setPlanExecId(attempt.execId()));
        } else {
            fail(
                    "invalid_choice: plan " + planId + " may choose one Task over a NORMAL edge, or Tasks over PARALLEL"
                            + " edges, but chose " + choices,
                    attempt.execId());
        }
    }

    /** The types of the chosen edges; a choice without an edge counts as FINAL, which no mixed choice may hold. */
    private Set<EdgeType> typesOf(String planId, List<String> choices) {
        Set<EdgeType> types = new LinkedHashSet<>();
        for (String choice : choices) {
            Edge edge = graph.edge(planId, choice);
            types.add(edge == null ? EdgeType.FINAL : edge.type());
        }
        return types;
    }

    private void fork(Token token, Attempt attempt, List<String> choices) {
        log.append(LifetimeEvent.newBuilder()
                .setForked(Forked.newBuilder()
                        .setTokenPath(token.path)
                        .setPlanExecId(attempt.execId())
                        .setBranches(choices.size())));
        List<Token> branches = List.copyOf(token.opened.tokens());
        for (int choice = 0; choice < choices.size() && !state.hasEnded(); choice++) {
            enter(
                    branches.get(choice),
                    choices.get(choice),
                    Scheduled.newBuilder().setPlanExecId(attempt.execId()).setChoice(choice));
        }
    }

    private void die(Token token) {
        Scope scope = token.scope;
        log.append(LifetimeEvent.newBuilder().setDied(Died.newBuilder().setTokenPath(token.path)));
        if (scope.isRoot()) {
            failIfEmpty(scope);
        } else if (scope.settled()) {
            close(scope);
        }
    }

    private void failIfEmpty(Scope root) {
        if (root.tokens().isEmpty()) {
            fail("no_final_edge: the last token died before END was reached", "");
        }
    }

    /** Fires every join of the scope at which tokens are parked, in edge order; what still runs is cancelled. */
    private void close(Scope scope) {
        Token opener = scope.opener;
        List<String> planIds = joinsInEdgeOrder(scope);
        List<List<String>> gathered = planIds.stream().map(scope::gathered).toList();
        cancelWithin(scope);
        log.append(LifetimeEvent.newBuilder()
                .setJoined(Joined.newBuilder().setTokenPath(opener.path).addAllPlanIds(planIds)));
        if (planIds.isEmpty()) {
            die(opener);
            return;
        }
        for (int i = 0; i < planIds.size() && !state.hasEnded(); i++) {
            String planId = planIds.get(i);
            Token token = i == 0 ? opener : state.token(Tokens.twinPath(scope, planId));
            enter(
                    token,
                    planId,
                    Scheduled.newBuilder().addAllArrivedExecIds(gathered.get(i)).setJoined(true));
        }
    }

    private List<String> joinsInEdgeOrder(Scope scope) {
        Set<String> ordered = new LinkedHashSet<>();
        for (String from : graph.nodes().keySet()) {
            for (Edge edge : graph.outgoingOf(from)) {
                if (edge.type() == EdgeType.JOIN && scope.joins().contains(edge.to())) {
                    ordered.add(edge.to());
                }
            }
        }
        return List.copyOf(ordered);
    }

    private void cancelWithin(Scope scope) {
        if (scope.settled()) {
            return;
        }
        List<String> execIds = new ArrayList<>();
        for (Attempt attempt : List.copyOf(state.openAttempts())) {
            if (isWithin(attempt.token, scope)) {
                abandonChild(attempt);
                cancel(attempt);
                execIds.add(attempt.execId());
            }
        }
        log.command(new Command.Cancel(execIds));
    }

    private void cancel(Attempt attempt) {
        log.append(
                LifetimeEvent.newBuilder().setCancelled(Cancelled.newBuilder().setExecId(attempt.execId())));
    }

    private static boolean isWithin(Token token, Scope scope) {
        for (Scope s = token.scope; !s.isRoot(); s = s.opener.scope) {
            if (s == scope) {
                return true;
            }
        }
        return false;
    }

    private JoinConfiguration joinOf(String planId) {
        for (String from : graph.nodes().keySet()) {
            Edge edge = graph.edge(from, planId);
            if (edge != null && edge.type() == EdgeType.JOIN) {
                return edge.configuration().join().orElse(JoinConfiguration.ALL);
            }
        }
        return JoinConfiguration.ALL;
    }

    /** Moves the token to a node it enters anew, if the limits allow it. */
    private void enter(Token token, String nodeId, Scheduled.Builder scheduled) {
        GraphNode node = graph.node(nodeId);
        int iteration = token.iterationsOf(nodeId) + 1;
        if (iteration > node.maxIterations()) {
            fail("max_iterations: " + nodeId + " ran " + node.maxIterations() + " times on one path", "");
        } else if (token.steps() >= graph.metadata().maxIterations()) {
            fail("max_iterations: one path made " + graph.metadata().maxIterations() + " node runs", "");
        } else {
            schedule(scheduled
                    .setNodeId(nodeId)
                    .setTokenPath(token.path)
                    .setIteration(iteration)
                    .setAttempt(1));
        }
    }

    private void schedule(Scheduled.Builder scheduled) {
        if (state.scheduledCount() >= graph.metadata().maxExecutions()) {
            fail("max_executions: the lifetime scheduled " + state.scheduledCount() + " executions", "");
            return;
        }
        String execId = ExecutionIds.execId(
                state.lifetimeId(),
                scheduled.getNodeId(),
                scheduled.getTokenPath(),
                scheduled.getIteration(),
                scheduled.getAttempt());
        // Each attempt needs leave of its own.
        scheduled.setExecId(execId).clearRejection().clearReservation();
        scheduled.clearAdmissionDigest().clearAdmissionWindows();
        Verdict refusal = refusals.get(execId);
        if (!state.isRunning()) {
            // Another token of the same decision was not admitted.
            log.append(LifetimeEvent.newBuilder().setHeld(Held.newBuilder().setScheduled(scheduled)));
        } else if (refusal == null) {
            dispatch(scheduled);
        } else {
            refuse(scheduled, refusal);
        }
    }

    private void dispatch(Scheduled.Builder scheduled) {
        log.append(LifetimeEvent.newBuilder().setScheduled(scheduled));
        log.command(new Command.Dispatch(scheduled.getExecId()));
    }

    /** What is rejected goes its way through an executor all the same: its record is what a Plan behind it reads. */
    private void refuse(Scheduled.Builder scheduled, Verdict refusal) {
        GuardrailAction action = refusal.getAction();
        if (action == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
            dispatch(scheduled.setRejection(refusal));
            return;
        }
        log.append(LifetimeEvent.newBuilder()
                .setHeld(Held.newBuilder().setScheduled(scheduled).setVerdict(refusal)));
        switch (action) {
            case GUARDRAIL_ACTION_PAUSE_LIFETIME -> pauseForGuardrail(refusal.getReason());
            case GUARDRAIL_ACTION_ABORT_LIFETIME -> abortForGuardrail(refusal.getReason());
            case GUARDRAIL_ACTION_UNSPECIFIED,
                    GUARDRAIL_ACTION_ALLOW,
                    GUARDRAIL_ACTION_REJECT_EXECUTION,
                    UNRECOGNIZED -> abortForGuardrail("guardrail_error: no verdict on " + scheduled.getExecId());
        }
    }

    void pause(Paused.Builder paused) {
        log.append(LifetimeEvent.newBuilder().setPaused(paused));
    }

    /** Whoever is to resume it sees where the money went. */
    void pauseForGuardrail(String reason) {
        pause(Paused.newBuilder().setReason(reason).setActor("guardrail").addAllSpend(state.spendByNode()));
    }

    void abortForGuardrail(String reason) {
        abort(Aborted.newBuilder().setReason(reason).setActor("guardrail"));
    }

    void abort(Aborted.Builder aborted) {
        List<Attempt> open = List.copyOf(state.openAttempts());
        String reason = aborted.getReason();
        log.append(LifetimeEvent.newBuilder().setAborted(aborted));
        end(open, false, null, "aborted" + (reason.isEmpty() ? "" : ": " + reason));
    }

    void fail(String reason, String execId) {
        List<Attempt> open = List.copyOf(state.openAttempts());
        log.append(LifetimeEvent.newBuilder()
                .setFailed(Failed.newBuilder().setReason(reason).setExecId(execId)));
        end(open, false, null, reason);
    }

    private void complete(Attempt attempt, NodeKind kind, int choice) {
        List<Attempt> open = List.copyOf(state.openAttempts());
        OutputReference output = OutputReference.newBuilder()
                .setLifetimeId(state.lifetimeId())
                .setExecId(attempt.execId())
                .setKind(kind)
                .setChoice(choice)
                .build();
        log.append(
                LifetimeEvent.newBuilder().setCompleted(Completed.newBuilder().setOutput(output)));
        end(open, true, output, "");
    }

    /** What the end of a lifetime means for others: its executors, its children, its parent. */
    private void end(Collection<Attempt> open, boolean completed, OutputReference output, String reason) {
        open.forEach(this::abandonChild);
        if (!open.isEmpty()) {
            log.command(new Command.Cancel(open.stream().map(Attempt::execId).toList()));
        }
        String parentExecId = state.started().getParentExecId();
        if (parentExecId.isEmpty()) {
            return;
        }
        ChildEnded.Builder ended = ChildEnded.newBuilder()
                .setParentExecId(parentExecId)
                .setChildLifetimeId(state.lifetimeId())
                .setCompleted(completed)
                .setReason(reason);
        if (output != null) {
            ended.setOutput(output);
        }
        log.send(signalTo(state.started().getParentLifetimeId(), "child-ended", state.lifetimeId())
                .setChildEnded(ended)
                .build());
    }

    /** Aborts the child lifetime of an attempt that nobody waits for any more. */
    void abandonChild(Attempt attempt) {
        if (!attempt.waitsForChild()) {
            return;
        }
        log.send(signalTo(attempt.expectedChildId(), "parent-ended", attempt.execId())
                .setAbort(AbortCommand.newBuilder()
                        .setReason("parent_ended: execution " + attempt.execId()
                                + " of the parent lifetime is not needed any more"))
                .build());
    }

    private Signal.Builder signalTo(String lifetimeId, String kind, String about) {
        return Signal.newBuilder()
                .setSignalId(ExecutionIds.signalId(kind, about))
                .setTenantId(state.tenantId())
                .setLifetimeId(lifetimeId);
    }

    private static String describe(Attempt attempt, Accepted accepted) {
        ExecutionError error = accepted.getError();
        return attempt.scheduled.getNodeId() + ": " + error.getCode() + ": " + error.getMessage();
    }
}
