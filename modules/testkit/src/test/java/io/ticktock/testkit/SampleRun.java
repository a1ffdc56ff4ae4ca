package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Aborted;
import io.ticktock.proto.v1.Accepted;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.ChildRequest;
import io.ticktock.proto.v1.ChildStarted;
import io.ticktock.proto.v1.Completed;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.Forked;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.Joined;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Parked;
import io.ticktock.proto.v1.Paused;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.Resumed;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Totals;
import io.ticktock.proto.v1.Waiting;
import io.ticktock.proto.v1.Woken;
import io.ticktock.proto.v1.WorkerRequest;
import io.ticktock.testkit.Evidence.Append;
import io.ticktock.testkit.Evidence.AppendAnswer;
import io.ticktock.testkit.Evidence.BudgetKey;
import io.ticktock.testkit.Evidence.Budgets;
import io.ticktock.testkit.Evidence.Effect;
import io.ticktock.testkit.Evidence.Expectation;
import io.ticktock.testkit.Evidence.Fault;
import io.ticktock.testkit.Evidence.HeldBlob;
import io.ticktock.testkit.Evidence.Kind;
import io.ticktock.testkit.Evidence.Ledger;
import io.ticktock.testkit.Evidence.Operation;
import io.ticktock.testkit.Evidence.Outcome;
import io.ticktock.testkit.Evidence.Slice;
import io.ticktock.testkit.Evidence.SliceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A run in which nothing went wrong, with everything that is known of it: lifetimes that ended, wait and are paused, what
 * clients and executors were told, what a worker did, blobs, a budget and a fault. To be damaged.
 */
final class SampleRun {

    static final Instant BEGIN = Instant.parse("2030-01-01T00:00:00Z");
    /** Behind all events. */
    static final Instant READ_AT = BEGIN.plusSeconds(100);

    static final Instant DUE_AT = BEGIN.plusSeconds(1_000);
    static final String BLOB = "blob:acme/00ff";
    static final ByteString SHA256 = ByteString.copyFromUtf8("the hash of it");
    static final BudgetKey BUDGET = new BudgetKey("acme", "limit");
    static final SliceKey SLICE = new SliceKey(BUDGET, BEGIN, "guardrail-1");

    private static final long WORST_MICROS = 500;
    private static final long USED_MICROS = 200;
    private static final PolicyTelemetry USED = PolicyTelemetry.newBuilder()
            .setTokensUsed(5)
            .setCostMicros(USED_MICROS)
            .build();

    final List<History.Lifetime> lifetimes = new ArrayList<>();
    final List<History.Event> events = new ArrayList<>();
    final List<History.Execution> executions = new ArrayList<>();
    final List<History.Timer> timers = new ArrayList<>();
    final List<History.PendingSignal> signals = new ArrayList<>();
    final List<History.Question> questions = new ArrayList<>();
    final List<History.Work> work = new ArrayList<>();
    final List<Operation> journal = new ArrayList<>();
    final List<Effect> effects = new ArrayList<>();
    final List<Append> appends = new ArrayList<>();
    final Map<String, HeldBlob> blobs = new HashMap<>();
    final List<Slice> slices = new ArrayList<>();
    final List<Fault> faults = new ArrayList<>();

    long limit = 10_000;
    Instant readAt = READ_AT;
    Expectation expectation = new Expectation(6, 10, 2, Set.of("kill"));

    /** By a count of all that clients asked and were told. */
    private long tick;

    SampleRun() {
        addDone();
        addSteered();
        addHalted();
        addHeld();
        addWaiting();
        addFamily();
        addOfOthers();
        ask(Kind.START, Outcome.UNKNOWN, key("never"), "");
        ask(Kind.START, Outcome.FAILED, key("refused"), "");
        appends.add(new Append(key("done"), id("done", "left"), digest("too late"), AppendAnswer.SUPERSEDED));
        blobs.put(BLOB, new HeldBlob(7, SHA256));
        slices.add(new Slice(SLICE, 2_000, 0, 3 * USED_MICROS, 0));
        faults.add(new Fault("kill", BEGIN.plusSeconds(5)));
    }

    static History.Key key(String lifetime) {
        return new History.Key("acme", lifetime);
    }

    static String id(String lifetime, String attempt) {
        return lifetime + "/" + attempt;
    }

    History history() {
        return new History(lifetimes, events, executions)
                .withWaits(new History.Waits(timers, signals, questions, work));
    }

    Evidence evidence() {
        return Evidence.NONE
                .withJournal(journal)
                .withLedger(new Ledger(effects, Set.of("work"), true))
                .withAppends(appends)
                .withBlobs(uri -> Optional.ofNullable(blobs.get(uri)))
                .withBudgets(new Budgets(slices, Map.of(BUDGET, limit)))
                .withFaults(faults)
                .readAt(readAt)
                .expecting(expectation);
    }

    /** Two branches of work, of which one fails at first, meet again. */
    private void addDone() {
        Log log = new Log(key("done"));
        log.asked().add(started());
        log.scheduled(attempt("split", "split"));
        log.accepted("split", "work", "work");
        log.add(LifetimeEvent.newBuilder()
                .setForked(Forked.newBuilder().setPlanExecId(log.id("split")).setBranches(2)));
        log.scheduled(branch(log, "left", 0, 1)).scheduled(branch(log, "right", 1, 1));
        log.failed("right").scheduled(branch(log, "again", 1, 2));
        log.accepted("left")
                .add(LifetimeEvent.newBuilder()
                        .setParked(
                                Parked.newBuilder().setTokenPath("/split#1:0").setPlanId("gather")));
        log.accepted("again")
                .add(LifetimeEvent.newBuilder()
                        .setParked(
                                Parked.newBuilder().setTokenPath("/split#1:1").setPlanId("gather")));
        log.add(LifetimeEvent.newBuilder().setJoined(Joined.newBuilder().addPlanIds("gather")));
        log.scheduled(attempt("gather", "gather")
                .addArrivedExecIds(log.id("left"))
                .addArrivedExecIds(log.id("again"))
                .setJoined(true));
        log.accepted("gather", "END");
        log.add(LifetimeEvent.newBuilder()
                .setCompleted(Completed.newBuilder()
                        .setOutput(OutputReference.newBuilder()
                                .setLifetimeId("done")
                                .setExecId(log.id("gather")))));
        log.save(false);
        run(log, "left", 1, "key of left");
        run(log, "right", 1, "key of right");
        run(log, "again", 2, "key of right");
    }

    private static Scheduled.Builder branch(Log log, String name, int choice, int attempt) {
        return attempt(name, "work")
                .setPlanExecId(log.id("split"))
                .setChoice(choice)
                .setTokenPath("/split#1:" + choice)
                .setAttempt(attempt)
                .setReservation(Reservation.newBuilder()
                        .setAmounts(Amounts.newBuilder()
                                .setExecutions(1)
                                .setTokensUsed(10)
                                .setCostMicros(WORST_MICROS))
                        .addSlices(SliceReservation.newBuilder()
                                .setBudget(BUDGET.budget())
                                .setBucket(ProtoTime.timestamp(BEGIN))
                                .setSliceId(SLICE.sliceId())
                                .setMetric(BudgetMetric.BUDGET_METRIC_COST_USD)
                                .setAmount(WORST_MICROS)));
    }

    /** Everything that clients can do to a lifetime, and some of it for nothing. */
    private void addSteered() {
        Log log = new Log(key("steered"));
        log.asked().add(started()).scheduled(attempt("ask", "ask")).waits("ask", human());
        ask(Kind.PAUSE, Outcome.OK, log.key, "first pause");
        log.paused("first pause");
        ask(Kind.PAUSE, Outcome.OK, log.key, "pause of what is paused");
        ask(Kind.RESUME, Outcome.OK, log.key, "first resumption");
        log.resumed("first resumption");
        log.paused("by guardrails").resumed("by somebody else");
        ask(Kind.ANSWER, Outcome.OK, log.key, log.id("ask"));
        log.add(LifetimeEvent.newBuilder()
                .setWoken(Woken.newBuilder()
                        .setExecId(log.id("ask"))
                        .setResumption(Resumption.newBuilder().setAnswer(Answer.getDefaultInstance()))));
        ask(Kind.PAUSE, Outcome.FAILED, log.key, "refused pause");
        ask(Kind.ABORT, Outcome.UNKNOWN, log.key, "the end");
        log.add(LifetimeEvent.newBuilder().setAborted(Aborted.newBuilder().setReason("the end")));
        log.save(false);
    }

    private void addHalted() {
        Log log = new Log(key("halted"));
        log.asked().add(started()).scheduled(attempt("a", "a"));
        ask(Kind.PAUSE, Outcome.OK, log.key, "halt");
        log.paused("halt").save(false);
    }

    private void addHeld() {
        Log log = new Log(key("held"));
        log.asked()
                .add(started())
                .scheduled(attempt("a", "a"))
                .paused("budget: used up")
                .save(false);
    }

    private void addWaiting() {
        Log asleep = new Log(key("asleep"));
        asleep.asked().add(started()).scheduled(attempt("a", "a"));
        asleep.waits("a", Waiting.newBuilder().setUntil(ProtoTime.timestamp(DUE_AT)))
                .save(true);
        timers.add(new History.Timer(asleep.key, DUE_AT));

        Log asking = new Log(key("asking"));
        ask(Kind.START, Outcome.UNKNOWN, asking.key, "");
        asking.add(started()).scheduled(attempt("a", "a")).waits("a", human()).save(true);
        questions.add(new History.Question(asking.key, asking.id("a")));

        Log offered = new Log(key("offered"));
        offered.asked().add(started()).scheduled(attempt("a", "a"));
        offered.waits("a", Waiting.newBuilder().setWorker(WorkerRequest.getDefaultInstance()))
                .save(true);
        work.add(new History.Work(offered.key, offered.id("a")));
    }

    /** A parent that waits for its child, which waits for a person. */
    private void addFamily() {
        Log parent = new Log(key("parent"));
        parent.asked().add(started()).scheduled(attempt("a", "a"));
        parent.waits("a", Waiting.newBuilder().setChild(ChildRequest.getDefaultInstance()));
        parent.add(LifetimeEvent.newBuilder()
                .setChildStarted(
                        ChildStarted.newBuilder().setExecId(parent.id("a")).setChildLifetimeId("child")));
        parent.save(true);
        Log child = new Log(key("child"));
        child.add(LifetimeEvent.newBuilder()
                .setStarted(Started.newBuilder().setParentLifetimeId("parent").setParentExecId(parent.id("a"))));
        child.scheduled(attempt("a", "a")).waits("a", human()).save(true);
        questions.add(new History.Question(child.key, child.id("a")));
    }

    /** The same again for the same idempotency key, of another tenant. */
    private void addOfOthers() {
        Log log = new Log(new History.Key("beta", "others"));
        ask(Kind.START, Outcome.OK, log.key, "key");
        History.Key again = new History.Key("beta", "again");
        journal.add(new Operation(Kind.START, Outcome.OK, again, "key", log.key, ++tick, ++tick));
        log.add(started()).scheduled(attempt("a", "a")).accepted("a");
        log.add(LifetimeEvent.newBuilder()
                        .setCompleted(Completed.newBuilder()
                                .setOutput(OutputReference.newBuilder()
                                        .setLifetimeId("others")
                                        .setExecId(log.id("a")))))
                .save(false);
    }

    private static LifetimeEvent.Builder started() {
        return LifetimeEvent.newBuilder().setStarted(Started.getDefaultInstance());
    }

    private static Waiting.Builder human() {
        return Waiting.newBuilder().setHuman(HumanRequest.getDefaultInstance());
    }

    private static Scheduled.Builder attempt(String name, String nodeId) {
        return Scheduled.newBuilder()
                .setExecId(name)
                .setNodeId(nodeId)
                .setIteration(1)
                .setAttempt(1);
    }

    Operation ask(Kind kind, Outcome outcome, History.Key asked, String identity) {
        Operation operation = new Operation(kind, outcome, asked, identity, asked, ++tick, ++tick);
        journal.add(operation);
        return operation;
    }

    /** Half a second after it was scheduled. */
    private void run(Log log, String name, int attempt, String idempotencyKey) {
        Instant scheduled = log.rows.stream()
                .filter(row -> row.event().getScheduled().getExecId().equals(log.id(name)))
                .findFirst()
                .flatMap(History.Event::durableAt)
                .orElseThrow();
        effects.add(new Effect(
                log.key, log.id(name), idempotencyKey, attempt, Optional.of(scheduled.plusMillis(400)), true));
    }

    static ByteString digest(String of) {
        return ByteString.copyFromUtf8("digest of " + of);
    }

    /** Writes a lifetime's events anew, numbered, with the head row that they add up to. */
    void rewrite(String lifetime, UnaryOperator<List<LifetimeEvent>> change) {
        History.Key key = key(lifetime);
        List<History.Event> before =
                events.stream().filter(row -> row.key().equals(key)).toList();
        boolean parked = lifetimes.stream()
                .anyMatch(row -> row.key().equals(key) && row.head().getParked());
        events.removeAll(before);
        lifetimes.removeIf(row -> row.key().equals(key));
        Log log = new Log(key);
        change.apply(new ArrayList<>(before.stream().map(History.Event::event).toList()))
                .forEach(event -> log.add(event.toBuilder()));
        log.save(parked);
    }

    /** Changes the first event that fits, and nothing else. */
    void change(String lifetime, Predicate<LifetimeEvent> fitting, UnaryOperator<LifetimeEvent.Builder> change) {
        replace(
                events,
                row -> row.key().equals(key(lifetime)) && fitting.test(row.event()),
                row -> new History.Event(
                        row.key(),
                        row.seq(),
                        row.epoch(),
                        change.apply(row.event().toBuilder()).build(),
                        row.durableAt()));
    }

    static <R> void replace(List<R> rows, Predicate<R> fitting, UnaryOperator<R> replacement) {
        R row = rows.stream().filter(fitting).findFirst().orElseThrow();
        rows.set(rows.indexOf(row), replacement.apply(row));
    }

    static <R> void remove(List<R> rows, Predicate<R> fitting) {
        rows.remove(rows.stream().filter(fitting).findFirst().orElseThrow());
    }

    /** Far simpler than the real fold, which the control plane owns: the checker only compares. */
    static AgentLifetime fold(List<LifetimeEvent> log) {
        AgentLifetime.Builder head = AgentLifetime.newBuilder().setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING);
        Totals.Builder totals = Totals.newBuilder();
        for (LifetimeEvent event : log) {
            head.setTenantId(log.get(0).getTenantId())
                    .setLifetimeId(event.getLifetimeId())
                    .setLastSeq(log.size());
            if (event.hasStarted()) {
                head.setParentLifetimeId(event.getStarted().getParentLifetimeId());
            } else if (event.hasPaused()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_PAUSED);
            } else if (event.hasResumed()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING);
            } else if (event.hasCompleted()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_COMPLETED);
            } else if (event.hasAborted()) {
                head.setStatus(LifetimeStatus.LIFETIME_STATUS_ABORTED);
            } else if (event.hasAccepted()) {
                PolicyTelemetry used = event.getAccepted().getTelemetry();
                totals.setExecutions(totals.getExecutions() + 1)
                        .setTokensUsed(totals.getTokensUsed() + used.getTokensUsed())
                        .setCostMicros(totals.getCostMicros() + used.getCostMicros());
            }
        }
        return head.setTotals(totals).build();
    }

    /** The log of one lifetime as it is written. Attempts are named within it. */
    private final class Log {

        private final History.Key key;
        private final List<History.Event> rows = new ArrayList<>();
        private final Map<String, Scheduled> attempts = new HashMap<>();

        Log(History.Key key) {
            this.key = key;
        }

        String id(String name) {
            return SampleRun.id(key.lifetimeId(), name);
        }

        Log asked() {
            ask(Kind.START, Outcome.OK, key, "");
            return this;
        }

        Log add(LifetimeEvent.Builder event) {
            long seq = rows.size() + 1L;
            Instant time = BEGIN.plusSeconds(seq);
            event.setTenantId(key.tenantId())
                    .setLifetimeId(key.lifetimeId())
                    .setSeq(seq)
                    .setTime(ProtoTime.timestamp(time));
            rows.add(new History.Event(key, seq, 1 + seq / 4, event.build(), Optional.of(time.plusMillis(100))));
            return this;
        }

        Log scheduled(Scheduled.Builder attempt) {
            String name = attempt.getExecId();
            attempts.put(name, attempt.setExecId(id(name)).build());
            return add(LifetimeEvent.newBuilder().setScheduled(attempt));
        }

        Log accepted(String name, String... next) {
            return recorded(name, ExecutionStatus.EXECUTION_STATUS_SUCCEEDED, List.of(next));
        }

        Log failed(String name) {
            return recorded(name, ExecutionStatus.EXECUTION_STATUS_FAILED, List.of());
        }

        private Log recorded(String name, ExecutionStatus status, List<String> next) {
            ExecutionHeaders headers = ExecutionHeaders.newBuilder()
                    .setTenantId(key.tenantId())
                    .setLifetimeId(key.lifetimeId())
                    .setExecId(id(name))
                    .setStatus(status)
                    .build();
            List<BlobReference> large = name.equals("left")
                    ? List.of(BlobReference.newBuilder()
                            .setUri(BLOB)
                            .setSizeBytes(7)
                            .setSha256(SHA256)
                            .build())
                    : List.of();
            executions.add(new History.Execution(
                    key,
                    id(name),
                    headers,
                    USED,
                    digest(id(name)),
                    List.copyOf(attempts.get(name).getArrivedExecIdsList()),
                    large));
            appends.add(new Append(key, id(name), digest(id(name)), AppendAnswer.RECORDED));
            return add(LifetimeEvent.newBuilder()
                    .setAccepted(Accepted.newBuilder()
                            .setExecId(id(name))
                            .setStatus(status)
                            .setTelemetry(USED)
                            .setRecordDigest(digest(id(name)))
                            .addAllNextTaskIds(next)));
        }

        Log waits(String name, Waiting.Builder waiting) {
            return add(LifetimeEvent.newBuilder().setWaiting(waiting.setExecId(id(name))));
        }

        Log paused(String reason) {
            return add(LifetimeEvent.newBuilder().setPaused(Paused.newBuilder().setReason(reason)));
        }

        Log resumed(String reason) {
            return add(
                    LifetimeEvent.newBuilder().setResumed(Resumed.newBuilder().setReason(reason)));
        }

        void save(boolean parked) {
            events.addAll(rows);
            AgentLifetime head = fold(rows.stream().map(History.Event::event).toList());
            lifetimes.add(
                    new History.Lifetime(key, head.toBuilder().setParked(parked).build()));
        }
    }
}
