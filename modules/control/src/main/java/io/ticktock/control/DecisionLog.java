package io.ticktock.control;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Failure;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers one decision; every event is applied to the state as it is written down, so the next rule sees it. */
final class DecisionLog {

    private final LifetimeState state;
    private final Instant now;
    private final Timestamp time;
    private final long firstSeq;

    private final List<LifetimeEvent> events = new ArrayList<>();
    private final List<Command> commands = new ArrayList<>();
    private final List<String> consumed = new ArrayList<>();
    private final Map<String, Failure> refused = new LinkedHashMap<>();
    private final List<Signal> outgoing = new ArrayList<>();
    private final List<BudgetCharge> charges = new ArrayList<>();
    private final WaitChanges waits = new WaitChanges();
    private boolean headChanged;

    DecisionLog(LifetimeState state, Instant now) {
        this.state = state;
        this.now = now;
        this.time = ProtoTime.timestamp(now);
        this.firstSeq = state.lastSeq() + 1;
    }

    Instant now() {
        return now;
    }

    void append(LifetimeEvent.Builder builder) {
        LifetimeEvent event = builder.setTenantId(state.tenantId())
                .setLifetimeId(state.lifetimeId())
                .setSeq(state.lastSeq() + 1)
                .setTime(time)
                .setDecision(firstSeq)
                .build();
        settle(event);
        waits.note(event, state);
        state.apply(event);
        events.add(event);
        headChanged |= isTransition(event);
    }

    /** What was set aside for an attempt that this event closes, and of which the state knows no more afterwards. */
    private void settle(LifetimeEvent event) {
        switch (event.getEventCase()) {
            case ACCEPTED -> {
                Accepted accepted = event.getAccepted();
                Scheduled attempt = state.openAttempt(accepted.getExecId()).scheduled;
                charges.addAll(BudgetCharges.settle(attempt, Spending.counted(attempt, accepted)));
            }
            case CANCELLED ->
                charges.addAll(BudgetCharges.forfeit(
                        state.openAttempt(event.getCancelled().getExecId()).scheduled));
            case COMPLETED, FAILED, ABORTED ->
                state.openAttempts().forEach(attempt -> charges.addAll(BudgetCharges.forfeit(attempt.scheduled)));
            case STARTED,
                    SCHEDULED,
                    WAITING,
                    WOKEN,
                    FORKED,
                    PARKED,
                    DIED,
                    JOINED,
                    PAUSED,
                    RESUMED,
                    CHILD_STARTED,
                    HELD,
                    EVENT_NOT_SET -> {}
        }
    }

    void command(Command command) {
        commands.add(command);
    }

    void send(Signal signal) {
        outgoing.add(signal);
    }

    void consume(String signalId) {
        consumed.add(signalId);
    }

    void refuse(String signalId, Failure why) {
        refused.put(signalId, why);
    }

    /** So far; grows. */
    List<LifetimeEvent> events() {
        return events;
    }

    Decision decision() {
        return new Decision(events, commands, consumed, refused, outgoing, charges, waits, headChanged);
    }

    private static boolean isTransition(LifetimeEvent event) {
        return event.hasStarted()
                || event.hasPaused()
                || event.hasResumed()
                || event.hasCompleted()
                || event.hasFailed()
                || event.hasAborted();
    }
}
