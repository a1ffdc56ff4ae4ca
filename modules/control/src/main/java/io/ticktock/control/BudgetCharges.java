package io.ticktock.control;

import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import java.util.ArrayList;
import java.util.List;

/** What a decision does to the slices of the tenant's budgets: written in the transaction of its events. */
final class BudgetCharges {

    private BudgetCharges() {}

    /** Sets the worst case of an attempt aside. */
    static List<BudgetCharge> reserve(Scheduled attempt) {
        List<BudgetCharge> charges = new ArrayList<>();
        for (SliceReservation slice : attempt.getReservation().getSlicesList()) {
            charges.add(charge(attempt, slice).setReserved(slice.getAmount()).build());
        }
        return charges;
    }

    /** Puts what an attempt really used in the place of its worst case. */
    static List<BudgetCharge> settle(Scheduled attempt, Amounts used) {
        List<BudgetCharge> charges = new ArrayList<>();
        for (SliceReservation slice : attempt.getReservation().getSlicesList()) {
            charges.add(charge(attempt, slice)
                    .setReserved(-slice.getAmount())
                    .setSpent(of(slice.getMetric(), used))
                    .build());
        }
        return charges;
    }

    /** Takes the worst case of an attempt for used: nobody will know better. */
    static List<BudgetCharge> forfeit(Scheduled attempt) {
        return settle(attempt, attempt.getReservation().getAmounts());
    }

    /** What was set aside for an attempt that is not scheduled after all. */
    static List<BudgetCharge> nothing(String execId, Reservation reservation) {
        List<BudgetCharge> charges = new ArrayList<>();
        for (SliceReservation slice : reservation.getSlicesList()) {
            charges.add(charge(execId, slice).build());
        }
        return charges;
    }

    private static BudgetCharge.Builder charge(Scheduled attempt, SliceReservation slice) {
        return charge(attempt.getExecId(), slice);
    }

    private static BudgetCharge.Builder charge(String execId, SliceReservation slice) {
        return BudgetCharge.newBuilder()
                .setBudget(slice.getBudget())
                .setBucket(slice.getBucket())
                .setSliceId(slice.getSliceId())
                .setExecId(execId);
    }

    private static long of(BudgetMetric metric, Amounts amounts) {
        return switch (metric) {
            case BUDGET_METRIC_EXECUTIONS -> amounts.getExecutions();
            case BUDGET_METRIC_TOKENS_USED -> amounts.getTokensUsed();
            case BUDGET_METRIC_COST_USD -> amounts.getCostMicros();
            case BUDGET_METRIC_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalStateException("a reservation says nothing of what it counts");
        };
    }
}
