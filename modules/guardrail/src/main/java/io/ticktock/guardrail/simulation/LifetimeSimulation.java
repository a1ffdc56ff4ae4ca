package io.ticktock.guardrail.simulation;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.guardrail.budget.BudgetRound;
import io.ticktock.guardrail.budget.LifetimeBudgets;
import io.ticktock.guardrail.policy.Attempt;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.Outcome;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeEvent.EventCase;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * One lifetime under the draft. The control plane asks for verdicts and for leave once in a decision: on all its records
 * first, then for all it schedules, with the totals after those records. So the events of a decision are gathered, and
 * judged when the next one begins.
 */
final class LifetimeSimulation {

    private final DraftPolicies draft;
    private final DraftPolicies.OfGraph graph;
    private final PolicySimulation.Sources sources;
    private final Map<String, String> labels;
    private final Timestamp startedAt;
    private final Consumer<Divergence> divergences;
    private final SimulationFigures figures;

    /** An attempt that the draft was asked about, and what is set aside for it. */
    private record Asked(Attempt attempt, DraftPolicies.OfNode node, Verdict verdict, Amounts reserved) {}

    /** Attempts that were dispatched before a divergence and whose records are to come. */
    private final Map<String, Asked> open = new HashMap<>();

    private final LifetimeBudgets budgets;
    private final List<RecordedEvent> decision = new ArrayList<>();
    private long decisionSeq;
    /** Of the decision's records, and of what it schedules or would have, in order. */
    private final Queue<Verdict> verdicts = new ArrayDeque<>();

    private final Queue<Asked> admissions = new ArrayDeque<>();
    private Totals totals = Totals.getDefaultInstance();
    private boolean hasDiverged;
    private boolean isAvoiding;

    /** @param start its first event */
    LifetimeSimulation(
            DraftPolicies draft,
            PolicySimulation.Sources sources,
            LifetimeEvent start,
            Consumer<Divergence> divergences,
            SimulationFigures figures) {
        Started started = start.getStarted();
        this.draft = draft;
        this.sources = sources;
        this.graph = draft.of(started.getGraph());
        this.labels = started.getLabelsMap();
        this.budgets = draft.budgets(started.getGraph(), labels);
        this.startedAt = start.getTime();
        this.decisionSeq = start.getDecision();
        this.divergences = divergences;
        this.figures = figures;
        // What a fork was when it began is in the log of another lifetime.
        this.hasDiverged = started.hasFork();
    }

    void take(RecordedEvent event) {
        if (event.decision() != decisionSeq) {
            judge();
            decisionSeq = event.decision();
        }
        switch (event.kind()) {
            case ACCEPTED, SCHEDULED, CANCELLED, RESUMED -> decision.add(event);
            case HELD -> {
                // What is held without a verdict is held for a sibling's sake: leave will be asked for it again.
                if (event.verdict() != GuardrailAction.GUARDRAIL_ACTION_UNSPECIFIED) {
                    decision.add(event);
                }
            }
            default -> {}
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
        if (hasDiverged) {
            settle();
        } else {
            long elapsed = Facts.elapsedSeconds(startedAt, decision.get(0).time());
            judgeRecords(elapsed);
            settle();
            askLeave(elapsed);
        }
        for (RecordedEvent event : decision) {
            switch (event.kind()) {
                case ACCEPTED -> accept(event);
                case SCHEDULED -> schedule(event);
                case HELD -> hold(event);
                default -> {}
            }
        }
        decision.clear();
        verdicts.clear();
        admissions.clear();
    }

    private void judgeRecords(long elapsed) {
        for (RecordedEvent event : decision) {
            if (event.kind() == EventCase.ACCEPTED) {
                Asked asked = open.get(event.execId());
                Outcome outcome = outcome(event);
                totals = ProtoTotals.with(totals, outcome.telemetry());
                budgets.use(totals);
                Facts facts = Facts.of(asked.attempt, outcome, totals, labels, elapsed);
                verdicts.add(budgets.judge(draft.evaluate(asked.node.verdict(), facts)));
            }
        }
    }

    /** As it was when the record was judged. */
    private Outcome outcome(RecordedEvent accepted) {
        return accepted.verdict() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION
                ? Outcome.of(sources.rejectedRecords().apply(accepted.execId()))
                : accepted.outcome();
    }

    /** What is set aside by the time at which the decision asks for leave. */
    private void settle() {
        for (RecordedEvent event : decision) {
            switch (event.kind()) {
                case ACCEPTED -> budgets.settle(reserved(open.get(event.execId())));
                case CANCELLED -> budgets.forfeit(reserved(open.remove(event.execId())));
                case RESUMED -> budgets.add(event.event().getResumed().getAdded());
                default -> {}
            }
        }
    }

    private static Amounts reserved(Asked asked) {
        return asked == null ? Amounts.getDefaultInstance() : asked.reserved;
    }

    private void askLeave(long elapsed) {
        BudgetRound round = new BudgetRound(budgets);
        for (RecordedEvent event : decision) {
            if (event.kind() == EventCase.SCHEDULED || event.kind() == EventCase.HELD) {
                admissions.add(askLeave(event, round, elapsed));
            }
        }
    }

    private Asked askLeave(RecordedEvent event, BudgetRound round, long elapsed) {
        DraftPolicies.OfNode node = graph.node(event.node());
        Attempt attempt = new Attempt(event.node(), node.kind(), event.iteration(), event.attempt());
        Verdict conditions = draft.evaluate(node.admission(), Facts.of(attempt, totals, labels, elapsed));
        if (budgets.isEmpty()) {
            return new Asked(attempt, node, conditions, Amounts.getDefaultInstance());
        }
        Verdict verdict = round.ask(event.node(), node.worst(), conditions);
        boolean isReserved = verdict.getAction() == GuardrailAction.GUARDRAIL_ACTION_ALLOW && !round.isStopped();
        Amounts amounts = isReserved ? budgets.amounts(node.worst()) : Amounts.getDefaultInstance();
        budgets.reserve(amounts);
        return new Asked(attempt, node, verdict, amounts);
    }

    private void accept(RecordedEvent event) {
        Asked dispatched = open.remove(event.execId());
        figures.addExecution();
        if (!hasDiverged) {
            figures.addJudged();
            compare(event, dispatched.attempt, Phase.VERDICT, event.verdict(), verdicts.remove());
        } else if (isAvoiding && dispatched == null) {
            figures.addAvoided(
                    event.telemetry().getTokensUsed(), event.telemetry().getCostMicros());
        }
    }

    private void schedule(RecordedEvent event) {
        if (hasDiverged) {
            return;
        }
        boolean isRejected = event.verdict() != GuardrailAction.GUARDRAIL_ACTION_UNSPECIFIED;
        GuardrailAction recorded = isRejected ? event.verdict() : GuardrailAction.GUARDRAIL_ACTION_ALLOW;
        Asked asked = admissions.remove();
        compare(event, asked.attempt, Phase.ADMIT, recorded, asked.verdict);
        if (!hasDiverged) {
            open.put(event.execId(), asked);
        }
    }

    private void hold(RecordedEvent event) {
        if (!hasDiverged) {
            Asked asked = admissions.remove();
            compare(event, asked.attempt, Phase.ADMIT, event.verdict(), asked.verdict);
            budgets.settle(asked.reserved);
        }
    }

    private void compare(RecordedEvent event, Attempt attempt, Phase phase, GuardrailAction recorded, Verdict verdict) {
        for (FiredPolicy fired : verdict.getFiredList()) {
            figures.addFired(fired);
        }
        if (verdict.getAction() == recorded || isOfThoseLeftOut(event, recorded, verdict)) {
            return;
        }
        Divergence divergence = new Divergence(event.event(), event.execId(), attempt, phase, recorded, verdict);
        hasDiverged = true;
        isAvoiding = !divergence.isLaxer();
        figures.addDivergence(verdict.getAction());
        divergences.accept(divergence);
    }

    /** Whether a policy of the draft that cannot be judged was what made it stricter: it is taken to say the same again. */
    private boolean isOfThoseLeftOut(RecordedEvent event, GuardrailAction recorded, Verdict verdict) {
        return verdict.getActionValue() < recorded.getNumber()
                && draft.isLeftOut(recordedVerdict(event.event()).getFiredList());
    }

    private static Verdict recordedVerdict(LifetimeEvent event) {
        return switch (event.getEventCase()) {
            case ACCEPTED -> event.getAccepted().getVerdict();
            case HELD -> event.getHeld().getVerdict();
            default -> event.getScheduled().getRejection();
        };
    }
}
