package io.ticktock.testkit;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.testkit.Evidence.Expectation;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads a history after the fact and tells what in it should not be. Finds every violation, not just the first. */
public final class HistoryChecker {

    private final Function<List<LifetimeEvent>, AgentLifetime> fold;

    /**
     * @param fold of a lifetime's first events, in order, to the head row they add up to; it throws when they do not
     *     fit together
     */
    public HistoryChecker(Function<List<LifetimeEvent>, AgentLifetime> fold) {
        this.fold = fold;
    }

    /**
     * Checks every rule that needs the rows alone.
     *
     * @param leastAccepted so many accepted executions show that something has happened at all
     */
    public List<Violation> check(History history, long leastAccepted) {
        return check(history, Evidence.NONE.expecting(new Expectation(leastAccepted, 0, 0, Set.of())));
    }

    /** Checks every rule that there is evidence for. */
    public List<Violation> check(History history, Evidence evidence) {
        HistoryCheck check = begin(evidence);
        check.add(history);
        return check.finish();
    }

    /** Begins to check a history that comes in parts. */
    public HistoryCheck begin(Evidence evidence) {
        return new HistoryCheck(fold, evidence);
    }
}
