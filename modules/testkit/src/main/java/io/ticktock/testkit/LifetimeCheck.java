package io.ticktock.testkit;

import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Checks one lifetime: walks along its log, then looks at what is left. */
final class LifetimeCheck {

    private final History.Key key;
    private final AgentLifetime head;
    private final List<History.Event> log;
    private final List<History.Execution> executions;
    private final Function<List<LifetimeEvent>, AgentLifetime> fold;

    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, History.Execution> records = new HashMap<>();
    private final Set<String> scheduled = new HashSet<>();
    private final Set<String> accepted = new HashSet<>();
    private final Set<String> cancelled = new HashSet<>();
    /** Scheduled, and neither accepted nor cancelled. */
    private final Set<String> open = new HashSet<>();
    /** Those of the open ones that wait. */
    private final Set<String> waiting = new HashSet<>();

    private boolean hasEnded;

    /** @param log in the order of seq */
    LifetimeCheck(
            History.Lifetime lifetime,
            List<History.Event> log,
            List<History.Execution> executions,
            Function<List<LifetimeEvent>, AgentLifetime> fold) {
        this.key = lifetime.key();
        this.head = lifetime.head();
        this.log = log;
        this.executions = executions;
        this.fold = fold;
    }

    List<Violation> run() {
        checkKeys();
        collectRecords();
        checkNumbers();
        for (History.Event row : log) {
            require(!hasEnded, Rule.END_IS_LAST, () -> "event " + row.seq() + " follows the end");
            walk(row.event());
        }
        for (String execId : records.keySet()) {
            require(scheduled.contains(execId), Rule.SCHEDULED_FIRST, () -> execId + " ran without being scheduled");
        }
        checkEnd();
        checkHead();
        return violations;
    }

    private void checkKeys() {
        require(
                key.equals(new History.Key(head.getTenantId(), head.getLifetimeId())),
                Rule.KEYS_AGREE,
                () -> "head row");
        for (History.Event row : log) {
            LifetimeEvent event = row.event();
            boolean same = key.equals(new History.Key(event.getTenantId(), event.getLifetimeId()))
                    && row.seq() == event.getSeq();
            require(same, Rule.KEYS_AGREE, () -> "event " + row.seq());
        }
        for (History.Execution row : executions) {
            ExecutionHeaders headers = row.headers();
            boolean same = key.equals(new History.Key(headers.getTenantId(), headers.getLifetimeId()))
                    && row.execId().equals(headers.getExecId());
            require(same, Rule.KEYS_AGREE, () -> "record of " + row.execId());
        }
    }

    private void collectRecords() {
        for (History.Execution row : executions) {
            boolean isFirst = records.put(row.execId(), row) == null;
            require(isFirst, Rule.RECORDED_ONCE, () -> row.execId() + " has several records");
        }
    }

    private void checkNumbers() {
        long expected = 1;
        long epoch = Long.MIN_VALUE;
        for (History.Event row : log) {
            long missing = expected;
            require(row.seq() == missing, Rule.GAPLESS, () -> "event " + row.seq() + " where " + missing + " belongs");
            require(
                    row.event().hasStarted() == (row.seq() == 1),
                    Rule.GAPLESS,
                    () -> "Started is the first event and no other, unlike event " + row.seq());
            require(row.epoch() >= epoch, Rule.EPOCHS_RISE, () -> "epoch " + row.epoch() + " at event " + row.seq());
            expected = row.seq() + 1;
            epoch = Math.max(epoch, row.epoch());
        }
        require(!log.isEmpty(), Rule.GAPLESS, () -> "no events");
    }

    private void walk(LifetimeEvent event) {
        switch (event.getEventCase()) {
            case SCHEDULED -> schedule(event.getScheduled().getExecId());
            case WAITING -> {
                requireScheduled(event.getWaiting().getExecId(), "waits");
                waiting.add(event.getWaiting().getExecId());
            }
            case WOKEN -> {
                requireScheduled(event.getWoken().getExecId(), "goes on");
                waiting.remove(event.getWoken().getExecId());
            }
            case CHILD_STARTED -> requireScheduled(event.getChildStarted().getExecId(), "has a child");
            case ACCEPTED -> accept(event.getAccepted());
            case CANCELLED -> {
                requireScheduled(event.getCancelled().getExecId(), "is cancelled");
                cancelled.add(event.getCancelled().getExecId());
                close(event.getCancelled().getExecId());
            }
            case COMPLETED, FAILED, ABORTED -> hasEnded = true;
            case STARTED, HELD, FORKED, PARKED, DIED, JOINED, PAUSED, RESUMED, EVENT_NOT_SET -> {}
        }
    }

    private void schedule(String execId) {
        require(scheduled.add(execId), Rule.SCHEDULED_FIRST, () -> execId + " is scheduled again");
        open.add(execId);
    }

    private void accept(Accepted event) {
        String execId = event.getExecId();
        requireScheduled(execId, "is accepted");
        require(accepted.add(execId), Rule.ACCEPTED_ONCE, () -> execId + " is accepted again");
        require(!cancelled.contains(execId), Rule.ACCEPTED_ONCE, () -> execId + " is accepted after it was cancelled");
        close(execId);
        History.Execution record = records.get(execId);
        require(record != null, Rule.RECORDED_ONCE, () -> execId + " is accepted without a record");
        if (record != null) {
            require(agrees(event, record), Rule.RECORDED_ONCE, () -> execId + " is accepted as what its record is not");
        }
    }

    private static boolean agrees(Accepted event, History.Execution record) {
        boolean isRejected = event.getVerdict().getAction() == GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION;
        return event.getTelemetry().equals(record.telemetry())
                && (isRejected || event.getStatus() == record.headers().getStatus());
    }

    private void close(String execId) {
        open.remove(execId);
        waiting.remove(execId);
    }

    private void requireScheduled(String execId, String verb) {
        require(
                scheduled.contains(execId),
                Rule.SCHEDULED_FIRST,
                () -> execId + " " + verb + " before it is scheduled");
    }

    private void checkEnd() {
        boolean isPaused = head.getStatus() == LifetimeStatus.LIFETIME_STATUS_PAUSED;
        boolean isWaiting = head.getParked() && !open.isEmpty() && waiting.containsAll(open);
        require(
                hasEnded || isPaused || isWaiting,
                Rule.ENDS,
                () -> "neither ended nor paused; open attempts " + open + ", of which wait " + waiting
                        + (head.getParked() ? ", parked" : ", not parked"));
    }

    private void checkHead() {
        List<LifetimeEvent> events = log.stream().map(History.Event::event).toList();
        int reflected = (int) Math.min(head.getLastSeq(), events.size());
        require(head.getLastSeq() == reflected, Rule.HEAD_IS_FOLD, () -> "the head row is ahead of the log");
        try {
            AgentLifetime folded = fold.apply(events.subList(0, reflected));
            require(
                    comparable(folded).equals(comparable(head)),
                    Rule.HEAD_IS_FOLD,
                    () -> "the head row is\n" + comparable(head) + "and its events add up to\n" + comparable(folded));
            AgentLifetime latest = fold.apply(events);
            require(
                    latest.getStatus() == head.getStatus(),
                    Rule.HEAD_IS_FOLD,
                    () -> "the head row is " + head.getStatus() + ", and all events add up to " + latest.getStatus());
        } catch (RuntimeException e) {
            violations.add(new Violation(Rule.HEAD_IS_FOLD, key, "the events do not add up: " + e));
        }
    }

    /** Without what is of the row alone and not of the events. */
    private static AgentLifetime comparable(AgentLifetime lifetime) {
        return lifetime.toBuilder()
                .clearLabels()
                .clearCreatedAt()
                .clearUpdatedAt()
                .clearParked()
                .build();
    }

    private void require(boolean holds, Rule rule, Supplier<String> otherwise) {
        if (!holds) {
            violations.add(new Violation(rule, key, otherwise.get()));
        }
    }
}
