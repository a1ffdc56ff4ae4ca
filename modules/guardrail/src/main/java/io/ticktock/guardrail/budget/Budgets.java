package io.ticktock.guardrail.budget;

import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.policy.RunningTotals;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import io.vertx.core.Future;
import java.util.function.LongSupplier;

/** What budgets add to what conditions say. */
public final class Budgets {

    private final TenantBudgets tenants;
    private final TenantTurns turns;
    private final LongSupplier nanoTime;

    /**
     * @param tenants where what is set aside of tenants' budgets comes from
     * @param nanoTime what it measures by how long anybody waits
     */
    public Budgets(TenantBudgets tenants, LongSupplier nanoTime) {
        this.tenants = tenants;
        this.turns = new TenantTurns(nanoTime);
        this.nanoTime = nanoTime;
    }

    /**
     * Sets the worst case of each candidate aside, or refuses it, in order. Fails when a tenant's budget cannot be asked:
     * then nothing may be dispatched.
     *
     * @param conditions what the set's conditions say of the candidates
     */
    public Future<AdmissionResponse> admit(PolicySet set, AdmissionRequest request, AdmissionResponse conditions) {
        LifetimeBudgets budgets = LifetimeBudgets.of(set, request.getGraph(), request.getLabelsMap());
        if (budgets.isEmpty()) {
            return Future.succeededFuture(conditions);
        }
        budgets.use(request.getTotals());
        budgets.count(request.getBudgetUse());
        BudgetAdmission admission = new BudgetAdmission(set.prices(), budgets, tenants, request, conditions, nanoTime);
        return budgets.ofTenant().isEmpty() ? admission.decide() : turns.take(request.getTenantId(), admission::decide);
    }

    /**
     * Sees whether a lifetime has used more than its budget, since attempts used more than was set aside for them.
     *
     * @param conditions what the set's conditions say of the records
     */
    public VerdictResponse judge(PolicySet set, VerdictRequest request, VerdictResponse conditions) {
        LifetimeBudgets budgets = LifetimeBudgets.of(set, request.getGraph(), request.getLabelsMap());
        if (budgets.hasNoneOfItsOwn()) {
            return conditions;
        }
        budgets.count(request.getBudgetUse());
        RunningTotals totals = new RunningTotals(request.getTotals());
        VerdictResponse.Builder judged = VerdictResponse.newBuilder();
        for (int i = 0; i < conditions.getVerdictsCount(); i++) {
            totals.add(request.getRecords(i));
            budgets.use(totals.totals());
            judged.addVerdicts(budgets.judge(conditions.getVerdicts(i)));
        }
        return judged.build();
    }
}
