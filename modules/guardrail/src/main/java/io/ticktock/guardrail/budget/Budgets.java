package io.ticktock.guardrail.budget;

import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.policy.RunningTotals;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What budgets add to what conditions say. */
public final class Budgets {

    private final TenantBudgets tenants;

    /** @param tenants where what is set aside of tenants' budgets comes from */
    public Budgets(TenantBudgets tenants) {
        this.tenants = tenants;
    }

    /**
     * Sets the worst case of each candidate aside, or refuses it, in order. Fails when a tenant's budget cannot be asked:
     * then nothing may be dispatched.
     *
     * @param conditions what the set's conditions say of the candidates
     */
    public Future<AdmissionResponse> admit(PolicySet set, AdmissionRequest request, AdmissionResponse conditions) {
        List<BudgetPolicy> budgets = applicable(set, request.getGraph(), request.getLabelsMap());
        if (budgets.isEmpty()) {
            return Future.succeededFuture(conditions);
        }
        return new BudgetAdmission(set, budgets, tenants, request, conditions).decide();
    }

    /**
     * Sees whether a lifetime has used more than its budget, since attempts used more than was set aside for them.
     *
     * @param conditions what the set's conditions say of the records
     */
    public VerdictResponse judge(PolicySet set, VerdictRequest request, VerdictResponse conditions) {
        List<BudgetPolicy> budgets = applicable(set, request.getGraph(), request.getLabelsMap()).stream()
                .filter(budget -> !budget.isOfTenant())
                .toList();
        if (budgets.isEmpty()) {
            return conditions;
        }
        RunningTotals totals = new RunningTotals(request.getTotals());
        VerdictResponse.Builder judged = VerdictResponse.newBuilder();
        for (int i = 0; i < conditions.getVerdictsCount(); i++) {
            totals.add(request.getRecords(i));
            judged.addVerdicts(judge(budgets, request, conditions.getVerdicts(i), totals.totals()));
        }
        return judged.build();
    }

    private static Verdict judge(List<BudgetPolicy> budgets, VerdictRequest request, Verdict verdict, Totals totals) {
        List<FiredPolicy> fired = new ArrayList<>();
        for (BudgetPolicy budget : budgets) {
            long used = budget.metric().of(totals)
                    + budget.metric().of(request.getBudgetUse().getForfeited());
            long limit = BudgetFindings.limit(budget, request.getBudgetUse());
            if (used > limit) {
                fired.add(BudgetFindings.overspent(budget, used, limit));
            }
        }
        return BudgetFindings.add(verdict, fired);
    }

    private static List<BudgetPolicy> applicable(PolicySet set, GraphReference graph, Map<String, String> labels) {
        if (set.budgets().isEmpty()) {
            return List.of();
        }
        return set.budgets().stream()
                .filter(budget -> budget.includes(graph, labels))
                .toList();
    }
}
