package io.ticktock.control;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The events of one decision as they are in the log. */
record RecordedDecision(List<LifetimeEvent> events) {

    /** Splits a log, or a part of one that begins with a decision; the last of them may go on behind it. */
    static List<RecordedDecision> of(List<LifetimeEvent> log) {
        List<RecordedDecision> decisions = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= log.size(); i++) {
            if (i == log.size() || log.get(i).getDecision() != log.get(from).getDecision()) {
                decisions.add(new RecordedDecision(log.subList(from, i)));
                from = i;
            }
        }
        return decisions;
    }

    LifetimeEvent first() {
        return events.get(0);
    }

    Instant now() {
        return ProtoTime.instant(first().getTime());
    }

    List<LifetimeEvent> acceptances() {
        return events.stream().filter(LifetimeEvent::hasAccepted).toList();
    }

    List<String> acceptedExecIds() {
        return events.stream()
                .filter(LifetimeEvent::hasAccepted)
                .map(LifetimeEvent::getAccepted)
                .map(Accepted::getExecId)
                .toList();
    }

    /** The events by which guardrails let an attempt through, or did not. */
    List<LifetimeEvent> admissions() {
        return events.stream()
                .filter(event -> event.hasScheduled() || event.getHeld().hasVerdict())
                .toList();
    }

    /** What the guardrails did not admit, by exec_id. */
    Map<String, Verdict> refusals() {
        Map<String, Verdict> refusals = new HashMap<>();
        for (LifetimeEvent event : events) {
            Verdict refusal = refusal(event);
            if (refusal != null) {
                refusals.put(attempt(event).getExecId(), refusal);
            }
        }
        return refusals;
    }

    /** Null when the attempt of this event was let through. */
    static Verdict refusal(LifetimeEvent event) {
        if (event.getScheduled().hasRejection()) {
            return event.getScheduled().getRejection();
        }
        return event.getHeld().hasVerdict() ? event.getHeld().getVerdict() : null;
    }

    static Scheduled attempt(LifetimeEvent event) {
        return event.hasHeld() ? event.getHeld().getScheduled() : event.getScheduled();
    }

    /** Of the policy set that was asked for leave; empty when there was none, or nothing to be scheduled. */
    String admissionDigest() {
        for (LifetimeEvent event : events) {
            if (event.hasScheduled()) {
                return event.getScheduled().getAdmissionDigest();
            }
            if (event.getHeld().hasVerdict()) {
                return event.getHeld().getVerdict().getPolicyDigest();
            }
        }
        return "";
    }
}
