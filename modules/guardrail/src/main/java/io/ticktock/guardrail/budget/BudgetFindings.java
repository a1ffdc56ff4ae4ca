package io.ticktock.guardrail.budget;

import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.Metric;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is told of a budget that refuses something. */
final class BudgetFindings {

    private BudgetFindings() {}

    /** Less is left than the attempt may use. */
    static FiredPolicy exceeded(BudgetPolicy budget, String nodeId, long used, long needed, long limit) {
        Metric metric = budget.metric();
        String what = metric.format(used) + " of " + metric.format(limit) + " " + metric.word()
                + " is used or set aside" + ofWhat(budget) + ", and " + nodeId + " may use " + metric.format(needed);
        return fired(budget, what)
                .putInputs("used", metric.format(used))
                .putInputs("needed", metric.format(needed))
                .setObserved(metric.format(used + needed))
                .setLimit(metric.format(limit))
                .build();
    }

    /** The node does not say what an attempt may use. */
    static FiredPolicy undeclared(BudgetPolicy budget, String nodeId) {
        return fired(
                        budget,
                        nodeId + " declares no " + budget.metric().declaredAs()
                                + "; add limits to the node, or undeclared to the budget")
                .build();
    }

    /** More was used than is allowed. */
    static FiredPolicy overspent(BudgetPolicy budget, long used, long limit) {
        Metric metric = budget.metric();
        String what = metric.format(used) + " " + metric.word() + " is used, and the limit is " + metric.format(limit);
        return fired(budget, what)
                .putInputs("used", metric.format(used))
                .setObserved(metric.format(used))
                .setLimit(metric.format(limit))
                .build();
    }

    private static String ofWhat(BudgetPolicy budget) {
        return budget.window().map(window -> " in this window (" + window + ")").orElse("");
    }

    private static FiredPolicy.Builder fired(BudgetPolicy budget, String what) {
        String message = budget.message().isEmpty() ? what : budget.message() + ": " + what;
        return FiredPolicy.newBuilder()
                .setName(budget.name())
                .setScope(budget.scope())
                .setAction(budget.action())
                .setMessage(message);
    }

    /** The verdict with these findings as well: the strictest action wins. */
    static Verdict add(Verdict verdict, List<FiredPolicy> findings) {
        if (findings.isEmpty()) {
            return verdict;
        }
        List<FiredPolicy> fired = new ArrayList<>(verdict.getFiredList());
        fired.addAll(findings);
        // Stable: conditions come before budgets of the same action.
        fired.sort(Comparator.comparingInt(FiredPolicy::getActionValue).reversed());
        Verdict.Builder all = verdict.toBuilder().clearFired().addAllFired(fired);
        if (fired.get(0).getActionValue() > verdict.getActionValue()) {
            all.setAction(fired.get(0).getAction())
                    .setReason("budget: " + fired.get(0).getName() + ": "
                            + fired.get(0).getMessage()
                            + (fired.size() > 1 ? " (and " + (fired.size() - 1) + " more)" : ""));
        }
        return all.build();
    }
}
