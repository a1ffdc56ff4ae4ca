package io.ticktock.launcher.simulation;

import io.ticktock.sdk.Attempt;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.History;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What handlers did outside, in order. */
final class EffectLedger {

    /** The nodes of the graphs whose Tasks write down here what they do. */
    private static final Set<String> NODES = Set.of("first", "second", "add", "work", "sum", "line_up", "run");

    private final List<Entry> entries = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();

    /** One run of a handler. */
    static final class Entry {
        private final String process;
        private final Evidence.Effect begun;
        private boolean isOver;
        private boolean isFinished;

        private Entry(String process, Evidence.Effect begun) {
            this.process = process;
            this.begun = begun;
        }

        void finish() {
            isOver = true;
            isFinished = true;
        }

        void cancel() {
            isOver = true;
        }

        private Evidence.Effect effect() {
            return new Evidence.Effect(
                    begun.key(), begun.execId(), begun.idempotencyKey(), begun.attempt(), begun.begunAt(), isFinished);
        }
    }

    /** Notes that this begins. */
    Entry begin(Instant now, String process, Attempt attempt, Bug bug) {
        String execId = bug.execIdOf(attempt);
        boolean isHeld = entries.stream()
                .anyMatch(
                        entry -> !entry.isOver && entry.begun.execId().equals(execId) && entry.process.equals(process));
        if (isHeld) {
            faults.add(execId + " begins in " + process + ", which has it in hand");
        }
        if (attempt.isCancelled()) {
            faults.add(execId + " begins in " + process + ", which was told that it is stopped");
        }
        Entry entry = new Entry(
                process,
                new Evidence.Effect(
                        new History.Key(attempt.tenantId(), attempt.lifetimeId()),
                        execId,
                        bug.idempotencyKeyOf(attempt),
                        attempt.number(),
                        Optional.of(now),
                        false));
        entries.add(entry);
        return entry;
    }

    Evidence.Ledger evidence() {
        return new Evidence.Ledger(entries.stream().map(Entry::effect).toList(), NODES, true);
    }

    /** What began in a process that had it in hand already, or had been told not to. */
    List<String> faults() {
        return faults;
    }
}
