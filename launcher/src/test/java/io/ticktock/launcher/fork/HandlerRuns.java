package io.ticktock.launcher.fork;

import io.ticktock.sdk.Attempt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which executions' handlers have run, of this process; and the dice that handlers throw. */
final class HandlerRuns {

    private static final Set<String> EXEC_IDS = ConcurrentHashMap.newKeySet();

    private HandlerRuns() {}

    /** A number that depends on the node, its iteration and what it reads, whichever lifetime it is in. */
    static int roll(Attempt attempt, Object read) {
        EXEC_IDS.add(attempt.executionId());
        int hash = (attempt.nodeId() + '#' + attempt.iteration() + '#' + read).hashCode() * 0x9e3779b1;
        return hash >>> 1;
    }

    static int count() {
        return EXEC_IDS.size();
    }

    static boolean has(String execId) {
        return EXEC_IDS.contains(execId);
    }
}
