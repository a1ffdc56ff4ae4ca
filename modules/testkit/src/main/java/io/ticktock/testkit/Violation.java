package io.ticktock.testkit;

/**
 * What a history should not contain.
 *
 * @param lifetime where; empty names when it is about the whole history
 */
public record Violation(Rule rule, History.Key lifetime, String what) {

    /** What has to hold whatever was killed, lost or repeated meanwhile. */
    public enum Rule {
        /** What a client was told as done is there exactly once; what may have been done, at most once. */
        DONE_ONCE,
        /** What a client was told as refused for good is not there, and neither is a lifetime that nobody asked for. */
        REFUSED_NEVER,
        /**
         * A lifetime has ended, or is paused or in quarantine and says why, or every open attempt of it waits for something that its log
         * names and that may still come.
         */
        ENDS,
        /** What waits has the row by which it goes on, in time; what does not wait has none. */
        WAKES,
        /** The log counts 1, 2, 3, … and starts with Started, which does not come again. */
        GAPLESS,
        /** Who drives a lifetime is never followed by who drove it before. */
        EPOCHS_RISE,
        /** An attempt is scheduled at most once, before it waits, is accepted or cancelled; only what is scheduled runs. */
        SCHEDULED_FIRST,
        /** What a decision follows from was accepted before it, and says what the decision takes from it. */
        PREDECESSORS_PRECEDE,
        /** What is accepted has exactly one record, which says the same. */
        RECORDED_ONCE,
        /** The record that an executor was told of as recorded stays, and no other takes its place. */
        FIRST_RECORD_WINS,
        /** An attempt is accepted at most once, and not after it was cancelled. */
        ACCEPTED_ONCE,
        /** Nothing follows the end. */
        END_IS_LAST,
        /** The head row is what its events add up to, and no later event changes its status. */
        HEAD_IS_FOLD,
        /** A handler runs only for an attempt that was scheduled before, under its number, and that was not rejected. */
        ADMITTED_FIRST,
        /** The attempts of one run of a node share an idempotency key that nothing else has. */
        EFFECTS_NAMED,
        /** What is accepted as a success has been done. */
        SUCCESS_HAS_EFFECT,
        /** Blobs that are referred to are there, of the size and the hash that the reference says. */
        BLOBS_MATCH,
        /** Totals and budgets are what accepted records, and reservations of what is open or was lost, add up to. */
        SPEND_ADDS_UP,
        /** A budget that is reserved is never exceeded by what was set aside. */
        WITHIN_BUDGET,
        /** Keys of rows and of what is in them are the same; every row, effect and answer belongs to a lifetime of its tenant. */
        KEYS_AGREE,
        /** There is enough history for the other rules to mean something, and the faults have struck. */
        ENOUGH
    }
}
