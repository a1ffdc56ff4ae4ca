package io.ticktock.guardrail.budget;

import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WorstCase;

/** One request for leave to dispatch, candidate by candidate: those behind one that stops the lifetime are not asked about. */
public final class BudgetRound {

    private final LifetimeBudgets budgets;
    private boolean isStopped;

    public BudgetRound(LifetimeBudgets budgets) {
        this.budgets = budgets;
    }

    /** Whether a candidate pauses or ends the lifetime: those behind it are not scheduled, whatever is said of them. */
    public boolean isStopped() {
        return isStopped;
    }

    /**
     * The verdict on the next candidate, as far as it can be told without asking for the tenant. What is let go on is then to
     * be set aside.
     *
     * @param conditions what conditions say of it
     */
    public Verdict ask(String nodeId, WorstCase worst, Verdict conditions) {
        boolean isAllowed = conditions.getAction() == GuardrailAction.GUARDRAIL_ACTION_ALLOW;
        return note(
                isStopped || !isAllowed ? conditions : BudgetFindings.add(conditions, budgets.refusals(nodeId, worst)));
    }

    /** Takes into account what was said of the candidate in the end. */
    Verdict note(Verdict verdict) {
        GuardrailAction action = verdict.getAction();
        isStopped |= action != GuardrailAction.GUARDRAIL_ACTION_ALLOW
                && action != GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION;
        return verdict;
    }
}
