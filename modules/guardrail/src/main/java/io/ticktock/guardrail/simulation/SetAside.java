package io.ticktock.guardrail.simulation;

import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetUse;
import io.ticktock.proto.v1.Reservation;
import java.util.HashMap;
import java.util.Map;

/** What the draft's budgets would count of one lifetime beside its totals. */
final class SetAside {

    private final Map<String, Amounts> byAttempt = new HashMap<>();
    private Amounts reserved = Amounts.getDefaultInstance();
    private Amounts forfeited = Amounts.getDefaultInstance();
    private Amounts added = Amounts.getDefaultInstance();

    void reserve(String execId, Reservation reservation) {
        if (reservation.hasAmounts()) {
            byAttempt.put(execId, reservation.getAmounts());
            reserved = sum(reserved, reservation.getAmounts(), 1);
        }
    }

    /** Its record is there: what it used is in the totals. */
    void settle(String execId) {
        reserved = sum(reserved, take(execId), -1);
    }

    /** It was cancelled: nobody will know what it used. */
    void forfeit(String execId) {
        Amounts amounts = take(execId);
        reserved = sum(reserved, amounts, -1);
        forfeited = sum(forfeited, amounts, 1);
    }

    void add(Amounts more) {
        added = sum(added, more, 1);
    }

    BudgetUse use() {
        return BudgetUse.newBuilder()
                .setReserved(reserved)
                .setForfeited(forfeited)
                .setAdded(added)
                .build();
    }

    private Amounts take(String execId) {
        Amounts amounts = byAttempt.remove(execId);
        return amounts == null ? Amounts.getDefaultInstance() : amounts;
    }

    private static Amounts sum(Amounts one, Amounts other, int sign) {
        if (other.equals(Amounts.getDefaultInstance())) {
            return one;
        }
        return Amounts.newBuilder()
                .setExecutions(one.getExecutions() + sign * other.getExecutions())
                .setTokensUsed(one.getTokensUsed() + sign * other.getTokensUsed())
                .setCostMicros(one.getCostMicros() + sign * other.getCostMicros())
                .build();
    }
}
