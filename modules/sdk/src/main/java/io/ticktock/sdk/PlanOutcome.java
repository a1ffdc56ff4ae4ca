package io.ticktock.sdk;

import java.util.List;
import java.util.Optional;

/** What a Plan decided, or why it could not. */
public sealed interface PlanOutcome permits Failed, PlanOutcome.Chosen {

    /**
     * The decision. Choosing nothing lets the token die.
     *
     * @param choices in order; a Task may be chosen several times over PARALLEL edges, each time with its own input
     * @param explanation why, for people; may be empty
     */
    record Chosen(List<Choice> choices, String explanation) implements PlanOutcome {}

    static PlanOutcome choose(Choice choice) {
        return new Chosen(List.of(choice), "");
    }

    static PlanOutcome choose(List<Choice> choices) {
        return new Chosen(choices, "");
    }

    static PlanOutcome failure(String code, String message, boolean retryable) {
        return new Failed(code, message, retryable, Optional.empty());
    }
}
