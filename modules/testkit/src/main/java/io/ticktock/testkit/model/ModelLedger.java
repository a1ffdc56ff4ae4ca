package io.ticktock.testkit.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** All that a scripted model was asked, in order, and what it would ask for it. */
public final class ModelLedger {

    private static final int MOST_ENTRIES = 100_000;
    private static final int MOST_CHARS_ASKED = 1_000;
    private static final long MICROS_PER_MILLION_INPUT = 1_000_000;
    private static final long MICROS_PER_MILLION_CACHED = 100_000;
    private static final long MICROS_PER_MILLION_OUTPUT = 4_000_000;
    private static final long MILLION = 1_000_000;

    /** What became of a request. */
    public enum Outcome {
        OPEN,
        FINISHED,
        /** Who asked went away before the end. */
        LEFT,
        /** The script ended it before its end. */
        CUT,
        REFUSED
    }

    /**
     * One request.
     *
     * @param asked the text of its last message, or how it begins
     * @param idempotencyKey empty without one
     * @param outputTokens of what was sent
     * @param firstWordNanos when the first word of a streamed answer was sent, as {@link System#nanoTime} has it; 0 without
     */
    public record Entry(
            int number,
            String model,
            String asked,
            String idempotencyKey,
            boolean stream,
            int status,
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            long firstWordNanos,
            Outcome outcome) {

        private Entry with(int newStatus, long newOutputTokens, long newFirstWordNanos, Outcome newOutcome) {
            return new Entry(
                    number,
                    model,
                    asked,
                    idempotencyKey,
                    stream,
                    newStatus,
                    inputTokens,
                    cachedTokens,
                    newOutputTokens,
                    newFirstWordNanos,
                    newOutcome);
        }

        /** Its price in millionths of a dollar, rounded up: 1 dollar a million tokens in, 0.10 of cached ones, 4 out. */
        public long costMicros() {
            long exact = (inputTokens - cachedTokens) * MICROS_PER_MILLION_INPUT
                    + cachedTokens * MICROS_PER_MILLION_CACHED
                    + outputTokens * MICROS_PER_MILLION_OUTPUT;
            return (exact + MILLION - 1) / MILLION;
        }

        Map<String, Object> tree() {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("number", number);
            tree.put("model", model);
            tree.put("asked", asked);
            tree.put("idempotency_key", idempotencyKey);
            tree.put("stream", stream);
            tree.put("status", status);
            tree.put("input_tokens", inputTokens);
            tree.put("cached_tokens", cachedTokens);
            tree.put("output_tokens", outputTokens);
            tree.put("cost_micros", costMicros());
            tree.put("outcome", outcome.name().toLowerCase(Locale.ROOT));
            return tree;
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    /** The number of a request from now on; empty when there were so many that no further one can be kept. */
    synchronized OptionalInt open(ModelRequest request, String idempotencyKey) {
        int number = entries.size();
        if (number == MOST_ENTRIES) {
            return OptionalInt.empty();
        }
        String asked = request.last();
        entries.add(new Entry(
                number,
                request.model(),
                asked.substring(0, Math.min(asked.length(), MOST_CHARS_ASKED)),
                idempotencyKey,
                request.stream(),
                0,
                request.inputTokens(),
                request.cachedTokens(),
                0,
                0,
                Outcome.OPEN));
        return OptionalInt.of(number);
    }

    /** The first word of its answer is sent now. */
    synchronized void begin(int number) {
        Entry open = entries.get(number);
        entries.set(number, open.with(open.status(), open.outputTokens(), System.nanoTime(), open.outcome()));
    }

    /** What it became first, it stays. */
    synchronized void end(int number, Outcome outcome, int status, long outputTokens) {
        Entry open = entries.get(number);
        if (open.outcome() == Outcome.OPEN) {
            entries.set(number, open.with(status, outputTokens, open.firstWordNanos(), outcome));
        }
    }

    public synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Those that were answered to the end. */
    public List<Entry> finished() {
        return entries().stream()
                .filter(entry -> entry.outcome() == Outcome.FINISHED)
                .toList();
    }
}
