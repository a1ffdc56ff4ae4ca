package io.ticktock.state;

import io.ticktock.proto.v1.BudgetCharge;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Charges to budgets as the arrays of a statement: tenant_id, lifetime_id, budget, bucket, slice_id, reserved, spent, overdraft. */
final class ChargeColumns {

    /**
     * The part of a statement that charges what its {@code charge} names. All who change several slices lock them in the
     * order of their key first, so that none of them wait for each other in a circle.
     */
    static final String CHARGE_SLICES = """
            charged_slice AS MATERIALIZED (
                SELECT s.tenant_id, s.budget, s.bucket, s.slice_id, c.reserved, c.spent, c.overdraft
                FROM (
                    SELECT tenant_id, budget, bucket, slice_id, sum(reserved)::bigint AS reserved,
                        sum(spent)::bigint AS spent, sum(overdraft)::bigint AS overdraft
                    FROM charge
                    GROUP BY tenant_id, budget, bucket, slice_id) c
                JOIN budget_slices s USING (tenant_id, budget, bucket, slice_id)
                ORDER BY s.tenant_id, s.budget, s.bucket, s.slice_id
                FOR NO KEY UPDATE OF s),
            charged AS (
                UPDATE budget_slices s
                SET reserved = s.reserved + c.reserved, spent = s.spent + c.spent, overdraft = s.overdraft + c.overdraft
                FROM charged_slice c
                WHERE s.tenant_id = c.tenant_id AND s.budget = c.budget AND s.bucket = c.bucket
                    AND s.slice_id = c.slice_id)
            """.stripTrailing();

    private final List<String> tenants = new ArrayList<>();
    private final List<UUID> lifetimes = new ArrayList<>();
    private final List<String> budgets = new ArrayList<>();
    private final List<OffsetDateTime> buckets = new ArrayList<>();
    private final List<String> slices = new ArrayList<>();
    private final List<Long> reserved = new ArrayList<>();
    private final List<Long> spent = new ArrayList<>();
    private final List<Long> overdrafts = new ArrayList<>();

    void add(LifetimeIdentity lifetime, List<BudgetCharge> charges) {
        for (BudgetCharge charge : charges) {
            tenants.add(lifetime.tenantId());
            lifetimes.add(lifetime.lifetimeId());
            budgets.add(charge.getBudget());
            buckets.add(Stored.time(charge.getBucket()));
            slices.add(charge.getSliceId());
            reserved.add(charge.getReserved());
            spent.add(charge.getSpent());
            overdrafts.add(overdraft(charge));
        }
    }

    void addTo(List<Object> parameters) {
        parameters.add(tenants.toArray(String[]::new));
        parameters.add(lifetimes.toArray(UUID[]::new));
        parameters.add(budgets.toArray(String[]::new));
        parameters.add(buckets.toArray(OffsetDateTime[]::new));
        parameters.add(slices.toArray(String[]::new));
        parameters.add(reserved.toArray(Long[]::new));
        parameters.add(spent.toArray(Long[]::new));
        parameters.add(overdrafts.toArray(Long[]::new));
    }

    /** What is used beyond what was set aside: it has happened, so it cannot be refused any more. */
    static long overdraft(BudgetCharge charge) {
        return charge.getReserved() > 0 ? 0 : Math.max(0, charge.getReserved() + charge.getSpent());
    }
}
