package io.ticktock.control;

import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Verdict;
import java.util.Map;

/**
 * What the guardrails said of the attempts that a decision would schedule.
 *
 * @param refusals those that are not admitted, by exec_id
 * @param reservations what was set aside for those of the others to which budgets apply, by exec_id
 * @param policyDigest of the policy set that was asked; empty when there was none
 */
record Admission(Map<String, Verdict> refusals, Map<String, Reservation> reservations, String policyDigest) {

    /** Of a decision that schedules nothing. */
    static final Admission NOT_NEEDED = new Admission(Map.of(), Map.of(), "");

    boolean admitsAll() {
        return refusals.isEmpty();
    }
}
