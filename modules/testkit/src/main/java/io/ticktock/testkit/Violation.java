package io.ticktock.testkit;

/**
 * What a history should not contain.
 *
 * @param lifetime where; empty names when it is about the whole history
 */
public record Violation(Rule rule, History.Key lifetime, String what) {

    /** What has to hold whatever was killed, lost or repeated meanwhile. */
    public enum Rule {
        /** A lifetime has ended, or is paused, or every open attempt of it waits for something that its log names. */
        ENDS,
        /** The log counts 1, 2, 3, … and starts with Started, which does not come again. */
        GAPLESS,
        /** Who drives a lifetime is never followed by who drove it before. */
        EPOCHS_RISE,
        /** An attempt is scheduled at most once, before it waits, is accepted or cancelled; only what is scheduled runs. */
        SCHEDULED_FIRST,
        /** What is accepted has exactly one record, which says the same. */
        RECORDED_ONCE,
        /** An attempt is accepted at most once, and not after it was cancelled. */
        ACCEPTED_ONCE,
        /** Nothing follows the end. */
        END_IS_LAST,
        /** The head row is what its events add up to, and no later event changes its status. */
        HEAD_IS_FOLD,
        /** Keys of rows and of the messages in them are the same; every row belongs to a lifetime of its tenant. */
        KEYS_AGREE,
        /** There is enough history for the other rules to mean something. */
        ENOUGH
    }
}
