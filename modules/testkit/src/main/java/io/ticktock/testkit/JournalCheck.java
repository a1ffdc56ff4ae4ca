package io.ticktock.testkit;

import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what clients were told of lifetimes they started against those that are there. What they did to them: {@link SteeringCheck}. */
final class JournalCheck {

    private record IdempotencyKey(String tenantId, String key) {}

    private final Findings findings;
    /** By the id that was asked for, whatever tenant asked. */
    private final Map<String, List<Operation>> starts = new HashMap<>();
    /** The same for all that is no start. */
    private final Map<String, List<Operation>> steering = new HashMap<>();
    /** Lifetimes that there are because of a start that asked for another id, with the same idempotency key. */
    private final Set<History.Key> answered = new HashSet<>();

    private long done;

    JournalCheck(Findings findings, List<Operation> journal) {
        this.findings = findings;
        Map<IdempotencyKey, History.Key> byKey = new LinkedHashMap<>();
        for (Operation operation : journal) {
            Map<String, List<Operation>> index = operation.kind() == Kind.START ? starts : steering;
            index.computeIfAbsent(operation.asked().lifetimeId(), id -> new ArrayList<>())
                    .add(operation);
            if (operation.outcome() == Outcome.OK || operation.outcome() == Outcome.LEFT) {
                done++;
                checkAnswer(operation, byKey);
            }
        }
    }

    private void checkAnswer(Operation operation, Map<IdempotencyKey, History.Key> byKey) {
        History.Key asked = operation.asked();
        findings.require(
                operation.answered().tenantId().equals(asked.tenantId()),
                Rule.KEYS_AGREE,
                asked,
                () -> "the answer is of tenant " + operation.answered().tenantId());
        if (operation.kind() != Kind.START) {
            return;
        }
        if (!operation.identity().isEmpty()) {
            History.Key first =
                    byKey.putIfAbsent(new IdempotencyKey(asked.tenantId(), operation.identity()), operation.answered());
            findings.require(
                    first == null || first.equals(operation.answered()),
                    Rule.DONE_ONCE,
                    asked,
                    () -> "the key " + operation.identity() + " started " + first + " and " + operation.answered());
        }
        if (!operation.answered().equals(asked)) {
            answered.add(operation.answered());
        }
    }

    /** Operations that were told as done. */
    long done() {
        return done;
    }

    void check(LifetimeRows rows) {
        History.Key key = rows.key();
        List<Operation> asked = starts.getOrDefault(key.lifetimeId(), List.of());
        starts.remove(key.lifetimeId());
        checkStart(rows, asked);
        List<Operation> steered = steering.getOrDefault(key.lifetimeId(), List.of());
        steering.remove(key.lifetimeId());
        if (!steered.isEmpty()) {
            new SteeringCheck(findings, rows, steered).check();
        }
    }

    private void checkStart(LifetimeRows rows, List<Operation> asked) {
        History.Key key = rows.key();
        asked.stream()
                .filter(start -> !start.asked().equals(key))
                .forEach(start -> findings.add(
                        Rule.KEYS_AGREE,
                        key,
                        "it was asked for by " + start.asked().tenantId()));
        boolean isOfClients = rows.lifetime().head().getParentLifetimeId().isEmpty() && !rows.isFork();
        boolean wasRefused = !asked.isEmpty() && asked.stream().noneMatch(JournalCheck::mayHaveStarted);
        boolean isAnswer = answered.remove(key);
        findings.require(
                isAnswer || !wasRefused,
                Rule.REFUSED_NEVER,
                key,
                () -> "it is there, and who asked for it was told otherwise: " + asked);
        findings.require(
                isAnswer || !isOfClients || !asked.isEmpty(), Rule.REFUSED_NEVER, key, () -> "nobody asked for it");
    }

    /** It was told as done, as this lifetime, or may have been. */
    private static boolean mayHaveStarted(Operation start) {
        return switch (start.outcome()) {
            case OK, LEFT -> start.answered().equals(start.asked());
            case UNKNOWN -> true;
            case FAILED -> false;
        };
    }

    /** Once all lifetimes have been seen: what is left is of none of them. */
    void finish() {
        starts.values()
                .forEach(asked -> asked.stream()
                        .filter(start -> start.outcome() == Outcome.OK
                                && start.answered().equals(start.asked()))
                        .forEach(start -> findings.add(
                                Rule.DONE_ONCE, start.asked(), "it is not there, and was told to have started")));
        answered.forEach(key ->
                findings.add(Rule.DONE_ONCE, key, "it is not there, and was told to have started by another request"));
        steering.values()
                .forEach(asked -> asked.stream()
                        .filter(operation -> operation.outcome() == Outcome.OK)
                        .forEach(operation -> findings.add(
                                Rule.DONE_ONCE,
                                operation.asked(),
                                operation.kind() + " was told as done to a lifetime that is not there")));
    }
}
