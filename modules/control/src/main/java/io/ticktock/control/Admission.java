package io.ticktock.control;

import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the guardrails said of the attempts that a decision would schedule.
 *
 * @param verdicts on each, by exec_id
 * @param reservations what was set aside for those to which budgets apply, by exec_id
 * @param policyDigest of the policy set that was asked; empty when there was none
 */
record Admission(Map<String, Verdict> verdicts, Map<String, Reservation> reservations, String policyDigest) {

    /** Of a decision that schedules nothing. */
    static final Admission NOT_NEEDED = new Admission(Map.of(), Map.of(), "");

    /** The response holds a verdict for each candidate. */
    static Admission of(List<Scheduled> candidates, AdmissionResponse response) {
        Map<String, Verdict> verdicts = new HashMap<>();
        Map<String, Reservation> reservations = new HashMap<>();
        for (int i = 0; i < candidates.size(); i++) {
            String execId = candidates.get(i).getExecId();
            verdicts.put(execId, response.getVerdicts(i));
            if (i < response.getReservationsCount()
                    && response.getReservations(i).hasAmounts()) {
                reservations.put(execId, response.getReservations(i));
            }
        }
        return new Admission(verdicts, reservations, response.getPolicyDigest());
    }

    /** What must not be scheduled, by exec_id. */
    Map<String, Verdict> refusals() {
        Map<String, Verdict> refusals = new HashMap<>();
        verdicts.forEach((execId, verdict) -> {
            if (verdict.getAction() != GuardrailAction.GUARDRAIL_ACTION_ALLOW) {
                refusals.put(execId, verdict);
            }
        });
        return refusals;
    }

    /**
     * What was set aside and is not needed: for what a refusal of another one ended, or for a decision that is not made.
     *
     * @param charges of the decision
     */
    List<BudgetCharge> notNeeded(List<BudgetCharge> charges) {
        Set<String> needed = charges.stream().map(BudgetCharge::getExecId).collect(Collectors.toSet());
        List<BudgetCharge> notNeeded = new ArrayList<>();
        reservations.forEach((execId, reservation) -> {
            if (!needed.contains(execId)) {
                notNeeded.addAll(BudgetCharges.nothing(execId, reservation));
            }
        });
        return notNeeded;
    }

    /**
     * With a note of what let the attempt through, and of what was seen then that no log holds.
     *
     * @param needsRoom whether it stays open behind its decision, so that what was set aside for it is needed
     */
    Scheduled noted(Scheduled scheduled, boolean needsRoom) {
        Scheduled.Builder noted = scheduled.toBuilder().setAdmissionDigest(policyDigest);
        Verdict verdict = verdicts.get(scheduled.getExecId());
        if (verdict != null && !scheduled.hasRejection()) {
            noted.addAllAdmissionWindows(verdict.getWindowsList());
        }
        Reservation reservation = reservations.get(scheduled.getExecId());
        if (needsRoom && reservation != null) {
            noted.setReservation(reservation);
        }
        return noted.build();
    }
}
