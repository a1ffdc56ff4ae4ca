package io.ticktock.guardrail.budget;

import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.proto.v1.SliceReservation;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Optional;

/** Where what is set aside of tenants' budgets comes from: the ledger; or the log, when a decision is computed again. */
public interface TenantBudgets {

    /**
     * What became of a wish to set something aside.
     *
     * @param reserved empty when not enough was left
     * @param used what of the budget is used or set aside, as far as known; of use when nothing was reserved
     */
    record Outcome(Optional<SliceReservation> reserved, long used) {}

    /**
     * Sets this amount aside for an attempt; once, however often it is asked for the same attempt.
     *
     * @param now the time of the decision, which tells the part of the window
     */
    Future<Outcome> reserve(BudgetPolicy budget, String tenantId, String execId, long amount, Instant now);

    /** The attempt is not scheduled after all. */
    void release(String tenantId, String execId, SliceReservation reservation);
}
