package io.ticktock.guardrail.simulation;

import com.google.protobuf.Timestamp;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Plan;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.NodeKind;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One lifetime under the draft. The control plane asks for verdicts and for leave once in a decision: on all its records
 * first, then for all it schedules, with the totals after those records. So the events of a decision are gathered, and
 * judged when the next one begins.
 */
final class LifetimeSimulation {

    private static final Verdict ADMITTED = Verdict.newBuilder()
            .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
            .build();

    private final DraftPolicies draft;
    private final PolicySimulation.Sources sources;
    private final AgentGraph graph;
    private final String lifetimeId;
    private final Started started;
    private final Timestamp startedAt;
    private final Consumer<Divergence> divergences;
    private final SimulationFigures figures;

    /** Attempts that were dispatched before a divergence and whose records are to come. */
    private final Map<String, Dispatched> open = new HashMap<>();

    private record Dispatched(Scheduled attempt, NodeKind kind) {}

    /** What the draft says of an attempt of this kind. */
    private record Admission(Verdict verdict, NodeKind kind) {}

    private final SetAside setAside = new SetAside();
    private final List<LifetimeEvent> decision = new ArrayList<>();
    private long decisionSeq;
    private Totals totals = Totals.getDefaultInstance();
    private boolean hasDiverged;
    private boolean isAvoiding;

    /** @param start its first event */
    LifetimeSimulation(
            DraftPolicies draft,
            PolicySimulation.Sources sources,
            LifetimeEvent start,
            AgentGraph graph,
            Consumer<Divergence> divergences,
            SimulationFigures figures) {
        this.draft = draft;
        this.sources = sources;
        this.graph = graph;
        this.lifetimeId = start.getLifetimeId();
        this.started = start.getStarted();
        this.startedAt = start.getTime();
        this.decisionSeq = start.getDecision();
        this.divergences = divergences;
        this.figures = figures;
        // What a fork was when it began is in the log of another lifetime.
        this.hasDiverged = started.hasFork();
    }

    void take(LifetimeEvent event) {
        if (event.getDecision() != decisionSeq) {
            judge();
            decisionSeq = event.getDecision();
        }
        // What is held without a verdict is held for a sibling's sake: leave will be asked for it again.
        if (event.hasAccepted()
                || event.hasScheduled()
                || event.hasCancelled()
                || event.hasResumed()
                || (event.hasHeld() && event.getHeld().hasVerdict())) {
            decision.add(event);
        }
    }

    /** After its last event. */
    void end() {
        judge();
    }

    private void judge() {
        if (decision.isEmpty()) {
            return;
        }
        Iterator<Verdict> verdicts = hasDiverged ? Collections.emptyIterator() : verdicts();
        settle();
        Iterator<Admission> admissions = hasDiverged ? Collections.emptyIterator() : admissions();
        for (LifetimeEvent event : decision) {
            if (event.hasAccepted()) {
                accept(event, verdicts);
            } else if (event.hasScheduled()) {
                schedule(event, admissions);
            } else if (event.hasHeld()) {
                hold(event, admissions);
            }
        }
        decision.clear();
    }

    /** What is set aside by the time at which the decision asks for leave. */
    private void settle() {
        for (LifetimeEvent event : decision) {
            if (event.hasAccepted()) {
                setAside.settle(event.getAccepted().getExecId());
            } else if (event.hasCancelled()) {
                setAside.forfeit(event.getCancelled().getExecId());
                open.remove(event.getCancelled().getExecId());
            } else if (event.hasResumed()) {
                setAside.add(event.getResumed().getAdded());
            }
        }
    }

    private void accept(LifetimeEvent event, Iterator<Verdict> verdicts) {
        Accepted accepted = event.getAccepted();
        Dispatched dispatched = open.remove(accepted.getExecId());
        figures.addExecution();
        if (!hasDiverged) {
            figures.addJudged();
            compare(event, dispatched.attempt, Phase.VERDICT, accepted.getVerdict(), verdicts.next());
        } else if (isAvoiding && dispatched == null) {
            figures.addAvoided(
                    accepted.getTelemetry().getTokensUsed(),
                    accepted.getTelemetry().getCostMicros());
        }
    }

    private void schedule(LifetimeEvent event, Iterator<Admission> admissions) {
        if (hasDiverged) {
            return;
        }
        Scheduled attempt = event.getScheduled();
        Verdict recorded = attempt.hasRejection() ? attempt.getRejection() : ADMITTED;
        Admission admission = admissions.next();
        compare(event, attempt, Phase.ADMIT, recorded, admission.verdict);
        if (!hasDiverged) {
            open.put(attempt.getExecId(), new Dispatched(attempt, admission.kind));
        }
    }

    private void hold(LifetimeEvent event, Iterator<Admission> admissions) {
        if (!hasDiverged) {
            Verdict recorded = event.getHeld().getVerdict();
            compare(event, event.getHeld().getScheduled(), Phase.ADMIT, recorded, admissions.next().verdict);
        }
    }

    private void compare(LifetimeEvent event, Scheduled attempt, Phase phase, Verdict recorded, Verdict verdict) {
        verdict.getFiredList().forEach(figures::addFired);
        if (verdict.getAction() == recorded.getAction() || isOfThoseLeftOut(recorded, verdict)) {
            return;
        }
        Divergence divergence = new Divergence(event, attempt, phase, recorded.getAction(), verdict);
        hasDiverged = true;
        isAvoiding = !divergence.isLaxer();
        figures.addDivergence(verdict.getAction());
        divergences.accept(divergence);
    }

    /** Whether a policy of the draft that cannot be judged was what made it stricter: it is taken to say the same again. */
    private boolean isOfThoseLeftOut(Verdict recorded, Verdict verdict) {
        return verdict.getActionValue() < recorded.getActionValue()
                && recorded.getFiredList().stream().anyMatch(fired -> draft.isLeftOut(fired.getName()));
    }

    /** On the records of the decision, in order. */
    private Iterator<Verdict> verdicts() {
        Totals before = totals;
        List<ExecutionReference> records = new ArrayList<>(decision.size());
        List<Verdict> verdicts = new ArrayList<>(decision.size());
        for (LifetimeEvent event : decision) {
            if (event.hasAccepted()) {
                ExecutionReference record = record(event.getAccepted());
                totals = Facts.with(totals, record.getTelemetry());
                Facts facts = Facts.of(record, totals, started.getLabelsMap(), elapsedSeconds());
                verdicts.add(draft.evaluate(started.getGraph(), Phase.VERDICT, facts));
                records.add(record);
            }
        }
        if (!draft.hasBudgets() || records.isEmpty()) {
            return verdicts.iterator();
        }
        VerdictRequest request = VerdictRequest.newBuilder()
                .setTenantId(started.getGraph().getTenantId())
                .setLifetimeId(lifetimeId)
                .setGraph(started.getGraph())
                .setTotals(before)
                .addAllRecords(records)
                .putAllLabels(started.getLabelsMap())
                .setStartedAt(startedAt)
                .setNow(now())
                .setBudgetUse(setAside.use())
                .build();
        return draft.judge(request, verdicts).iterator();
    }

    /** What the data plane told of the record when it was judged. */
    private ExecutionReference record(Accepted accepted) {
        if (accepted.getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION) {
            return sources.rejectedRecords().apply(accepted.getExecId());
        }
        Dispatched dispatched = open.get(accepted.getExecId());
        Scheduled attempt = dispatched.attempt;
        ExecutionReference.Builder record = ExecutionReference.newBuilder()
                .setHeaders(ExecutionHeaders.newBuilder()
                        .setTenantId(started.getGraph().getTenantId())
                        .setLifetimeId(lifetimeId)
                        .setExecId(accepted.getExecId())
                        .setNodeId(attempt.getNodeId())
                        .setKind(dispatched.kind)
                        .setTokenPath(attempt.getTokenPath())
                        .setIteration(attempt.getIteration())
                        .setAttempt(attempt.getAttempt())
                        .setStatus(accepted.getStatus()))
                .setTelemetry(accepted.getTelemetry())
                .setResultSizeBytes(accepted.getResultSizeBytes())
                .addAllNextTaskIds(accepted.getNextTaskIdsList())
                .setRecordDigest(accepted.getRecordDigest());
        return accepted.hasError() ? record.setError(accepted.getError()).build() : record.build();
    }

    /** On what the decision schedules or would have, in order. */
    private Iterator<Admission> admissions() {
        List<Scheduled> candidates = new ArrayList<>(decision.size());
        List<NodeKind> kinds = new ArrayList<>(decision.size());
        List<Verdict> conditions = new ArrayList<>(decision.size());
        for (LifetimeEvent event : decision) {
            if (event.hasScheduled() || event.hasHeld()) {
                Scheduled candidate = event.hasHeld() ? event.getHeld().getScheduled() : event.getScheduled();
                NodeKind kind = kindOf(candidate);
                Facts facts = Facts.of(candidate, kind, totals, started.getLabelsMap(), elapsedSeconds());
                conditions.add(draft.evaluate(started.getGraph(), Phase.ADMIT, facts));
                candidates.add(candidate);
                kinds.add(kind);
            }
        }
        List<Verdict> verdicts =
                draft.hasBudgets() && !candidates.isEmpty() ? reserve(candidates, kinds, conditions) : conditions;
        List<Admission> admissions = new ArrayList<>(verdicts.size());
        for (int i = 0; i < verdicts.size(); i++) {
            admissions.add(new Admission(verdicts.get(i), kinds.get(i)));
        }
        return admissions.iterator();
    }

    /** What budgets say besides, with what they set aside noted. */
    private List<Verdict> reserve(List<Scheduled> candidates, List<NodeKind> kinds, List<Verdict> conditions) {
        AdmissionResponse response = draft.admit(admissionRequest(candidates, kinds), conditions);
        for (int i = 0; i < response.getReservationsCount(); i++) {
            setAside.reserve(candidates.get(i).getExecId(), response.getReservations(i));
        }
        return response.getVerdictsList();
    }

    private AdmissionRequest admissionRequest(List<Scheduled> candidates, List<NodeKind> kinds) {
        AdmissionRequest.Builder request = AdmissionRequest.newBuilder()
                .setTenantId(started.getGraph().getTenantId())
                .setLifetimeId(lifetimeId)
                .setGraph(started.getGraph())
                .setTotals(totals)
                .addAllCandidates(candidates)
                .addAllKinds(kinds)
                .putAllLabels(started.getLabelsMap())
                .setStartedAt(startedAt)
                .setNow(now())
                .setBudgetUse(setAside.use());
        for (Scheduled candidate : candidates) {
            request.addWorstCases(sources.worstCases().apply(graph.node(candidate.getNodeId())));
        }
        return request.build();
    }

    private Timestamp now() {
        return decision.get(0).getTime();
    }

    private long elapsedSeconds() {
        return Facts.elapsedSeconds(startedAt, now());
    }

    private NodeKind kindOf(Scheduled attempt) {
        return graph.node(attempt.getNodeId()) instanceof Plan ? NodeKind.NODE_KIND_PLAN : NodeKind.NODE_KIND_TASK;
    }
}
