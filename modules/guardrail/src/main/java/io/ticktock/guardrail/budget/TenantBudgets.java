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
     * For an amount of a tenant's budget, for an attempt.
     *
     * @param promised what was set aside of the budget for other attempts of the same decision
     * @param now the time of the decision, which tells the part of the window
     * @param untilNanos on the monotonic clock of the process: how long it may take to see whether others use what they were promised
     */
    record Wish(
            BudgetPolicy budget,
            String tenantId,
            String execId,
            long amount,
            long promised,
            Instant now,
            long untilNanos) {}

    /**
     * Sets an amount aside; once, however often it is asked for the same attempt. One wish of a tenant at a time. Fails when
     * it cannot be told whether so much is left.
     */
    Future<Outcome> reserve(Wish wish);

    /** The attempt is not scheduled after all. */
    void release(String tenantId, String execId, SliceReservation reservation);
}
