package io.ticktock.guardrail;

import io.ticktock.guardrail.budget.TenantBudgets;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.proto.v1.FiredPolicy;
import io.ticktock.proto.v1.GuardrailQuestion;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What was left of tenants' budgets, as far as the log of a lifetime tells: the slices it got, or why it got none. */
final class BudgetsOfThen implements TenantBudgets {

    private final GuardrailQuestion question;
    private final Map<String, Integer> placeOf = new HashMap<>();

    BudgetsOfThen(GuardrailQuestion question) {
        this.question = question;
        List<Scheduled> candidates = question.getAdmission().getCandidatesList();
        for (int i = 0; i < candidates.size(); i++) {
            placeOf.put(candidates.get(i).getExecId(), i);
        }
    }

    @Override
    public Future<Outcome> reserve(Wish wish) {
        int place = placeOf.get(wish.execId());
        return Future.succeededFuture(refused(wish.budget(), place)
                .map(used -> new Outcome(Optional.empty(), used))
                .orElseGet(() -> new Outcome(Optional.of(slice(wish.budget(), place, wish.amount())), 0)));
    }

    /** What was used when this budget refused the attempt; empty when it did not. */
    private Optional<Long> refused(BudgetPolicy budget, int place) {
        for (FiredPolicy fired : question.getRecorded(place).getFiredList()) {
            String used = fired.getInputsMap().get("used");
            if (fired.getName().equals(budget.name()) && used != null) {
                return Optional.of(budget.metric().parse(used).orElseThrow());
            }
        }
        return Optional.empty();
    }

    /** Of an attempt that its decision closed again no slice is noted; none is needed then. */
    private SliceReservation slice(BudgetPolicy budget, int place, long amount) {
        return question.getReservations(place).getSlicesList().stream()
                .filter(slice -> slice.getBudget().equals(budget.key()))
                .findFirst()
                .orElse(SliceReservation.getDefaultInstance())
                .toBuilder()
                .setAmount(amount)
                .build();
    }

    @Override
    public void release(String tenantId, String execId, SliceReservation reservation) {
        // Nothing was taken from anybody.
    }
}
