package io.ticktock.control;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.FrequentFault;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkLifetimeResponse;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ReportRefusedRecordRequest;
import io.ticktock.proto.v1.ReportRefusedRecordResponse;
import io.ticktock.proto.v1.ReportWaitingRequest;
import io.ticktock.proto.v1.ReportWaitingResponse;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.SignalLifetimeResponse;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.ticktock.proto.v1.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Drives the lifetimes of this process's shards: gathers what happens to each, has it decided, makes the decision
 * durable, and only then carries it out. One decision of a lifetime is on its way at a time. Runs on one event loop.
 */
final class GraphOrchestrator {

    private static final int MOST_INPUTS_A_DECISION = 256;
    /** Policies may want to look into all of them before they answer. */
    private static final long MOST_RESULT_BYTES_A_DECISION = 4L << 20;

    private static final int MOST_WAITING_SIGNALS = 1_000;

    private static final long LONGEST_TIMER_MS = Duration.ofHours(1).toMillis();

    private final Vertx vertx;
    private final InstantSource clock;
    private final ControlConfiguration configuration;
    private final ShardLease lease;
    private final LifetimeLoader loader;
    private final DecisionMaker decisions;
    private final DecisionWriter writer;
    private final Quarantine quarantine;
    private final RecordFinder records;
    private final DecisionEffects effects;
    private final Residents residents;
    private final Recovery recovery;
    private final FrequentFault notDecided;
    private final ControlMeters meters;
    private final LifetimeSpans spans;
    private final NewLifetimes newLifetimes;

    GraphOrchestrator(
            Vertx vertx,
            Bus bus,
            InstantSource clock,
            ControlConfiguration configuration,
            ShardLease lease,
            ExecutionController controller,
            LifetimeStarter starter,
            LifetimeLoader loader,
            Dispatcher dispatcher,
            RunningLifetimes running,
            Quarantine quarantine,
            RandomGenerator random,
            ControlMeters meters,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.clock = clock;
        this.configuration = configuration;
        this.lease = lease;
        this.loader = loader;
        this.decisions = new DecisionMaker(controller, loader);
        this.writer = new DecisionWriter(bus, clock, lease, configuration.parkAfter());
        this.quarantine = quarantine;
        this.records = new RecordFinder(bus);
        this.meters = meters;
        this.spans = new LifetimeSpans(bus.tracing(), clock);
        ChildStarter children = new ChildStarter(vertx, bus, this::offer);
        this.effects = new DecisionEffects(
                bus, controller, dispatcher, children, running, meters, spans, new EndNotices(vertx, bus));
        this.residents = new Residents(vertx, lease, loader, dispatcher, children);
        this.recovery = new Recovery(vertx, lease, key -> offer(key, new Input.Ticked()), random, nanoTime);
        this.notDecided = new FrequentFault(nanoTime);
        this.newLifetimes = new NewLifetimes(
                configuration.maxResident(),
                lease,
                starter,
                controller,
                running,
                residents,
                recovery,
                meters,
                spans,
                this::started);
    }

    // what comes in

    Future<StartLifetimeResponse> start(StartLifetimeRequest request) {
        return newLifetimes.start(request);
    }

    Future<ForkLifetimeResponse> fork(ForkLifetimeRequest request) {
        return newLifetimes.fork(request);
    }

    /** It is in memory now; what its first decision commands is still to be done. */
    private void started(Resident resident, Decision decision) {
        effects.carryOut(resident, decision);
        if (writer.mayPark(resident)) {
            // One that is held right at its start leaves memory, and who drives it next must not think that it should
            // be there.
            offer(resident, new Input.Ticked());
        } else {
            settle(resident);
        }
    }

    /** A record is durable. A hint: what comes for a lifetime that is not in memory is found again when it is loaded. */
    Future<Void> recorded(ExecutionReference reference) {
        Resident resident = residents.find(LifetimeLoader.keyOf(
                reference.getHeaders().getTenantId(), reference.getHeaders().getLifetimeId()));
        return resident == null
                ? Future.succeededFuture()
                : offer(resident, new Input.Recorded(reference, Verdict.getDefaultInstance()));
    }

    /** Decides now on whatever is recorded of a lifetime in memory, rather than when it is next looked for. */
    Future<Void> catchUp(LifetimeKey key) {
        Resident resident = residents.find(key);
        if (resident == null) {
            return Future.succeededFuture();
        }
        List<ExecutionKey> outings = resident.outings.keySet().stream()
                .map(execId -> RecordFinder.key(resident, execId))
                .toList();
        return records.find(outings)
                .compose(found -> Future.join(found.stream().map(this::recorded).toList()))
                .mapEmpty();
    }

    Future<ReportRefusedRecordResponse> recordRefused(ReportRefusedRecordRequest request) {
        ExecutionHeaders headers = request.getHeaders();
        LifetimeKey key = LifetimeLoader.keyOf(headers.getTenantId(), headers.getLifetimeId());
        return offer(key, new Input.RecordRefused(headers.getExecId(), request.getReason()))
                .map(ReportRefusedRecordResponse.getDefaultInstance());
    }

    Future<ReportWaitingResponse> waiting(ReportWaitingRequest request) {
        var headers = request.getWaiting().getHeaders();
        LifetimeKey key = LifetimeLoader.keyOf(headers.getTenantId(), headers.getLifetimeId());
        return offer(key, new Input.WaitReported(request.getWaiting())).map(ReportWaitingResponse.getDefaultInstance());
    }

    Future<SignalLifetimeResponse> signal(SignalLifetimeRequest request) {
        Signal signal = request.getSignal();
        LifetimeKey key = LifetimeLoader.keyOf(signal.getTenantId(), signal.getLifetimeId());
        Input signalled = new Input.Signalled(signal, request.getIfLastSeqList());
        return (endsQuarantine(signal) ? endQuarantine(key, signal, signalled) : offer(key, signalled))
                .map(resident -> SignalLifetimeResponse.newBuilder()
                        .setStatus(resident.state.status())
                        .build());
    }

    private static boolean endsQuarantine(Signal signal) {
        return signal.hasResume() || signal.hasAbort();
    }

    /** One that was set aside while it ran is not paused: to resume it is to have it driven again. */
    private Future<Resident> endQuarantine(LifetimeKey key, Signal signal, Input signalled) {
        return residents.find(key) != null
                ? offer(key, signalled)
                : takenBack(key)
                        .compose(wasSetAside -> broughtIn(key, wasSetAside)
                                .compose(resident -> wasSetAside && signal.hasResume() && resident.state.isRunning()
                                        ? offer(key, new Input.Ticked())
                                        : offer(key, signalled)));
    }

    /** Whoever asked does not have to ask again for it to go on. */
    private Future<Resident> broughtIn(LifetimeKey key, boolean wasSetAside) {
        return residents.get(key).onFailure(cause -> {
            if (wasSetAside) {
                recovery.recoverSoon(key);
            }
        });
    }

    /** Without an answer it may be taken back all the same, and nobody would drive it. */
    private Future<Boolean> takenBack(LifetimeKey key) {
        return quarantine
                .takeBack(key)
                .onFailure(cause -> {
                    if (FailedDecision.mayBeWritten(Failure.of(cause))) {
                        residents.doubt(key);
                    }
                    recovery.recoverSoon(key);
                })
                .recover(cause -> Future.failedFuture(FailedDecision.toAsker(Failure.of(cause))));
    }

    /** Looks whether its stored timer or stored signals ask for something. */
    Future<Void> wake(LifetimeKey key) {
        Resident resident = residents.find(key);
        return resident == null
                ? residents.get(key).compose(loaded -> wakeWith(loaded, loaded.signalsAtLoad))
                : loader.signals(key, resident.state.lastSeq()).compose(signals -> wakeWith(resident, signals));
    }

    /** Succeeds once it is decided, so that the same timers and signals are not found due again. */
    private Future<Void> wakeWith(Resident resident, List<Signal> signals) {
        if (resident.dropped) {
            return wake(resident.key());
        }
        resident.timerSpent |= resident.parked;
        signals.forEach(signal -> offer(resident, new Input.Signalled(signal)));
        return offer(resident, new Input.Ticked());
    }

    Collection<Resident> residents() {
        return residents.all();
    }

    int size() {
        return residents.size();
    }

    /** How many more may be brought into memory. */
    int room() {
        return configuration.maxResident() - residents.size();
    }

    /** Whether this one can be woken: it is in memory already, or there is room for one more. */
    boolean hasRoomFor(LifetimeKey key) {
        return room() > 0 || residents.find(key) != null;
    }

    /** Brings a lifetime into memory that must be there. Completes after the first try; goes on trying when it failed. */
    Future<Void> recover(LifetimeKey key) {
        return recovery.recover(key);
    }

    /** Forgets everything: another process may be deciding by now. */
    void dropAll() {
        residents.dropAll();
        recovery.forgetAll();
    }

    // deciding

    /** Offers to the lifetime as it is in memory by now: the one that was found may have left meanwhile. */
    private Future<Resident> offer(LifetimeKey key, Input input) {
        return residents
                .get(key)
                .compose(resident -> resident.dropped
                        ? offer(key, input)
                        : offer(resident, input).map(resident));
    }

    Future<Void> offer(Resident resident, Input input) {
        if (resident.dropped) {
            return Future.failedFuture(Residents.gone());
        }
        if (input instanceof Input.Signalled && resident.inputs() >= MOST_WAITING_SIGNALS) {
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED, "too much waits to be decided for this lifetime; try again later"));
        }
        Promise<Void> decided = Promise.promise();
        resident.add(new Resident.Item(input, decided));
        if (!resident.deciding) {
            decide(resident);
        }
        return decided.future();
    }

    private void decide(Resident resident) {
        resident.deciding = true;
        decide(resident, resident.drain(MOST_INPUTS_A_DECISION, MOST_RESULT_BYTES_A_DECISION));
    }

    private void decide(Resident resident, List<Resident.Item> items) {
        if (items.get(0).input() instanceof Input.Signalled signalled && !signalled.isMetBy(resident.headSeq)) {
            turnAway(resident, items.get(0));
            return;
        }
        Instant now = clock.instant();
        long startedNanos = System.nanoTime();
        decisions
                .decide(resident, inputsOf(items), now)
                .compose(draft -> draft.isPresent()
                        ? writer.write(resident, draft.get()).map(Optional::of)
                        : Future.succeededFuture(draft))
                .onSuccess(decision -> decision.ifPresentOrElse(
                        made -> {
                            meters.decided(startedNanos);
                            spans.decided(resident.state, made, now);
                            decided(resident, items, made);
                        },
                        () -> decideFirst(resident, items)))
                .onFailure(cause -> undecided(resident, items, cause));
    }

    /** Nothing is on its way to be stored while this is decided, so that the head is as everybody sees it. */
    private void turnAway(Resident resident, Resident.Item item) {
        item.decided().fail(stale(resident.state.lifetimeId()));
        resident.deciding = false;
        if (resident.hasInputs()) {
            decide(resident);
        } else {
            settle(resident);
        }
    }

    static Failure stale(String lifetimeId) {
        return new Failure(FailureCode.STALE, "lifetime " + lifetimeId + " has changed meanwhile; look at it again");
    }

    /** One input alone always has a decision; the others wait for the next one. */
    private void decideFirst(Resident resident, List<Resident.Item> items) {
        if (resident.dropped) {
            items.forEach(item -> item.decided().fail(Residents.gone()));
            return;
        }
        resident.putBack(items.subList(1, items.size()));
        decide(resident, items.subList(0, 1));
    }

    private static List<Input> inputsOf(List<Resident.Item> items) {
        List<Input> inputs = new ArrayList<>(items.size());
        items.forEach(item -> inputs.add(item.input()));
        return inputs;
    }

    private void decided(Resident resident, List<Resident.Item> items, Decision decision) {
        resident.deciding = false;
        if (resident.dropped) {
            items.forEach(item -> answer(item, decision));
            return;
        }
        effects.carryOut(resident, decision);
        items.forEach(item -> answer(item, decision));
        if (resident.hasInputs()) {
            decide(resident);
        } else {
            settle(resident);
        }
    }

    private static void answer(Resident.Item item, Decision decision) {
        Failure refusal = item.input() instanceof Input.Signalled signalled
                ? decision.refusedSignals().get(signalled.signal().getSignalId())
                : null;
        if (refusal == null) {
            item.decided().complete();
        } else {
            item.decided().fail(refusal);
        }
    }

    /** The state may be ahead of the store now: it is thrown away, and folded again from what is durable. */
    private void undecided(Resident resident, List<Resident.Item> items, Throwable cause) {
        Failure failure = Failure.of(cause);
        meters.undecided();
        FailedDecision.report(resident.state, failure, cause, notDecided);
        items.forEach(item -> item.decided().fail(FailedDecision.toAsker(failure)));
        if (resident.dropped) {
            return;
        }
        if (failure.code() == FailureCode.FENCED) {
            residents.drop(resident);
            lease.lose();
            return;
        }
        residents.drop(resident);
        if (resident.writing && FailedDecision.mayBeWritten(failure)) {
            residents.doubt(resident.key());
        }
        recovery.recoverSoon(resident.key());
    }

    /** After a decision: leaves memory, or sets the clock for what is due next. */
    private void settle(Resident resident) {
        vertx.cancelTimer(resident.timerId);
        resident.timerId = -1;
        if (resident.state.hasEnded() || resident.parked) {
            residents.drop(resident);
            return;
        }
        Instant dueAt = resident.dueAt();
        if (dueAt != null) {
            long delayMs = Math.max(1, Duration.between(clock.instant(), dueAt).toMillis());
            resident.timerId =
                    vertx.setTimer(Math.min(delayMs, LONGEST_TIMER_MS), id -> offer(resident, new Input.Ticked()));
        }
    }
}
