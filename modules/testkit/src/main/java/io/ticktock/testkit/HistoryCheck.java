package io.ticktock.testkit;

import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.Fault;
import io.ticktock.testkit.Violation.Rule;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One check of one history that comes in parts. Of the rows it keeps nothing but what rules between lifetimes need, so
 * that there may be many more than fit into memory.
 */
public final class HistoryCheck {

    private final Function<List<LifetimeEvent>, AgentLifetime> fold;
    private final Evidence evidence;
    private final Findings findings = new Findings();
    private final Optional<JournalCheck> journal;
    private final Optional<EffectCheck> effects;
    private final Optional<BlobCheck> blobs;
    private final AppendCheck appends;
    private final BudgetCheck budgets;
    private final WaitCheck waits;

    private long accepted;
    private long ended;

    HistoryCheck(Function<List<LifetimeEvent>, AgentLifetime> fold, Evidence evidence) {
        this.fold = fold;
        this.evidence = evidence;
        this.journal = evidence.journal().map(told -> new JournalCheck(findings, told));
        this.effects = evidence.ledger().map(ledger -> new EffectCheck(findings, ledger));
        this.blobs = evidence.blobs().map(held -> new BlobCheck(findings, held));
        this.appends = new AppendCheck(findings, evidence.appends());
        this.budgets = new BudgetCheck(findings, evidence.budgets());
        this.waits = new WaitCheck(findings, evidence.readAt());
    }

    /** Takes in some lifetimes with all their rows, each of them once; or rows that seem to be of no lifetime. */
    public void add(History part) {
        checkKeys(part);
        LifetimeRows.of(part).forEach(this::check);
    }

    private void check(LifetimeRows rows) {
        OpenAttempts attempts = OpenAttempts.after(rows);
        new LifetimeCheck(findings, rows, fold).check();
        new PredecessorCheck(findings, rows).check();
        waits.check(rows, attempts);
        budgets.check(rows);
        appends.check(rows);
        journal.ifPresent(check -> check.check(rows));
        effects.ifPresent(check -> check.check(rows));
        blobs.ifPresent(check -> check.check(rows));
        accepted += rows.log().stream().filter(row -> row.event().hasAccepted()).count();
        ended += attempts.hasEnded() ? 1 : 0;
    }

    private void checkKeys(History part) {
        Map<History.Key, Integer> heads = new HashMap<>();
        part.lifetimes().forEach(row -> heads.merge(row.key(), 1, Integer::sum));
        heads.forEach((key, count) -> findings.require(count == 1, Rule.KEYS_AGREE, key, () -> count + " head rows"));
        for (History.Event row : part.events()) {
            requireLifetime(heads, row.key(), "event " + row.seq());
        }
        for (History.Execution row : part.executions()) {
            requireLifetime(heads, row.key(), "record of " + row.execId());
        }
        part.waits().ifPresent(rows -> {
            rows.timers().forEach(row -> requireLifetime(heads, row.key(), "timer"));
            rows.questions().forEach(row -> requireLifetime(heads, row.key(), "question of " + row.execId()));
            rows.work().forEach(row -> requireLifetime(heads, row.key(), "work for " + row.execId()));
        });
    }

    private void requireLifetime(Map<History.Key, Integer> heads, History.Key key, String what) {
        findings.require(heads.containsKey(key), Rule.KEYS_AGREE, key, () -> what + " of no lifetime");
    }

    /** All that is wrong, once everything has been added. */
    public List<Violation> finish() {
        journal.ifPresent(JournalCheck::finish);
        effects.ifPresent(EffectCheck::finish);
        appends.finish();
        budgets.finish();
        waits.finish();
        checkEnough(evidence.expectation());
        return findings.all();
    }

    private void checkEnough(Expectation least) {
        requireEnough(accepted, least.leastAccepted(), "executions were accepted");
        requireEnough(journal.map(JournalCheck::done).orElse(0L), least.leastDone(), "operations were told as done");
        requireEnough(ended, least.leastEnded(), "lifetimes have ended");
        Set<String> missing = new HashSet<>(least.faults());
        missing.removeAll(evidence.faults().stream().map(Fault::name).collect(Collectors.toSet()));
        findings.require(
                missing.isEmpty(), Rule.ENOUGH, Findings.EVERYWHERE, () -> "these faults never struck: " + missing);
    }

    private void requireEnough(long count, long least, String what) {
        findings.require(
                count >= least,
                Rule.ENOUGH,
                Findings.EVERYWHERE,
                () -> count + " " + what + ", and at least " + least + " should have been");
    }
}
