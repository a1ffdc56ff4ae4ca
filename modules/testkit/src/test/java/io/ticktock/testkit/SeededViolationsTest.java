package io.ticktock.testkit;

import static io.ticktock.testkit.SampleRun.BLOB;
import static io.ticktock.testkit.SampleRun.digest;
import static io.ticktock.testkit.SampleRun.id;
import static io.ticktock.testkit.SampleRun.key;
import static io.ticktock.testkit.SampleRun.remove;
import static io.ticktock.testkit.SampleRun.replace;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.Died;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.testkit.Evidence.Append;
import io.ticktock.testkit.Evidence.AppendAnswer;
import io.ticktock.testkit.Evidence.Effect;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.HeldBlob;
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.Evidence.Slice;
import io.ticktock.testkit.Violation.Rule;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Of a run that is sound, each damage is found, and as what it is. */
class SeededViolationsTest {

    /** Something that a bug would do to a run, and the one rule that it breaks. */
    private record Seed(String name, Rule rule, Consumer<SampleRun> damage) {}

    private static final HistoryChecker CHECKER = new HistoryChecker(SampleRun::fold);

    @Test
    void aSoundRunHasNoViolations() {
        SampleRun run = new SampleRun();

        assertEquals(List.of(), CHECKER.check(run.history(), run.evidence()));
    }

    @Test
    void itMayComeInParts() {
        SampleRun run = new SampleRun();
        HistoryCheck check = CHECKER.begin(run.evidence());
        for (History.Lifetime lifetime : run.lifetimes) {
            check.add(partOf(run, lifetime));
        }

        assertEquals(List.of(), check.finish());
    }

    private static History partOf(SampleRun run, History.Lifetime lifetime) {
        History.Key key = lifetime.key();
        History.Waits waits = new History.Waits(
                run.timers.stream().filter(row -> row.key().equals(key)).toList(),
                List.of(),
                run.questions.stream().filter(row -> row.key().equals(key)).toList(),
                run.work.stream().filter(row -> row.key().equals(key)).toList());
        return new History(
                        List.of(lifetime),
                        run.events.stream().filter(row -> row.key().equals(key)).toList(),
                        run.executions.stream()
                                .filter(row -> row.key().equals(key))
                                .toList())
                .withWaits(waits);
    }

    @Test
    void everyRuleIsSeeded() {
        Set<Rule> seeded = seeds().map(Seed::rule).collect(Collectors.toSet());

        assertEquals(EnumSet.allOf(Rule.class), seeded);
    }

    @TestFactory
    Stream<DynamicTest> eachIsFound() {
        return seeds().map(seed -> DynamicTest.dynamicTest(seed.name, () -> {
            SampleRun run = new SampleRun();
            seed.damage.accept(run);

            List<Violation> violations = CHECKER.check(run.history(), run.evidence());

            Set<Rule> rules = violations.stream().map(Violation::rule).collect(Collectors.toSet());
            assertEquals(Set.of(seed.rule), rules, violations::toString);
        }));
    }

    /** Totals are compared by the fold too, which may be wrong together with the row. */
    @Test
    void totalsThatAFoldAgreesWithAreFound() {
        SampleRun run = new SampleRun();
        UnaryOperator<AgentLifetime> blind = head ->
                head.toBuilder().setTotals(Totals.newBuilder().setExecutions(1)).build();
        run.lifetimes.replaceAll(row -> new History.Lifetime(row.key(), blind.apply(row.head())));

        Set<Rule> rules = new HistoryChecker(log -> blind.apply(SampleRun.fold(log)))
                .check(run.history(), run.evidence()).stream()
                        .map(Violation::rule)
                        .collect(Collectors.toSet());

        assertEquals(Set.of(Rule.SPEND_ADDS_UP), rules);
    }

    private static Stream<Seed> seeds() {
        return Stream.of(
                        ofJournal(),
                        ofLifetimes(),
                        ofWaits(),
                        ofLogs(),
                        ofRecords(),
                        ofEffects(),
                        ofBudgets(),
                        ofKeys())
                .flatMap(List::stream);
    }

    private static List<Seed> ofJournal() {
        return List.of(
                new Seed(
                        "a start was acknowledged before its commit",
                        Rule.DONE_ONCE,
                        run -> run.ask(Kind.START, Outcome.OK, key("lost"), "")),
                new Seed(
                        "a pause was acknowledged and lost",
                        Rule.DONE_ONCE,
                        run -> run.ask(Kind.PAUSE, Outcome.OK, key("done"), "lost")),
                new Seed(
                        "a resumption was acknowledged and lost",
                        Rule.DONE_ONCE,
                        run -> run.ask(Kind.RESUME, Outcome.OK, key("halted"), "lost")),
                new Seed(
                        "an answer was left and lost",
                        Rule.DONE_ONCE,
                        run -> run.ask(Kind.ANSWER, Outcome.LEFT, key("asking"), id("asking", "a"))),
                new Seed(
                        "a pause was obeyed twice",
                        Rule.DONE_ONCE,
                        run -> run.change(
                                "steered",
                                event -> event.getPaused().getReason().equals("by guardrails"),
                                event -> event.setPaused(
                                        event.getPaused().toBuilder().setReason("first pause")))),
                new Seed("one idempotency key started two lifetimes", Rule.DONE_ONCE, run -> {
                    changeOperation(run, start("done"), "twice", Outcome.OK);
                    changeOperation(run, start("asleep"), "twice", Outcome.OK);
                }),
                new Seed(
                        "a lifetime that an earlier request had started is gone",
                        Rule.DONE_ONCE,
                        run -> run.journal.add(
                                new Operation(Kind.START, Outcome.OK, key("second"), "key", key("first"), 0, 0))),
                new Seed(
                        "an abort was refused, and obeyed",
                        Rule.REFUSED_NEVER,
                        run -> changeOperation(
                                run, operation -> operation.kind() == Kind.ABORT, "the end", Outcome.FAILED)),
                new Seed(
                        "a start was refused, and done",
                        Rule.REFUSED_NEVER,
                        run -> changeOperation(run, start("done"), "", Outcome.FAILED)),
                new Seed("a lifetime began by itself", Rule.REFUSED_NEVER, run -> remove(run.journal, start("done"))));
    }

    private static Predicate<Operation> start(String lifetime) {
        return operation -> operation.kind() == Kind.START && operation.asked().equals(key(lifetime));
    }

    private static void changeOperation(SampleRun run, Predicate<Operation> fitting, String identity, Outcome outcome) {
        replace(
                run.journal,
                fitting,
                operation -> new Operation(operation.kind(), outcome, operation.asked(), identity));
    }

    private static List<Seed> ofLifetimes() {
        return List.of(
                new Seed("a decision was never carried out", Rule.ENDS, run -> {
                    run.rewrite("halted", log -> log.subList(0, 2));
                    remove(run.journal, operation -> operation.identity().equals("halt"));
                }),
                new Seed(
                        "a lifetime is paused and nobody knows why",
                        Rule.ENDS,
                        run -> run.change(
                                "held",
                                LifetimeEvent::hasPaused,
                                event -> event.setPaused(
                                        event.getPaused().toBuilder().clearReason()))),
                new Seed(
                        "a parent was not told of the end of its child",
                        Rule.ENDS,
                        run -> run.change(
                                "parent",
                                LifetimeEvent::hasChildStarted,
                                event -> event.setChildStarted(
                                        event.getChildStarted().toBuilder().setChildLifetimeId("done")))));
    }

    private static List<Seed> ofWaits() {
        return List.of(
                new Seed("a timer was lost", Rule.WAKES, run -> run.timers.clear()),
                new Seed(
                        "a timer comes too late",
                        Rule.WAKES,
                        run -> run.timers.replaceAll(timer ->
                                new History.Timer(timer.key(), timer.dueAt().plusSeconds(5)))),
                new Seed(
                        "a timer came and nobody noticed",
                        Rule.WAKES,
                        run -> run.readAt = SampleRun.DUE_AT.plusSeconds(90)),
                new Seed(
                        "a timer is left of what has ended",
                        Rule.WAKES,
                        run -> run.timers.add(new History.Timer(key("done"), SampleRun.DUE_AT))),
                new Seed(
                        "a question was lost",
                        Rule.WAKES,
                        run -> remove(run.questions, row -> row.key().equals(key("asking")))),
                new Seed(
                        "a question is left of what has ended",
                        Rule.WAKES,
                        run -> run.questions.add(new History.Question(key("done"), id("done", "left")))),
                new Seed("work is not on offer", Rule.WAKES, run -> run.work.clear()),
                new Seed(
                        "a signal was never obeyed",
                        Rule.WAKES,
                        run -> run.signals.add(new History.PendingSignal(
                                key("asleep"),
                                Signal.newBuilder().setSignalId("s").build()))));
    }

    private static List<Seed> ofLogs() {
        return List.of(
                new Seed(
                        "an event was lost",
                        Rule.GAPLESS,
                        run -> replace(
                                run.events,
                                ofEvent("asleep", LifetimeEvent::hasWaiting),
                                row -> new History.Event(
                                        row.key(),
                                        row.seq() + 1,
                                        row.epoch(),
                                        row.event().toBuilder()
                                                .setSeq(row.seq() + 1)
                                                .build()))),
                new Seed(
                        "the epoch was not checked",
                        Rule.EPOCHS_RISE,
                        run -> replace(
                                run.events,
                                ofEvent("steered", LifetimeEvent::hasAborted),
                                row -> new History.Event(row.key(), row.seq(), 0, row.event()))),
                new Seed(
                        "something ran that was never scheduled",
                        Rule.SCHEDULED_FIRST,
                        run -> run.executions.add(changed(run.executions.get(0), id("done", "ghost")))),
                new Seed(
                        "a task was scheduled that its plan had not chosen",
                        Rule.PREDECESSORS_PRECEDE,
                        run -> run.change(
                                "done",
                                scheduled("left"),
                                event -> event.setScheduled(
                                        event.getScheduled().toBuilder().setChoice(2)))),
                new Seed(
                        "a plan was scheduled before what it reads was accepted",
                        Rule.PREDECESSORS_PRECEDE,
                        run -> run.change(
                                "done",
                                scheduled("gather"),
                                event -> event.setScheduled(
                                        event.getScheduled().toBuilder().addArrivedExecIds(id("done", "gather"))))),
                new Seed(
                        "a success was tried again",
                        Rule.PREDECESSORS_PRECEDE,
                        run -> run.change(
                                "done",
                                scheduled("gather"),
                                event -> event.setScheduled(
                                        event.getScheduled().toBuilder().setAttempt(2)))),
                new Seed(
                        "a scope has a branch too many",
                        Rule.PREDECESSORS_PRECEDE,
                        run -> run.change(
                                "done",
                                LifetimeEvent::hasForked,
                                event -> event.setForked(
                                        event.getForked().toBuilder().setBranches(3)))),
                new Seed(
                        "a token waits at a join with nothing",
                        Rule.PREDECESSORS_PRECEDE,
                        run -> run.change(
                                "done",
                                LifetimeEvent::hasParked,
                                event -> event.setParked(
                                        event.getParked().toBuilder().setTokenPath("/split#1:7")))),
                new Seed(
                        "the output is of what was never accepted",
                        Rule.PREDECESSORS_PRECEDE,
                        run -> run.change(
                                "done",
                                LifetimeEvent::hasCompleted,
                                event -> event.setCompleted(event.getCompleted().toBuilder()
                                        .setOutput(event.getCompleted().getOutput().toBuilder()
                                                .setExecId(id("done", "ghost")))))),
                new Seed(
                        "an attempt was accepted twice",
                        Rule.ACCEPTED_ONCE,
                        run -> run.rewrite("done", log -> {
                            log.add(log.size() - 1, one(log, accepted("gather")));
                            return log;
                        })),
                new Seed(
                        "a cancelled attempt was accepted",
                        Rule.ACCEPTED_ONCE,
                        run -> run.rewrite("done", log -> {
                            log.add(
                                    log.size() - 2,
                                    LifetimeEvent.newBuilder()
                                            .setCancelled(Cancelled.newBuilder().setExecId(id("done", "gather")))
                                            .build());
                            return log;
                        })),
                new Seed(
                        "something was decided after the end",
                        Rule.END_IS_LAST,
                        run -> run.rewrite("done", log -> {
                            log.add(LifetimeEvent.newBuilder()
                                    .setDied(Died.getDefaultInstance())
                                    .build());
                            return log;
                        })),
                new Seed(
                        "a head row is not what its events add up to",
                        Rule.HEAD_IS_FOLD,
                        run -> replace(
                                run.lifetimes,
                                row -> row.key().equals(key("done")),
                                row -> new History.Lifetime(
                                        row.key(),
                                        row.head().toBuilder()
                                                .setReason("another")
                                                .build()))));
    }

    private static Predicate<History.Event> ofEvent(String lifetime, Predicate<LifetimeEvent> fitting) {
        return row -> row.key().equals(key(lifetime)) && fitting.test(row.event());
    }

    private static Predicate<LifetimeEvent> scheduled(String name) {
        return event -> event.getScheduled().getExecId().equals(id("done", name));
    }

    private static Predicate<LifetimeEvent> accepted(String name) {
        return event -> event.getAccepted().getExecId().equals(id("done", name));
    }

    private static LifetimeEvent one(List<LifetimeEvent> log, Predicate<LifetimeEvent> fitting) {
        return log.stream().filter(fitting).findFirst().orElseThrow();
    }

    private static List<Seed> ofRecords() {
        Predicate<History.Execution> left = row -> row.execId().equals(id("done", "left"));
        return List.of(
                new Seed("a record was lost that nobody was told of", Rule.RECORDED_ONCE, run -> {
                    remove(run.executions, left);
                    run.appends.removeIf(append -> append.execId().equals(id("done", "left")));
                }),
                new Seed(
                        "an attempt has two records",
                        Rule.RECORDED_ONCE,
                        run -> run.executions.add(
                                run.executions.stream().filter(left).findFirst().orElseThrow())),
                new Seed(
                        "another record was accepted than the one that stayed",
                        Rule.RECORDED_ONCE,
                        run -> run.change(
                                "done",
                                accepted("left"),
                                event -> event.setAccepted(
                                        event.getAccepted().toBuilder().setRecordDigest(digest("another"))))),
                new Seed(
                        "two records were told of as recorded",
                        Rule.FIRST_RECORD_WINS,
                        run -> run.appends.add(
                                new Append(key("done"), id("done", "left"), digest("second"), AppendAnswer.RECORDED))),
                new Seed(
                        "a record was acknowledged and lost",
                        Rule.FIRST_RECORD_WINS,
                        run -> run.appends.add(
                                new Append(key("done"), id("done", "lost"), digest("lost"), AppendAnswer.RECORDED))),
                new Seed(
                        "a first record was told of as superseded by itself",
                        Rule.FIRST_RECORD_WINS,
                        run -> replace(
                                run.appends,
                                append -> append.digest().equals(digest(id("done", "left"))),
                                append -> new Append(
                                        append.key(), append.execId(), append.digest(), AppendAnswer.SUPERSEDED))),
                new Seed("a blob was lost", Rule.BLOBS_MATCH, run -> run.blobs.clear()),
                new Seed(
                        "a blob was cut off",
                        Rule.BLOBS_MATCH,
                        run -> run.blobs.put(BLOB, new HeldBlob(6, SampleRun.SHA256))),
                new Seed(
                        "a blob was damaged",
                        Rule.BLOBS_MATCH,
                        run -> run.blobs.put(BLOB, new HeldBlob(7, ByteString.EMPTY))));
    }

    private static List<Seed> ofEffects() {
        return List.of(
                new Seed(
                        "an attempt was dispatched before the decision was durable",
                        Rule.ADMITTED_FIRST,
                        run -> changeEffect(
                                run,
                                effect -> new Effect(
                                        effect.key(),
                                        effect.execId(),
                                        effect.idempotencyKey(),
                                        effect.attempt(),
                                        effect.begunAt().map(time -> time.minusMillis(450)),
                                        true))),
                new Seed(
                        "an attempt was dispatched and never decided",
                        Rule.ADMITTED_FIRST,
                        run -> run.effects.add(new Effect(key("asleep"), "ghost", "k", 1, Optional.empty(), true))),
                new Seed(
                        "a rejected attempt was run",
                        Rule.ADMITTED_FIRST,
                        run -> run.change(
                                "done",
                                scheduled("right"),
                                event -> event.setScheduled(
                                        event.getScheduled().toBuilder().setRejection(Verdict.getDefaultInstance())))),
                new Seed(
                        "an attempt was run under another number",
                        Rule.ADMITTED_FIRST,
                        run -> changeEffect(
                                run,
                                effect -> new Effect(
                                        effect.key(),
                                        effect.execId(),
                                        effect.idempotencyKey(),
                                        2,
                                        effect.begunAt(),
                                        true))),
                new Seed(
                        "something was run for a lifetime that was never durable",
                        Rule.ADMITTED_FIRST,
                        run -> run.effects.add(new Effect(key("ghost"), "ghost", "k", 1, Optional.empty(), true))),
                new Seed(
                        "two runs share an idempotency key",
                        Rule.EFFECTS_NAMED,
                        run -> changeEffect(
                                run,
                                effect -> new Effect(
                                        effect.key(), effect.execId(), "key of right", 1, effect.begunAt(), true))),
                new Seed(
                        "a retry has an idempotency key of its own",
                        Rule.EFFECTS_NAMED,
                        run -> replace(
                                run.effects,
                                effect -> effect.execId().equals(id("done", "again")),
                                effect -> new Effect(effect.key(), effect.execId(), "own", 2, effect.begunAt(), true))),
                new Seed(
                        "a success was accepted and never done",
                        Rule.SUCCESS_HAS_EFFECT,
                        run -> remove(run.effects, effect -> effect.execId().equals(id("done", "left")))),
                new Seed(
                        "a success was accepted and half done",
                        Rule.SUCCESS_HAS_EFFECT,
                        run -> changeEffect(
                                run,
                                effect -> new Effect(
                                        effect.key(),
                                        effect.execId(),
                                        effect.idempotencyKey(),
                                        1,
                                        effect.begunAt(),
                                        false))));
    }

    /** That of the first branch. */
    private static void changeEffect(SampleRun run, UnaryOperator<Effect> change) {
        replace(run.effects, effect -> effect.execId().equals(id("done", "left")), change);
    }

    private static List<Seed> ofBudgets() {
        return List.of(
                new Seed(
                        "an attempt was charged twice",
                        Rule.SPEND_ADDS_UP,
                        run -> run.slices.replaceAll(
                                slice -> new Slice(slice.key(), slice.granted(), 0, slice.spent() + 200, 0))),
                new Seed(
                        "what was set aside was never settled",
                        Rule.SPEND_ADDS_UP,
                        run -> run.slices.replaceAll(
                                slice -> new Slice(slice.key(), slice.granted(), 500, slice.spent(), 0))),
                new Seed(
                        "more is used than was granted",
                        Rule.WITHIN_BUDGET,
                        run -> run.slices.replaceAll(slice -> new Slice(slice.key(), 599, 0, slice.spent(), 0))),
                new Seed("more is used than the limit", Rule.WITHIN_BUDGET, run -> run.limit = 599),
                new Seed("a fault never struck", Rule.ENOUGH, run -> run.faults.clear()),
                new Seed(
                        "too little was accepted",
                        Rule.ENOUGH,
                        run -> run.expectation = new Expectation(1_000, 0, 0, Set.of())),
                new Seed(
                        "too little was asked for",
                        Rule.ENOUGH,
                        run -> run.expectation = new Expectation(0, 1_000, 0, Set.of())),
                new Seed(
                        "too little has ended",
                        Rule.ENOUGH,
                        run -> run.expectation = new Expectation(0, 0, 1_000, Set.of())));
    }

    private static List<Seed> ofKeys() {
        History.Key abroad = new History.Key("beta", "done");
        return List.of(
                new Seed(
                        "a worker was told of another tenant",
                        Rule.KEYS_AGREE,
                        run -> changeEffect(
                                run,
                                effect -> new Effect(
                                        abroad, effect.execId(), effect.idempotencyKey(), 1, effect.begunAt(), true))),
                new Seed(
                        "an answer names another tenant",
                        Rule.KEYS_AGREE,
                        run -> run.journal.add(
                                new Operation(Kind.PAUSE, Outcome.OK, key("halted"), "seen", abroad, 0, 0))),
                new Seed(
                        "a lifetime is another tenant's than who asked for it",
                        Rule.KEYS_AGREE,
                        run -> run.journal.add(new Operation(Kind.START, Outcome.UNKNOWN, abroad, ""))),
                new Seed(
                        "a tenant paused another's lifetime",
                        Rule.KEYS_AGREE,
                        run -> run.journal.add(
                                new Operation(Kind.PAUSE, Outcome.UNKNOWN, new History.Key("beta", "halted"), "p"))),
                new Seed(
                        "a record says another tenant than its row",
                        Rule.KEYS_AGREE,
                        run -> replace(
                                run.executions,
                                row -> true,
                                row -> new History.Execution(
                                        row.key(),
                                        row.execId(),
                                        row.headers().toBuilder()
                                                .setTenantId("beta")
                                                .build(),
                                        row.telemetry(),
                                        row.digest(),
                                        row.arrived(),
                                        row.blobs()))),
                new Seed(
                        "an event says another tenant than its row",
                        Rule.KEYS_AGREE,
                        run -> run.change("held", LifetimeEvent::hasPaused, event -> event.setTenantId("beta"))),
                new Seed(
                        "a timer is of no lifetime",
                        Rule.KEYS_AGREE,
                        run -> run.timers.add(new History.Timer(abroad, SampleRun.DUE_AT))),
                new Seed(
                        "an executor recorded for another tenant",
                        Rule.KEYS_AGREE,
                        run -> replace(
                                run.appends,
                                append -> append.execId().equals(id("done", "left")),
                                append -> new Append(abroad, append.execId(), append.digest(), append.answer()))),
                new Seed("a blob of another tenant is referred to", Rule.KEYS_AGREE, run -> {
                    String other = BLOB.replace("acme", "beta");
                    run.blobs.put(other, new HeldBlob(7, SampleRun.SHA256));
                    replace(
                            run.executions,
                            row -> !row.blobs().isEmpty(),
                            row -> new History.Execution(
                                    row.key(),
                                    row.execId(),
                                    row.headers(),
                                    row.telemetry(),
                                    row.digest(),
                                    row.arrived(),
                                    List.of(row.blobs().get(0).toBuilder()
                                            .setUri(other)
                                            .build())));
                }));
    }

    private static History.Execution changed(History.Execution row, String execId) {
        return new History.Execution(
                row.key(),
                execId,
                row.headers().toBuilder().setExecId(execId).build(),
                row.telemetry(),
                row.digest(),
                row.arrived(),
                row.blobs());
    }
}
