package io.ticktock.guardrail.simulation;

import io.ticktock.guardrail.budget.Budgets;
import io.ticktock.guardrail.budget.TenantBudgets;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.Facts;
import io.ticktock.guardrail.policy.Phase;
import io.ticktock.guardrail.policy.PolicyEvaluator;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictRequest;
import io.ticktock.proto.v1.VerdictResponse;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The draft, as far as the log of a lifetime tells what it looks at: what it says, it says at once. */
final class DraftPolicies {

    private final PolicyEvaluator evaluator;
    private final Set<String> leftOut;
    private final Budgets budgets = new Budgets(new NoTenantBudgets());

    DraftPolicies(PolicySet policies) {
        PolicySet judged = policies.ofLogs();
        this.evaluator = new PolicyEvaluator(judged);
        this.leftOut = new HashSet<>(policies.actions().keySet());
        this.leftOut.removeAll(judged.actions().keySet());
    }

    boolean isLeftOut(String policy) {
        return leftOut.contains(policy);
    }

    /** What its conditions say. */
    Verdict evaluate(GraphReference graph, Phase phase, Facts facts) {
        return evaluator.evaluate(graph, phase, facts);
    }

    boolean hasBudgets() {
        return !evaluator.set().budgets().isEmpty();
    }

    /** What its conditions and budgets say of records. */
    List<Verdict> judge(VerdictRequest request, List<Verdict> conditions) {
        VerdictResponse response =
                VerdictResponse.newBuilder().addAllVerdicts(conditions).build();
        return budgets.judge(evaluator.set(), request, response).getVerdictsList();
    }

    /** What its conditions and budgets say of attempts, and what is set aside for them. */
    AdmissionResponse admit(AdmissionRequest request, List<Verdict> conditions) {
        AdmissionResponse response =
                AdmissionResponse.newBuilder().addAllVerdicts(conditions).build();
        // Complete: only for budgets of tenants somebody else has to be asked.
        return budgets.admit(evaluator.set(), request, response).result();
    }

    private record NoTenantBudgets() implements TenantBudgets {

        @Override
        public Future<Outcome> reserve(BudgetPolicy budget, String tenantId, String execId, long amount, Instant now) {
            throw new IllegalStateException("budget " + budget.name() + " is of a tenant");
        }

        @Override
        public void release(String tenantId, String execId, SliceReservation reservation) {
            throw new IllegalStateException("nothing was reserved");
        }
    }
}
