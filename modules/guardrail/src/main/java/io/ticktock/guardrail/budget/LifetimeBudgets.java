package io.ticktock.guardrail.budget;

import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.Metric;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.policy.Prices;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetUse;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.WorstCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The budgets that limit one lifetime, and what is counted for it: used, set aside, forfeited and added. For one thread. */
public final class LifetimeBudgets {

    private final List<BudgetPolicy> own;
    private final List<BudgetPolicy> ofTenant;
    private final Prices prices;

    private Totals used = Totals.getDefaultInstance();
    private final Sums reserved = new Sums();
    private final Sums forfeited = new Sums();
    private final Sums added = new Sums();

    private LifetimeBudgets(List<BudgetPolicy> own, List<BudgetPolicy> ofTenant, Prices prices) {
        this.own = own;
        this.ofTenant = ofTenant;
        this.prices = prices;
    }

    /** Those of the set that limit a lifetime of this graph with these labels; nothing is counted yet. */
    public static LifetimeBudgets of(PolicySet set, GraphReference graph, Map<String, String> labels) {
        List<BudgetPolicy> own = new ArrayList<>();
        List<BudgetPolicy> ofTenant = new ArrayList<>();
        for (BudgetPolicy budget : set.budgets()) {
            if (budget.includes(graph, labels)) {
                (budget.isOfTenant() ? ofTenant : own).add(budget);
            }
        }
        return new LifetimeBudgets(own, ofTenant, set.prices());
    }

    /** Whether nothing limits it. */
    public boolean isEmpty() {
        return own.isEmpty() && ofTenant.isEmpty();
    }

    /** Whether no budget is its own: what is left limits its tenant. */
    boolean hasNoneOfItsOwn() {
        return own.isEmpty();
    }

    List<BudgetPolicy> ofTenant() {
        return ofTenant;
    }

    /** What its accepted executions add up to from now on. */
    public void use(Totals totals) {
        used = totals;
    }

    /** Counts what is counted elsewhere. */
    void count(BudgetUse use) {
        reserved.add(use.getReserved(), 1);
        forfeited.add(use.getForfeited(), 1);
        added.add(use.getAdded(), 1);
    }

    /** Sets amounts aside. */
    public void reserve(Amounts amounts) {
        reserved.add(amounts, 1);
    }

    /** The record of an attempt is there, for which this was set aside: what it used is in the totals. */
    public void settle(Amounts amounts) {
        reserved.add(amounts, -1);
    }

    /** An attempt was cancelled, for which this was set aside: nobody will know what it used. */
    public void forfeit(Amounts amounts) {
        reserved.add(amounts, -1);
        forfeited.add(amounts, 1);
    }

    /** Raises the budgets. */
    public void add(Amounts amounts) {
        added.add(amounts, 1);
    }

    /** Of amounts, by metric. */
    private static final class Sums {

        private long executions;
        private long tokensUsed;
        private long costMicros;

        /** @param sign -1 takes them away */
        void add(Amounts amounts, int sign) {
            executions += sign * amounts.getExecutions();
            tokensUsed += sign * amounts.getTokensUsed();
            costMicros += sign * amounts.getCostMicros();
        }

        long of(Metric metric) {
            return switch (metric) {
                case EXECUTIONS -> executions;
                case TOKENS_USED -> tokensUsed;
                case COST_USD -> costMicros;
            };
        }
    }

    /** What to set aside for an attempt. */
    public Amounts amounts(WorstCase worst) {
        Amounts.Builder amounts = Amounts.newBuilder();
        for (Metric metric : Metric.values()) {
            OptionalLong declared = metric.declared(worst, prices);
            metric.set(amounts, declared.isPresent() ? declared.getAsLong() : undeclared(metric));
        }
        return amounts.build();
    }

    /** The most that any budget takes an attempt to use which does not say. */
    private long undeclared(Metric metric) {
        return Math.max(undeclared(own, metric), undeclared(ofTenant, metric));
    }

    private static long undeclared(List<BudgetPolicy> budgets, Metric metric) {
        long most = 0;
        for (BudgetPolicy budget : budgets) {
            if (budget.metric() == metric) {
                most = Math.max(most, budget.undeclared().orElse(0));
            }
        }
        return most;
    }

    /** Why an attempt may not be dispatched, as far as that can be said without asking for the tenant. */
    List<FiredPolicy> refusals(String nodeId, WorstCase worst) {
        List<FiredPolicy> refusals = new ArrayList<>(0);
        for (BudgetPolicy budget : own) {
            OptionalLong needed = budget.worstCase(worst, prices);
            long taken = spent(budget.metric()) + reserved.of(budget.metric());
            if (needed.isEmpty()) {
                refusals.add(BudgetFindings.undeclared(budget, nodeId));
            } else if (taken + needed.getAsLong() > limit(budget)) {
                refusals.add(BudgetFindings.exceeded(budget, nodeId, taken, needed.getAsLong(), limit(budget)));
            }
        }
        for (BudgetPolicy budget : ofTenant) {
            if (budget.worstCase(worst, prices).isEmpty()) {
                refusals.add(BudgetFindings.undeclared(budget, nodeId));
            }
        }
        return refusals;
    }

    /** The verdict on a record that is in what is used, with the budgets of its own that it has used more than. */
    public Verdict judge(Verdict conditions) {
        List<FiredPolicy> fired = new ArrayList<>(0);
        for (BudgetPolicy budget : own) {
            long spent = spent(budget.metric());
            // An attempt is one execution: it never uses more of them than was set aside, and rejected ones count too.
            if (spent > limit(budget) && budget.metric() != Metric.EXECUTIONS) {
                fired.add(BudgetFindings.overspent(budget, spent, limit(budget)));
            }
        }
        return BudgetFindings.add(conditions, fired);
    }

    private long spent(Metric metric) {
        return metric.of(used) + forfeited.of(metric);
    }

    /** With what it was raised by. */
    private long limit(BudgetPolicy budget) {
        return Math.addExact(budget.limit(), added.of(budget.metric()));
    }
}
