package io.ticktock.guardrail.budget;

import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetSlice;
import java.util.HashMap;
import java.util.Map;

/**
 * A part of a tenant's budget that this guardrail hands out. What it takes for used is never less than what the tables
 * say, but for messages that came twice; then the tables refuse the decision.
 */
final class Slice {

    /** Set aside, and not yet known to be durable. */
    private record Unconfirmed(long amount, long untilNanos) {}

    private final Map<String, Unconfirmed> unconfirmed = new HashMap<>();
    private long granted;
    private long used;
    /** Counts changes, so that what was read meanwhile is not taken for newer than it is. */
    private long changes;

    long available() {
        return granted - used;
    }

    /** What is set aside for the attempt already; null when nothing is. */
    Long reservedFor(String execId) {
        Unconfirmed known = unconfirmed.get(execId);
        return known == null ? null : known.amount;
    }

    void reserve(String execId, long amount, long untilNanos) {
        used += amount;
        unconfirmed.put(execId, new Unconfirmed(amount, untilNanos));
        changes++;
    }

    void release(String execId) {
        Unconfirmed released = unconfirmed.remove(execId);
        if (released != null) {
            used -= released.amount;
            changes++;
        }
    }

    /** A durable decision did this to it. */
    void charged(BudgetCharge charge) {
        changes++;
        unconfirmed.remove(charge.getExecId());
        // What was used beyond what had been set aside is not of this slice.
        if (charge.getReserved() < 0) {
            used += Math.min(0, charge.getReserved() + charge.getSpent());
        }
    }

    long changes() {
        return changes;
    }

    void forgetUnconfirmed(long nowNanos) {
        unconfirmed.values().removeIf(each -> nowNanos - each.untilNanos > 0);
    }

    boolean isQuiet() {
        return unconfirmed.isEmpty();
    }

    /** What was granted is what the tables say: others may have been granted what lay idle. */
    void granted(BudgetSlice stored) {
        granted = stored.getGranted();
    }

    /** Takes over what the tables say, when nothing is under way that they do not know of. */
    void agree(BudgetSlice stored) {
        granted = stored.getGranted();
        used = stored.getReserved() + stored.getSpent();
    }
}
