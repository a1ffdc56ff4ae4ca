package io.ticktock.testkit;

import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Gathers violations: of a history that is wholly wrong the first ones only. */
final class Findings {

    /** The whole history. */
    static final History.Key EVERYWHERE = new History.Key("", "");

    private static final int MOST = 10_000;

    private final List<Violation> violations = new ArrayList<>();

    void require(boolean holds, Rule rule, History.Key where, Supplier<String> otherwise) {
        if (!holds) {
            add(rule, where, otherwise.get());
        }
    }

    void add(Rule rule, History.Key where, String what) {
        if (violations.size() < MOST) {
            violations.add(new Violation(rule, where, what));
        }
    }

    List<Violation> all() {
        return List.copyOf(violations);
    }
}
