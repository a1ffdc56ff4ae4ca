package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What follows from some inputs.
 *
 * @param events to append, in order
 * @param commands to carry out once the events are durable
 * @param consumedSignals ids of the signals that were inputs
 * @param refusedSignals those of them that could not be obeyed, and why
 * @param outgoing signals to other lifetimes, to be written with the events
 * @param charges to the tenant's budgets, to be written with the events
 * @param waits for people and workers that begin and end, to be written with the events
 * @param headChanged whether the head row is to be written
 */
record Decision(
        List<LifetimeEvent> events,
        List<Command> commands,
        List<String> consumedSignals,
        Map<String, Failure> refusedSignals,
        List<Signal> outgoing,
        List<BudgetCharge> charges,
        WaitChanges waits,
        boolean headChanged) {

    /** What the guardrails have to admit before the events may be appended. */
    List<Scheduled> candidates() {
        List<Scheduled> candidates = new ArrayList<>(events.size());
        for (LifetimeEvent event : events) {
            if (event.hasScheduled()) {
                candidates.add(event.getScheduled());
            }
        }
        return candidates;
    }

    /** The ids of the records that it accepts, in order. */
    List<String> accepted() {
        List<String> accepted = new ArrayList<>(events.size());
        for (LifetimeEvent event : events) {
            if (event.hasAccepted()) {
                accepted.add(event.getAccepted().getExecId());
            }
        }
        return accepted;
    }

    /**
     * The same, with a note of the policies that admitted what it schedules and of what was set aside for it. What it
     * schedules and closes again is never dispatched, and needs nothing.
     */
    Decision admitted(Admission admission, LifetimeState state) {
        if (admission.policyDigest().isEmpty()) {
            return this;
        }
        List<BudgetCharge> allCharges = new ArrayList<>(charges);
        List<LifetimeEvent> noted = new ArrayList<>(events.size());
        for (LifetimeEvent event : events) {
            if (!event.hasScheduled()) {
                noted.add(event);
                continue;
            }
            boolean isOpen = state.openAttempt(event.getScheduled().getExecId()) != null;
            Scheduled scheduled = admission.noted(event.getScheduled(), isOpen);
            noted.add(event.toBuilder().setScheduled(scheduled).build());
            if (isOpen) {
                allCharges.addAll(BudgetCharges.reserve(scheduled));
                state.admit(scheduled);
            }
        }
        return new Decision(noted, commands, consumedSignals, refusedSignals, outgoing, allCharges, waits, headChanged);
    }

    boolean changesNothing() {
        return events.isEmpty() && consumedSignals.isEmpty();
    }
}
