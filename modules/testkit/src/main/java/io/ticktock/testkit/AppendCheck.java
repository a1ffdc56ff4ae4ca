package io.ticktock.testkit;

import io.ticktock.testkit.Evidence.Append;
import io.ticktock.testkit.Evidence.AppendAnswer;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Checks what executors were told of their records against those that are there. */
final class AppendCheck {

    private final Findings findings;
    /** By exec_id. Those whose record has been seen are taken out. */
    private final Map<String, List<Append>> unseen = new HashMap<>();

    AppendCheck(Findings findings, List<Append> appends) {
        this.findings = findings;
        appends.forEach(append ->
                unseen.computeIfAbsent(append.execId(), id -> new ArrayList<>()).add(append));
    }

    void check(LifetimeRows rows) {
        for (History.Execution record : rows.executions()) {
            List<Append> appends = unseen.getOrDefault(record.execId(), List.of());
            unseen.remove(record.execId());
            appends.forEach(append -> check(record, append));
        }
    }

    private void check(History.Execution record, Append append) {
        findings.require(
                append.key().equals(record.key()),
                Rule.KEYS_AGREE,
                record.key(),
                () -> record.execId() + " was recorded for " + append.key());
        boolean isThere = append.digest().equals(record.digest());
        boolean isSo = switch (append.answer()) {
            case RECORDED -> isThere;
            case SUPERSEDED -> !isThere;
            case UNKNOWN -> true;
        };
        findings.require(
                isSo,
                Rule.FIRST_RECORD_WINS,
                record.key(),
                () -> "a record of " + record.execId() + " was told of as " + append.answer() + ", and "
                        + (isThere ? "is there" : "another is there"));
    }

    /** Once all lifetimes have been seen. */
    void finish() {
        unseen.values().stream()
                .flatMap(List::stream)
                .filter(append -> append.answer() != AppendAnswer.UNKNOWN)
                .forEach(append -> findings.add(
                        Rule.FIRST_RECORD_WINS,
                        append.key(),
                        "a record of " + append.execId() + " was told of as " + append.answer()
                                + ", and there is none"));
    }
}
