package io.ticktock.testkit;

import io.ticktock.proto.v1.Waiting;
import io.ticktock.testkit.Violation.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks that what waits has the row by which it goes on, and that the child it waits for is still to end. */
final class WaitCheck {

    /** The database keeps microseconds. */
    private static final Duration ROUNDING = Duration.ofMillis(1);
    /** Far longer than anybody needs who looks for what is due. */
    private static final Duration LATEST = Duration.ofMinutes(1);

    private final Findings findings;
    private final Optional<Instant> readAt;
    /** Who waits, by the child. */
    private final Map<History.Key, History.Key> waitingForChild = new HashMap<>();

    private final Set<History.Key> openChildren = new HashSet<>();

    WaitCheck(Findings findings, Optional<Instant> readAt) {
        this.findings = findings;
        this.readAt = readAt;
    }

    void check(LifetimeRows rows, OpenAttempts attempts) {
        noteChildren(rows, attempts);
        // Nobody drives what is in quarantine, so what it is to be woken by stays.
        if (rows.lifetime().head().getQuarantine().isEmpty()) {
            rows.waits().ifPresent(waits -> check(rows, attempts, waits));
        }
    }

    private void noteChildren(LifetimeRows rows, OpenAttempts attempts) {
        if (!rows.lifetime().head().getParentLifetimeId().isEmpty() && !attempts.hasEnded()) {
            openChildren.add(rows.key());
        }
        // What is paused hears of the end of its child all the same.
        for (OpenAttempts.Open attempt : attempts.all().values()) {
            if (!attempt.childLifetimeId().isEmpty()) {
                waitingForChild.put(new History.Key(rows.key().tenantId(), attempt.childLifetimeId()), rows.key());
            }
        }
    }

    private void check(LifetimeRows rows, OpenAttempts attempts, History.Waits waits) {
        History.Key key = rows.key();
        for (History.PendingSignal pending : waits.signals()) {
            findings.add(
                    Rule.WAKES,
                    key,
                    "signal " + pending.signal().getSignalId() + " is there, and nobody has obeyed it");
        }
        requireSame(
                key,
                "a question",
                waits.questions().stream().map(History.Question::execId),
                waiting(attempts, Waiting.WaitCase.HUMAN));
        requireSame(
                key,
                "work on offer",
                waits.work().stream().map(History.Work::execId),
                waiting(attempts, Waiting.WaitCase.WORKER));
        checkTimer(rows, attempts, waits.timers());
    }

    private static Set<String> waiting(OpenAttempts attempts, Waiting.WaitCase what) {
        return attempts.all().values().stream()
                .filter(attempt -> attempt.waiting()
                        .filter(waiting -> waiting.getWaitCase() == what)
                        .isPresent())
                .map(attempt -> attempt.scheduled().getExecId())
                .collect(Collectors.toSet());
    }

    private void requireSame(History.Key key, String what, Stream<String> rows, Set<String> waiting) {
        Set<String> there = rows.collect(Collectors.toSet());
        findings.require(
                there.equals(waiting),
                Rule.WAKES,
                key,
                () -> "there is " + what + " for " + there + ", and " + waiting + " wait for it");
    }

    private void checkTimer(LifetimeRows rows, OpenAttempts attempts, List<History.Timer> timers) {
        boolean isParked = rows.lifetime().head().getParked();
        findings.require(
                timers.isEmpty() || !attempts.hasEnded(),
                Rule.WAKES,
                rows.key(),
                () -> "a timer is left of what has ended");
        Optional<Instant> dueAt = attempts.dueAt();
        if (attempts.hasEnded() || attempts.isPaused() || !isParked || dueAt.isEmpty()) {
            return;
        }
        findings.require(
                timers.stream()
                        .anyMatch(timer -> !timer.dueAt().isAfter(dueAt.get().plus(ROUNDING))),
                Rule.WAKES,
                rows.key(),
                () -> "it is to be woken at " + dueAt.get() + ", and its timers are " + timers);
        findings.require(
                readAt.isEmpty()
                        || timers.stream()
                                .allMatch(timer -> timer.dueAt().plus(LATEST).isAfter(readAt.get())),
                Rule.WAKES,
                rows.key(),
                () -> "nobody has woken it: it is " + readAt.get() + ", and its timers are " + timers);
    }

    /** Once all lifetimes have been seen. */
    void finish() {
        waitingForChild.forEach((child, parent) -> findings.require(
                openChildren.contains(child),
                Rule.ENDS,
                parent,
                () -> "it waits for its child " + child.lifetimeId() + ", which has ended or is not there"));
    }
}
