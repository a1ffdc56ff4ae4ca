package io.ticktock.sdk;

import java.util.Optional;

/**
 * One Task that a Plan chose.
 *
 * @param target id of the Task, or {@code END}
 * @param input what it gets; empty passes on what arrived at the Plan
 */
public record Choice(String target, Optional<Value> input) {

    /** Chooses the Task and passes on what arrived. */
    public static Choice of(String target) {
        return new Choice(target, Optional.empty());
    }

    /** Chooses the Task with an input of its own. */
    public static Choice of(String target, Value input) {
        return new Choice(target, Optional.of(input));
    }
}
