package io.ticktock.testkit;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
     * Checks every rule.
     *
     * @param leastAccepted so many accepted executions show that something has happened at all
     */
    public List<Violation> check(History history, long leastAccepted) {
        List<Violation> violations = new ArrayList<>();
        checkKeys(history, violations);
        Map<History.Key, List<History.Event>> events = byLifetime(history.events(), History.Event::key);
        Map<History.Key, List<History.Execution>> executions = byLifetime(history.executions(), History.Execution::key);
        long accepted = 0;
        for (History.Lifetime lifetime : history.lifetimes()) {
            List<History.Event> log = new ArrayList<>(events.getOrDefault(lifetime.key(), List.of()));
            log.sort(Comparator.comparingLong(History.Event::seq));
            LifetimeCheck check =
                    new LifetimeCheck(lifetime, log, executions.getOrDefault(lifetime.key(), List.of()), fold);
            violations.addAll(check.run());
            accepted += log.stream().filter(row -> row.event().hasAccepted()).count();
        }
        if (accepted < leastAccepted) {
            String what = accepted + " executions were accepted, and at least " + leastAccepted + " should have been";
            violations.add(new Violation(Rule.ENOUGH, new History.Key("", ""), what));
        }
        return violations;
    }

    private static void checkKeys(History history, List<Violation> violations) {
        Map<History.Key, Integer> heads = new HashMap<>();
        history.lifetimes().forEach(row -> heads.merge(row.key(), 1, Integer::sum));
        heads.forEach((key, count) -> {
            if (count > 1) {
                violations.add(new Violation(Rule.KEYS_AGREE, key, count + " head rows"));
            }
        });
        for (History.Event row : history.events()) {
            if (!heads.containsKey(row.key())) {
                violations.add(new Violation(Rule.KEYS_AGREE, row.key(), "event " + row.seq() + " of no lifetime"));
            }
        }
        for (History.Execution row : history.executions()) {
            if (!heads.containsKey(row.key())) {
                String what = "record of " + row.execId() + " of no lifetime";
                violations.add(new Violation(Rule.KEYS_AGREE, row.key(), what));
            }
        }
    }

    private static <R> Map<History.Key, List<R>> byLifetime(List<R> rows, Function<R, History.Key> key) {
        Map<History.Key, List<R>> grouped = new LinkedHashMap<>();
        rows.forEach(row -> grouped.computeIfAbsent(key.apply(row), name -> new ArrayList<>())
                .add(row));
        return grouped;
    }
}
