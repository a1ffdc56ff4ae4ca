package io.ticktock.testkit;

import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.testkit.Violation.Rule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** Checks one lifetime: walks along its log, then looks at what is left. */
final class LifetimeCheck {

    private final History.Key key;
    private final AgentLifetime head;
    private final List<History.Event> log;
    private final List<History.Execution> executions;
    private final Optional<History.Waits> waits;
    private final Function<List<LifetimeEvent>, AgentLifetime> fold;
    private final Findings findings;
    private final boolean isFork;

    private final Map<String, History.Execution> records = new HashMap<>();
    private final Set<String> scheduled = new HashSet<>();
    private final Set<String> accepted = new HashSet<>();
    private final Set<String> cancelled = new HashSet<>();
    /** Scheduled, and neither accepted nor cancelled. */
    private final Set<String> open = new HashSet<>();
    /** Those of the open ones that wait. */
    private final Set<String> waiting = new HashSet<>();

    /** Those of the open ones that are not to be dispatched before a time, and never have waited. */
    private final Set<String> delayed = new HashSet<>();

    private boolean saysWhyPaused;
    private boolean hasEnded;

    LifetimeCheck(Findings findings, LifetimeRows rows, Function<List<LifetimeEvent>, AgentLifetime> fold) {
        this.findings = findings;
        this.isFork = rows.isFork();
        this.key = rows.key();
        this.head = rows.lifetime().head();
        this.log = rows.log();
        this.executions = rows.executions();
        this.waits = rows.waits();
        this.fold = fold;
    }

    void check() {
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
            case SCHEDULED -> schedule(event.getScheduled());
            case WAITING -> {
                requireScheduled(event.getWaiting().getExecId(), "waits");
                waiting.add(event.getWaiting().getExecId());
            }
            case WOKEN -> {
                requireScheduled(event.getWoken().getExecId(), "goes on");
                waiting.remove(event.getWoken().getExecId());
                delayed.remove(event.getWoken().getExecId());
            }
            case CHILD_STARTED -> requireScheduled(event.getChildStarted().getExecId(), "has a child");
            case ACCEPTED -> accept(event.getAccepted());
            case CANCELLED -> {
                // A fork cancels what was under way where it goes on from.
                if (!isFork) {
                    requireScheduled(event.getCancelled().getExecId(), "is cancelled");
                }
                cancelled.add(event.getCancelled().getExecId());
                close(event.getCancelled().getExecId());
            }
            case COMPLETED, FAILED, ABORTED -> hasEnded = true;
            case PAUSED ->
                saysWhyPaused = !event.getPaused().getReason().isEmpty()
                        || !event.getPaused().getActor().isEmpty();
            case STARTED, HELD, FORKED, PARKED, DIED, JOINED, RESUMED, EVENT_NOT_SET -> {}
        }
    }

    private void schedule(Scheduled attempt) {
        String execId = attempt.getExecId();
        require(scheduled.add(execId), Rule.SCHEDULED_FIRST, () -> execId + " is scheduled again");
        open.add(execId);
        if (attempt.hasNotBefore()) {
            delayed.add(execId);
        }
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
        boolean isTheSame = record.digest().isEmpty()
                || event.getRecordDigest().isEmpty()
                || event.getRecordDigest().equals(record.digest());
        return isTheSame
                && event.getTelemetry().equals(record.telemetry())
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
        boolean isSetAside = !head.getQuarantine().isEmpty();
        boolean isWaiting = head.getParked() && !open.isEmpty() && resting().containsAll(open);
        require(
                hasEnded || (isPaused && saysWhyPaused) || isWaiting || isSetAside,
                Rule.ENDS,
                () -> "neither ended nor paused for a reason; open attempts " + open + ", of which wait " + resting()
                        + (head.getParked() ? ", parked" : ", not parked"));
    }

    /** Those that wait, and those whose time has not come where there is something that will tell. */
    private Set<String> resting() {
        Set<String> resting = new HashSet<>(waiting);
        if (waits.filter(rows -> !rows.timers().isEmpty()).isPresent()) {
            resting.addAll(delayed);
        }
        return resting;
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
            findings.add(Rule.HEAD_IS_FOLD, key, "the events do not add up: " + e);
        }
    }

    /** Without what is of the row alone and not of the events. */
    private static AgentLifetime comparable(AgentLifetime lifetime) {
        return lifetime.toBuilder()
                .clearLabels()
                .clearCreatedAt()
                .clearUpdatedAt()
                .clearParked()
                .clearQuarantine()
                .build();
    }

    private void require(boolean holds, Rule rule, Supplier<String> otherwise) {
        findings.require(holds, rule, key, otherwise);
    }
}
