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
    private boolean overdrawn;

    /** How it was when the tables were asked. */
    record Snapshot(long used, long unconfirmed) {

        /** Of a slice that is not there yet. */
        static final Snapshot NOTHING = new Snapshot(0, 0);
    }

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
    }

    void release(String execId) {
        Unconfirmed released = unconfirmed.remove(execId);
        if (released != null) {
            used -= released.amount;
        }
    }

    /** A durable decision did this to it. Nothing at all: what was set aside is not needed. */
    void charged(BudgetCharge charge) {
        if (charge.getReserved() == 0 && charge.getSpent() == 0) {
            release(charge.getExecId());
            return;
        }
        unconfirmed.remove(charge.getExecId());
        if (charge.getReserved() <= 0) {
            long over = charge.getReserved() + charge.getSpent();
            used += Math.min(0, over);
            // That is not of this slice, but of the budget.
            overdrawn |= over > 0;
        }
    }

    /** Whether attempts used more than was set aside for them, and the tables have not been asked since what is left. */
    boolean isOverdrawn() {
        return overdrawn;
    }

    /** The tables were asked, and there is something left. */
    void forgetOverdraft() {
        overdrawn = false;
    }

    Snapshot snapshot() {
        return new Snapshot(
                used,
                unconfirmed.values().stream().mapToLong(Unconfirmed::amount).sum());
    }

    /** What was not written by now never is; the tables are about to say what is. */
    void forgetUnconfirmed(long nowNanos) {
        unconfirmed.values().removeIf(each -> nowNanos - each.untilNanos > 0);
    }

    boolean isQuiet() {
        return unconfirmed.isEmpty();
    }

    /**
     * Takes over what the tables say: others may have been granted what lay idle here, and messages may have been lost. Of
     * what was unconfirmed when they were asked, they may know all or nothing; what has changed since is known here alone.
     */
    void agree(BudgetSlice stored, Snapshot asked) {
        granted = stored.getGranted();
        long least = stored.getReserved() + stored.getSpent() + used - asked.used;
        used = Math.min(Math.max(used, least), least + asked.unconfirmed);
    }
}
