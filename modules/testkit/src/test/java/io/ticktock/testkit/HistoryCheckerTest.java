package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.Aborted;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.ChildStarted;
import io.ticktock.proto.v1.Completed;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Paused;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.Woken;
import io.ticktock.testkit.Violation.Rule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A sound history has no violations, and breaking any one rule is found out. */
class HistoryCheckerTest {

    private static final PolicyTelemetry TELEMETRY =
            PolicyTelemetry.newBuilder().setTokensUsed(5).build();

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final HistoryChecker checker = new HistoryChecker(HistoryCheckerTest::fold);

    private final List<History.Lifetime> lifetimes = new ArrayList<>();
    private final List<History.Event> events = new ArrayList<>();
    private final List<History.Execution> executions = new ArrayList<>();

    private int names;

    @Test
    void aSoundHistoryHasNoViolations() {
        fillSoundly();

        assertEquals(List.of(), check(), "seed " + seed);
    }

    @Test
    void aLifetimeThatIsStuckIsFound() {
        Log stuck = new Log("stuck").started().scheduled("a").accepted("a").scheduled("b");
        stuck.save();

        assertEquals(Set.of(Rule.ENDS), rules());
    }

    @Test
    void aWokenAttemptThatNobodyRunsIsFound() {
        new Log("woken")
                .started()
                .scheduled("a")
                .waiting("a")
                .woken("a")
                .parked()
                .save();

        assertEquals(Set.of(Rule.ENDS), rules());
    }

    @Test
    void aRunningBranchBesideAWaitingOneIsNotParked() {
        new Log("half")
                .started()
                .steps(1)
                .scheduled("a")
                .scheduled("b")
                .waiting("a")
                .parked()
                .save();

        assertEquals(Set.of(Rule.ENDS), rules());
    }

    @Test
    void aWaitingLifetimeThatIsNotParkedIsFound() {
        new Log("held").started().scheduled("a").waiting("a").save();

        assertEquals(Set.of(Rule.ENDS), rules());
    }

    @Test
    void aGapIsFound() {
        fillSoundly();
        removeOne(events, row -> row.seq() == 2);

        assertTrue(rules().contains(Rule.GAPLESS), "seed " + seed);
    }

    @Test
    void aLogWithoutItsStartIsFound() {
        fillSoundly();
        removeOne(events, row -> row.seq() == 1);

        assertTrue(rules().contains(Rule.GAPLESS), "seed " + seed);
    }

    @Test
    void aSecondStartIsFound() {
        new Log("twice").started().started().completed().save();

        assertTrue(rules().contains(Rule.GAPLESS));
    }

    @Test
    void aLifetimeWithoutEventsIsFound() {
        History.Key key = new History.Key("acme", "empty");
        lifetimes.add(new History.Lifetime(
                key,
                AgentLifetime.newBuilder()
                        .setTenantId("acme")
                        .setLifetimeId("empty")
                        .build()));

        assertTrue(rules().contains(Rule.GAPLESS));
    }

    @Test
    void aDriverFromBeforeATakeoverIsFound() {
        fillSoundly();
        replaceOne(
                events,
                row -> row.seq() == 3,
                row -> new History.Event(row.key(), row.seq(), row.epoch() - 100, row.event()));

        assertEquals(Set.of(Rule.EPOCHS_RISE), rules(), "seed " + seed);
    }

    @Test
    void anAttemptAcceptedBeforeItIsScheduledIsFound() {
        new Log("early").started().accepted("a").completed().record("a").save();

        assertTrue(rules().contains(Rule.SCHEDULED_FIRST));
    }

    @Test
    void anAttemptScheduledTwiceIsFound() {
        new Log("again")
                .started()
                .scheduled("a")
                .accepted("a")
                .scheduled("a")
                .completed()
                .save();

        assertEquals(Set.of(Rule.SCHEDULED_FIRST), rules());
    }

    @Test
    void waitingWakingChildrenAndCancellingNeedAnAttempt() {
        new Log("w").started().waiting("a").completed().save();
        new Log("g").started().woken("a").completed().save();
        new Log("h").started().child("a").completed().save();
        new Log("c").started().cancelled("a").completed().save();

        List<Violation> violations = check();

        assertEquals(4, violations.size(), violations::toString);
        assertEquals(Set.of(Rule.SCHEDULED_FIRST), rules());
    }

    @Test
    void aForkNamesWhatIsInTheLogItGoesOnFrom() {
        Log fork = new Log("fork");
        fork.add(LifetimeEvent.newBuilder()
                .setStarted(Started.newBuilder()
                        .setFork(ForkOrigin.newBuilder().setLifetimeId("parent").setExecId("parent/a"))));
        fork.cancelled("under way")
                .add(LifetimeEvent.newBuilder()
                        .setScheduled(
                                Scheduled.newBuilder().setExecId(fork.id("b")).addArrivedExecIds("parent/a")));
        fork.accepted("b").completed().save();

        assertEquals(List.of(), check());
    }

    @Test
    void aRecordOfAnAttemptThatWasNeverScheduledIsFound() {
        new Log("ghost").started().completed().record("a").save();

        assertEquals(Set.of(Rule.SCHEDULED_FIRST), rules());
    }

    @Test
    void aMissingRecordIsFound() {
        fillSoundly();
        removeOne(executions, this::isAccepted);

        assertEquals(Set.of(Rule.RECORDED_ONCE), rules(), "seed " + seed);
    }

    @Test
    void aSecondRecordIsFound() {
        fillSoundly();
        History.Execution some = executions.get(random.nextInt(executions.size()));
        executions.add(History.Execution.of(
                some.key(),
                some.execId(),
                PlanExecution.newBuilder()
                        .setHeaders(some.headers())
                        .setTelemetry(some.telemetry())
                        .build()));

        assertEquals(Set.of(Rule.RECORDED_ONCE), rules(), "seed " + seed);
    }

    @Test
    void aRecordThatSaysSomethingElseThanWhatWasAcceptedIsFound() {
        fillSoundly();
        replaceOne(
                executions,
                this::isAccepted,
                row -> changed(row, row.key(), row.headers(), PolicyTelemetry.getDefaultInstance()));

        assertEquals(Set.of(Rule.RECORDED_ONCE), rules(), "seed " + seed);
    }

    @Test
    void aFailureAcceptedAsASuccessIsFound() {
        new Log("liar").started().scheduled("a").accepted("a").completed().save();
        replaceOne(
                executions,
                this::isAccepted,
                row -> changed(
                        row,
                        row.key(),
                        row.headers().toBuilder()
                                .setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                                .build(),
                        row.telemetry()));

        assertEquals(Set.of(Rule.RECORDED_ONCE), rules());
    }

    @Test
    void aRejectedSuccessIsAcceptedAsAFailure() {
        Log log = new Log("rejected").started().scheduled("a");
        log.add(LifetimeEvent.newBuilder()
                .setAccepted(Accepted.newBuilder()
                        .setExecId(log.id("a"))
                        .setStatus(ExecutionStatus.EXECUTION_STATUS_FAILED)
                        .setTelemetry(TELEMETRY)
                        .setVerdict(
                                Verdict.newBuilder().setAction(GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION))));
        log.aborted().record("a").save();

        assertEquals(List.of(), check());
    }

    @Test
    void anAttemptAcceptedTwiceIsFound() {
        new Log("twice")
                .started()
                .scheduled("a")
                .accepted("a")
                .accepted("a")
                .completed()
                .save();

        assertTrue(rules().contains(Rule.ACCEPTED_ONCE));
    }

    @Test
    void aCancelledAttemptThatIsAcceptedIsFound() {
        new Log("late")
                .started()
                .scheduled("a")
                .cancelled("a")
                .accepted("a")
                .completed()
                .save();

        assertEquals(Set.of(Rule.ACCEPTED_ONCE), rules());
    }

    @Test
    void anEventBehindTheEndIsFound() {
        new Log("zombie").started().scheduled("a").completed().accepted("a").save();

        assertEquals(Set.of(Rule.END_IS_LAST), rules());
    }

    @Test
    void aHeadThatIsNotTheFoldIsFound() {
        fillSoundly();
        replaceOne(
                lifetimes,
                row -> true,
                row -> new History.Lifetime(
                        row.key(), row.head().toBuilder().setReason("other").build()));

        assertEquals(Set.of(Rule.HEAD_IS_FOLD), rules(), "seed " + seed);
    }

    @Test
    void aHeadThatMissedTheEndIsFound() {
        Log log = new Log("behind").started().scheduled("a").accepted("a");
        log.saveHead();
        log.completed().saveEvents();

        assertEquals(Set.of(Rule.HEAD_IS_FOLD), rules());
    }

    @Test
    void aHeadAheadOfItsLogIsFound() {
        fillSoundly();
        replaceOne(
                lifetimes,
                row -> true,
                row -> new History.Lifetime(
                        row.key(), row.head().toBuilder().setLastSeq(1000).build()));

        assertEquals(Set.of(Rule.HEAD_IS_FOLD), rules(), "seed " + seed);
    }

    @Test
    void eventsThatDoNotAddUpAreFound() {
        new Log("odd").started().completed().save();
        HistoryChecker strict = new HistoryChecker(log -> {
            throw new IllegalStateException("no token at 'x'");
        });

        List<Violation> violations = strict.check(new History(lifetimes, events, executions), 0);

        assertEquals(1, violations.size());
        assertEquals(Rule.HEAD_IS_FOLD, violations.get(0).rule());
        assertTrue(violations.get(0).what().contains("no token at 'x'"));
    }

    @Test
    void aHeadMayBeOlderThanTheLogAsLongAsItsStatusHolds() {
        Log log = new Log("normal").started().saveHead().scheduled("a").waiting("a");
        lifetimes.replaceAll(row -> new History.Lifetime(
                row.key(), row.head().toBuilder().setParked(true).build()));
        log.saveEvents();

        assertEquals(List.of(), check());
    }

    @Test
    void rowsOfAnotherTenantAreFound() {
        fillSoundly();
        UnaryOperator<History.Key> abroad = key -> new History.Key("other-" + key.tenantId(), key.lifetimeId());
        replaceOne(
                executions, row -> true, row -> changed(row, abroad.apply(row.key()), row.headers(), row.telemetry()));

        assertTrue(rules().contains(Rule.KEYS_AGREE), "seed " + seed);
    }

    @Test
    void messagesThatNameAnotherTenantThanTheirRowAreFound() {
        fillSoundly();
        replaceOne(
                events,
                row -> row.seq() > 1,
                row -> new History.Event(
                        row.key(),
                        row.seq(),
                        row.epoch(),
                        row.event().toBuilder().setTenantId("other").build()));
        replaceOne(
                executions,
                row -> true,
                row -> changed(
                        row,
                        row.key(),
                        row.headers().toBuilder().setTenantId("other").build(),
                        row.telemetry()));

        List<Violation> violations = check();

        assertEquals(2, violations.size(), violations::toString);
        assertEquals(Set.of(Rule.KEYS_AGREE), rules(), "seed " + seed);
    }

    @Test
    void twoHeadsAreFound() {
        fillSoundly();
        lifetimes.add(lifetimes.get(0));

        assertTrue(rules().contains(Rule.KEYS_AGREE), "seed " + seed);
    }

    @Test
    void aHistoryTooSmallToMeanAnythingIsFound() {
        List<Violation> violations = checker.check(new History(lifetimes, events, executions), 1);

        assertEquals(1, violations.size());
        assertEquals(Rule.ENOUGH, violations.get(0).rule());
    }

    /** Every kind of ending, several times, its rows in no order. */
    private void fillSoundly() {
        for (int i = 0; i < 5; i++) {
            new Log("completed")
                    .started()
                    .steps(1 + random.nextInt(10))
                    .completed()
                    .save();
            new Log("failed")
                    .started()
                    .steps(1)
                    .scheduled("a")
                    .scheduled("b")
                    .accepted("a")
                    .cancelled("b")
                    .record("b")
                    .aborted()
                    .save();
            new Log("paused").started().scheduled("a").paused().save();
            new Log("waiting")
                    .started()
                    .steps(1)
                    .scheduled("a")
                    .waiting("a")
                    .parked()
                    .save();
            new Log("answered")
                    .started()
                    .scheduled("a")
                    .waiting("a")
                    .woken("a")
                    .accepted("a")
                    .completed()
                    .save();
        }
        Collections.shuffle(lifetimes, random);
        Collections.shuffle(events, random);
        Collections.shuffle(executions, random);
    }

    private List<Violation> check() {
        return checker.check(new History(lifetimes, events, executions), 0);
    }

    private Set<Rule> rules() {
        return check().stream().map(Violation::rule).collect(Collectors.toSet());
    }

    private boolean isAccepted(History.Execution row) {
        return events.stream()
                .anyMatch(event -> event.event().getAccepted().getExecId().equals(row.execId()));
    }

    private static History.Execution changed(
            History.Execution row, History.Key key, ExecutionHeaders headers, PolicyTelemetry telemetry) {
        return new History.Execution(key, row.execId(), headers, telemetry, row.digest(), row.arrived(), row.blobs());
    }

    private static <R> void removeOne(List<R> rows, Predicate<R> fitting) {
        R row = rows.stream().filter(fitting).findFirst().orElseThrow();
        rows.remove(row);
    }

    private static <R> void replaceOne(List<R> rows, Predicate<R> fitting, UnaryOperator<R> replacement) {
        R row = rows.stream().filter(fitting).findFirst().orElseThrow();
        rows.set(rows.indexOf(row), replacement.apply(row));
    }

    /** Far simpler than the real fold, which the control plane owns: the checker only compares. */
    private static AgentLifetime fold(List<LifetimeEvent> log) {
        AgentLifetime.Builder head = AgentLifetime.newBuilder();
        Totals.Builder totals = Totals.newBuilder();
        for (LifetimeEvent event : log) {
            head.setTenantId(log.get(0).getTenantId())
                    .setLifetimeId(event.getLifetimeId())
                    .setLastSeq(log.size());
            if (event.hasStarted()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING);
            } else if (event.hasPaused()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_PAUSED);
            } else if (event.hasCompleted()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_COMPLETED);
            } else if (event.hasAborted()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_ABORTED);
            } else if (event.hasAccepted()) {
                totals.setExecutions(totals.getExecutions() + 1);
                totals.setTokensUsed(totals.getTokensUsed()
                        + event.getAccepted().getTelemetry().getTokensUsed());
            }
        }
        return head.setTotals(totals).build();
    }

    /** The log of one lifetime as it is written. */
    private final class Log {

        private final History.Key key;
        private final List<History.Event> rows = new ArrayList<>();
        private long epoch = random.nextLong(1, 6);
        private List<String> arrived = List.of();
        private boolean parked;

        Log(String name) {
            key = new History.Key("acme", name + "-" + names++);
        }

        Log add(LifetimeEvent.Builder event) {
            epoch += random.nextInt(2);
            long seq = rows.size() + 1L;
            event.setTenantId(key.tenantId()).setLifetimeId(key.lifetimeId()).setSeq(seq);
            rows.add(new History.Event(key, seq, epoch, event.build()));
            return this;
        }

        String id(String name) {
            return key.lifetimeId() + "/" + name;
        }

        Log started() {
            return add(LifetimeEvent.newBuilder().setStarted(Started.getDefaultInstance()));
        }

        Log steps(int count) {
            for (int i = 0; i < count; i++) {
                scheduled("step-" + i).accepted("step-" + i);
            }
            return this;
        }

        /** Follows from what was accepted last. */
        Log scheduled(String name) {
            return add(LifetimeEvent.newBuilder()
                    .setScheduled(Scheduled.newBuilder()
                            .setExecId(id(name))
                            .setNodeId(name)
                            .addAllArrivedExecIds(arrived)));
        }

        Log accepted(String name) {
            record(name);
            arrived = List.of(id(name));
            return add(LifetimeEvent.newBuilder()
                    .setAccepted(Accepted.newBuilder()
                            .setExecId(id(name))
                            .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                            .setTelemetry(TELEMETRY)));
        }

        Log record(String name) {
            ExecutionHeaders headers = ExecutionHeaders.newBuilder()
                    .setTenantId(key.tenantId())
                    .setLifetimeId(key.lifetimeId())
                    .setExecId(id(name))
                    .setStatus(ExecutionStatus.EXECUTION_STATUS_SUCCEEDED)
                    .build();
            TaskExecution task = TaskExecution.newBuilder()
                    .setHeaders(headers)
                    .setTelemetry(TELEMETRY)
                    .build();
            History.Execution row = History.Execution.of(key, id(name), task);
            if (!executions.contains(row)) {
                executions.add(row);
            }
            return this;
        }

        Log waiting(String name) {
            return add(LifetimeEvent.newBuilder()
                    .setWaiting(Waiting.newBuilder().setExecId(id(name)).setHuman(HumanRequest.getDefaultInstance())));
        }

        Log woken(String name) {
            return add(LifetimeEvent.newBuilder().setWoken(Woken.newBuilder().setExecId(id(name))));
        }

        Log child(String name) {
            return add(LifetimeEvent.newBuilder()
                    .setChildStarted(ChildStarted.newBuilder().setExecId(id(name))));
        }

        Log cancelled(String name) {
            return add(LifetimeEvent.newBuilder()
                    .setCancelled(Cancelled.newBuilder().setExecId(id(name))));
        }

        Log paused() {
            return add(LifetimeEvent.newBuilder().setPaused(Paused.newBuilder().setActor("ann")));
        }

        Log completed() {
            return add(LifetimeEvent.newBuilder().setCompleted(Completed.getDefaultInstance()));
        }

        Log aborted() {
            return add(LifetimeEvent.newBuilder().setAborted(Aborted.getDefaultInstance()));
        }

        Log parked() {
            parked = true;
            return this;
        }

        void save() {
            saveHead().saveEvents();
        }

        Log saveHead() {
            AgentLifetime head = fold(rows.stream().map(History.Event::event).toList()).toBuilder()
                    .putLabels("of", "the row")
                    .setParked(parked)
                    .build();
            lifetimes.add(new History.Lifetime(key, head));
            return this;
        }

        void saveEvents() {
            events.addAll(rows);
        }
    }
}
