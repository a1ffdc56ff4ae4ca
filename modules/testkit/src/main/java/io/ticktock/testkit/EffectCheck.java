package io.ticktock.testkit;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.testkit.Evidence.Effect;
import io.ticktock.testkit.Evidence.Ledger;
import io.ticktock.testkit.Violation.Rule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Checks what workers did outside against what the logs wanted done. */
final class EffectCheck {

    /** One run of a node, however many attempts it takes. */
    private record Run(String nodeId, String tokenPath, int iteration) {

        static Run of(Scheduled attempt) {
            return new Run(attempt.getNodeId(), attempt.getTokenPath(), attempt.getIteration());
        }
    }

    /** An attempt as it is in the log. */
    private record Decided(Scheduled scheduled, Instant at) {}

    private final Findings findings;
    private final Ledger ledger;
    /** By the id of the lifetime, whatever tenant they name. Those of a lifetime that has been seen are taken out. */
    private final Map<String, List<Effect>> unseen = new HashMap<>();

    EffectCheck(Findings findings, Ledger ledger) {
        this.findings = findings;
        this.ledger = ledger;
        ledger.effects()
                .forEach(effect -> unseen.computeIfAbsent(effect.key().lifetimeId(), id -> new ArrayList<>())
                        .add(effect));
    }

    void check(LifetimeRows rows) {
        List<Effect> effects = unseen.getOrDefault(rows.key().lifetimeId(), List.of());
        unseen.remove(rows.key().lifetimeId());
        Map<String, Decided> decided = decided(rows);
        Map<String, Run> runs = new HashMap<>();
        Map<Run, String> keys = new HashMap<>();
        Set<String> done = new HashSet<>();
        for (Effect effect : effects) {
            findings.require(
                    effect.key().equals(rows.key()),
                    Rule.KEYS_AGREE,
                    rows.key(),
                    () -> effect.execId() + " was run for " + effect.key());
            Decided wanted = decided.get(effect.execId());
            checkWanted(rows.key(), effect, wanted);
            if (wanted != null) {
                checkName(rows.key(), effect, Run.of(wanted.scheduled), runs, keys);
            }
            if (effect.finished()) {
                done.add(effect.execId());
            }
        }
        checkDone(rows, decided, done);
    }

    private static Map<String, Decided> decided(LifetimeRows rows) {
        Map<String, Decided> decided = new HashMap<>();
        for (History.Event row : rows.log()) {
            if (row.event().hasScheduled()) {
                Scheduled scheduled = row.event().getScheduled();
                Instant at = row.durableAt()
                        .orElseGet(() -> ProtoTime.instant(row.event().getTime()));
                decided.putIfAbsent(scheduled.getExecId(), new Decided(scheduled, at));
            }
        }
        return decided;
    }

    private void checkWanted(History.Key key, Effect effect, Decided wanted) {
        if (wanted == null) {
            findings.add(Rule.ADMITTED_FIRST, key, effect.execId() + " was run without being scheduled");
            return;
        }
        findings.require(
                !wanted.scheduled.hasRejection(),
                Rule.ADMITTED_FIRST,
                key,
                () -> effect.execId() + " was run although guardrails had rejected it");
        findings.require(
                effect.attempt() == wanted.scheduled.getAttempt(),
                Rule.ADMITTED_FIRST,
                key,
                () -> effect.execId() + " was run as attempt " + effect.attempt() + " and is attempt "
                        + wanted.scheduled.getAttempt());
        boolean isEarly = ledger.hasComparableTimes()
                && effect.begunAt().filter(begun -> begun.isBefore(wanted.at)).isPresent();
        findings.require(
                !isEarly,
                Rule.ADMITTED_FIRST,
                key,
                () -> effect.execId() + " was run at " + effect.begunAt() + ", before it was scheduled at "
                        + wanted.at);
    }

    private void checkName(History.Key key, Effect effect, Run run, Map<String, Run> runs, Map<Run, String> keys) {
        Run other = runs.putIfAbsent(effect.idempotencyKey(), run);
        String otherKey = keys.putIfAbsent(run, effect.idempotencyKey());
        findings.require(
                (other == null || other.equals(run)) && (otherKey == null || otherKey.equals(effect.idempotencyKey())),
                Rule.EFFECTS_NAMED,
                key,
                () -> effect.execId() + " was run under the key " + effect.idempotencyKey() + " as " + run + ", and "
                        + other + " under " + otherKey);
    }

    private void checkDone(LifetimeRows rows, Map<String, Decided> decided, Set<String> done) {
        for (History.Event row : rows.log()) {
            Accepted accepted = row.event().getAccepted();
            Decided wanted = decided.get(accepted.getExecId());
            boolean isKept = wanted != null && ledger.nodes().contains(wanted.scheduled.getNodeId());
            boolean isSuccess = accepted.getStatus() == ExecutionStatus.EXECUTION_STATUS_SUCCEEDED;
            findings.require(
                    !isKept || !isSuccess || done.contains(accepted.getExecId()),
                    Rule.SUCCESS_HAS_EFFECT,
                    rows.key(),
                    () -> accepted.getExecId() + " is accepted as a success and was never done");
        }
    }

    /** Once all lifetimes have been seen. */
    void finish() {
        unseen.values()
                .forEach(effects -> effects.forEach(effect -> findings.add(
                        Rule.ADMITTED_FIRST,
                        effect.key(),
                        effect.execId() + " was run for a lifetime that is not there")));
    }
}
