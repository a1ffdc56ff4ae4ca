package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.f4b6a3.uuid.UuidCreator;
import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Lineage;
import io.ticktock.bus.Shard;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AbortCommand;
import io.ticktock.proto.v1.AdmissionRequest;
import io.ticktock.proto.v1.AdmissionResponse;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.AppendDecisionRequest;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.ForkLifetimeResponse;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.HoldShardsRequest;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.LoadLifetimeRequest;
import io.ticktock.proto.v1.PauseCommand;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.SendSignalRequest;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.SignalLifetimeResponse;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeResponse;
import io.ticktock.proto.v1.Verdict;
import io.ticktock.proto.v1.VerdictResponse;
import io.ticktock.state.StateStore;
import io.ticktock.state.StateVerticle;
import io.ticktock.testkit.FaultRates;
import io.ticktock.testkit.FaultyDelivery;
import io.ticktock.testkit.InMemoryStateStore;
import io.ticktock.testkit.ReplayCheck;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The control plane on the real bus, with a store in memory and an executor without handlers. */
class ControlVerticleTest {

    private static final String TENANT = "acme";
    private static final long PATIENCE_MS = 30_000;
    private static final Map<String, String> NONE = Map.of();
    private static final List<String> CHAIN = List.of("flaky -> p", "p -> b", "b -> pe", "pe -> END [FINAL]");
    private static final Map<String, String> FLAKY =
            Map.of("flaky", "retry: {max_attempts: 2, initial_interval: 10ms}");

    private final Vertx vertx = Vertx.vertx();
    private Bus bus;
    private String control;
    private boolean isOpen;
    private StateStore store = new InMemoryStateStore();
    /** Whenever guardrails are asked about a record of this lifetime, its owner is lost. */
    private volatile String endsItsOwner = "";

    private Function<AdmissionRequest, AdmissionResponse> admission = request -> AdmissionResponse.newBuilder()
            .addAllVerdicts(Collections.nCopies(request.getCandidatesCount(), allow()))
            .build();

    /** Whatever a test has made of its lifetimes, their logs explain it. */
    @AfterEach
    void replayAndClose() throws Exception {
        try {
            if (isOpen) {
                await(new ReplayCheck(bus, TENANT).requireAllAgree());
            }
        } finally {
            await(vertx.close());
        }
    }

    @Test
    void runsToTheEndThroughRetries() throws Exception {
        start(Delivery.DIRECT, CHAIN, FLAKY);
        String id = startLifetime();
        AgentLifetime ended = awaitLifetime(id, ControlVerticleTest::hasEnded);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus());
        assertEquals(5, ended.getTotals().getExecutions());
        assertTrue(ended.hasOutput());
    }

    @Test
    void anAttemptOfWhichNoRecordCanBeMadeEndsTheLifetime() throws Exception {
        start(Delivery.DIRECT, List.of("refused -> p", "p -> END [FINAL]"), NONE);
        AgentLifetime ended = awaitLifetime(startLifetime(), ControlVerticleTest::hasEnded);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_FAILED, ended.getStatus());
        assertEquals("record_refused: refused: it has no place", ended.getReason());
    }

    @Test
    void nothingIsLostOrStuckWhateverTheBusLosesRepeatsAndDelays() throws Exception {
        long seed = 1;
        System.out.println("seed " + seed);
        Vertx own = Vertx.vertx();
        FaultRates rates = new FaultRates(0.05, 0.1, 0.2, Duration.ofMillis(50));
        FaultyDelivery faults = new FaultyDelivery(own, seed, rates, ControlVerticleTest::isRepeated);
        try {
            deploy(
                    own,
                    new Bus(own, faults),
                    List.of(
                            "flaky -> p",
                            "p -> b [PARALLEL]",
                            "b -> pj [JOIN]",
                            "pj -> waits",
                            "waits -> pe",
                            "pe -> END [FINAL]"),
                    FLAKY);
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                ids.add(startLifetime());
            }
            for (String id : ids) {
                AgentLifetime ended = awaitLifetime(id, ControlVerticleTest::hasEnded);
                assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus(), "seed " + seed);
                requireAcceptedOnce(id);
            }
            assertTrue(faults.lost() > 0 && faults.repeated() > 0, "no fault happened");
            await(new ReplayCheck(bus, TENANT).requireAllAgree());
        } finally {
            isOpen = false;
            await(own.close());
        }
    }

    /** Every message, but for what this test itself asks of the data plane and does not repeat. */
    private static boolean isRepeated(String address) {
        return !address.startsWith("state.register-graph")
                && !address.startsWith("state.get-lifetime")
                && !address.startsWith("state.list-events");
    }

    /** Three branches: two are let through, and the third one ends the lifetime. */
    @Test
    void whatWasSetAsideForAnAttemptThatIsNotScheduledIsGivenBack() throws Exception {
        admission = request -> {
            AdmissionResponse.Builder response = AdmissionResponse.newBuilder().setPolicyDigest("digest");
            for (int i = 0; i < request.getCandidatesCount(); i++) {
                response.addVerdicts(i < 2 ? allow() : abort()).addReservations(i < 2 ? ofSlice() : nothing());
            }
            return response.build();
        };
        Map<String, List<BudgetCharge>> charges = new ConcurrentHashMap<>();
        start(Delivery.DIRECT, List.of("a -> p", "p -> b [PARALLEL]", "b -> pj [JOIN]", "pj -> END [FINAL]"), NONE);
        await(bus.subscribe(
                Addresses.GUARDRAIL_SLICE_CHARGED.at("slice"),
                message -> message.getChargesList()
                        .forEach(charge -> charges.computeIfAbsent(
                                        charge.getExecId(), id -> new CopyOnWriteArrayList<>())
                                .add(charge))));
        AgentLifetime ended = awaitLifetime(startLifetime(), ControlVerticleTest::hasEnded);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_ABORTED, ended.getStatus());
        // Of the Task a and the Plan p, reserved and settled, and of two branches.
        awaitThat(() -> charges.values().stream().mapToInt(List::size).sum() == 6, "six charges");
        List<List<BudgetCharge>> ofBranches =
                charges.values().stream().filter(each -> each.size() == 1).toList();
        assertEquals(2, ofBranches.size());
        for (List<BudgetCharge> branch : ofBranches) {
            assertEquals(0, branch.get(0).getReserved());
            assertEquals(0, branch.get(0).getSpent());
        }
        isOpen = false;
    }

    private static Verdict abort() {
        return Verdict.newBuilder()
                .setAction(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME)
                .build();
    }

    private static Reservation nothing() {
        return Reservation.getDefaultInstance();
    }

    private static Reservation ofSlice() {
        return Reservation.newBuilder()
                .setAmounts(Amounts.newBuilder().setExecutions(1))
                .addSlices(SliceReservation.newBuilder()
                        .setBudget("budget")
                        .setSliceId("slice")
                        .setMetric(BudgetMetric.BUDGET_METRIC_EXECUTIONS)
                        .setAmount(1))
                .build();
    }

    @Test
    void executorsHearOfEachEndOnce() throws Exception {
        start(Delivery.DIRECT, List.of("a -> p", "p -> END [FINAL]"), NONE);
        List<LifetimeKey> heard = new CopyOnWriteArrayList<>();
        await(bus.subscribe(Addresses.EXECUTOR_ENDED_LIFETIMES, message -> heard.addAll(message.getLifetimesList())));
        Set<LifetimeKey> ended = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            String id = startLifetime();
            awaitLifetime(id, ControlVerticleTest::hasEnded);
            ended.add(LifetimeKey.newBuilder()
                    .setTenantId(TENANT)
                    .setLifetimeId(id)
                    .build());
        }
        awaitThat(() -> heard.size() >= 3, "three ends");
        assertEquals(ended, Set.copyOf(heard));
        assertEquals(3, heard.size());
    }

    @Test
    void anotherControlPlaneGoesOnWhereTheFirstStopped() throws Exception {
        start(Delivery.DIRECT, List.of("a -> p", "p -> a", "p -> END [FINAL]"), NONE);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            ids.add(startLifetime());
        }
        for (int i = 0; i < 3; i++) {
            await(vertx.undeploy(control));
            control = await(vertx.deployVerticle(verticle()));
        }
        for (String id : ids) {
            assertEquals(
                    LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                    awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
            requireAcceptedOnce(id);
        }
    }

    @Test
    void aWaitingLifetimeLeavesMemoryAndGoesOnWhenAnswered() throws Exception {
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        await(signal(id, Signal.newBuilder().setAnswer(Answer.newBuilder().setExecId(waitingExecId(id)))));
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
    }

    @Test
    void whatHasWaitedMayWaitAgain() throws Exception {
        start(Delivery.DIRECT, List.of("waittwice -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
        assertEquals(2, events(id).stream().filter(LifetimeEvent::hasWaiting).count());
        assertEquals(2, events(id).stream().filter(LifetimeEvent::hasWoken).count());
    }

    @Test
    void aForkOfAForkGoesOnAlsoAfterItWasLoadedAnew() throws Exception {
        start(Delivery.DIRECT, List.of("a -> p", "p -> human", "human -> pe", "pe -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        String fork = await(fork(id, acceptedExecId(id, 1))).getLifetimeId();
        awaitLifetime(fork, AgentLifetime::getParked);
        String second = await(fork(fork, acceptedExecId(id, 0))).getLifetimeId();
        AgentLifetime parked = awaitLifetime(second, AgentLifetime::getParked);
        assertEquals(id, parked.getForkedFromLifetimeId(), "the lifetime that holds the execution");
        await(vertx.undeploy(control));
        control = await(vertx.deployVerticle(verticle()));
        for (String each : List.of(fork, second)) {
            await(signal(each, Signal.newBuilder().setAnswer(Answer.newBuilder().setExecId(waitingExecId(each)))));
            AgentLifetime ended = awaitLifetime(each, ControlVerticleTest::hasEnded);
            assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus());
        }
        assertEquals(2, lifetime(fork).getTotals().getExecutions());
        assertEquals(3, lifetime(second).getTotals().getExecutions());
        assertTrue(lifetime(id).getParked(), "the parent still waits");
    }

    @Test
    void whatCannotBeForkedIsRefused() throws Exception {
        start(Delivery.DIRECT, List.of("a -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, ControlVerticleTest::hasEnded);
        String execId = acceptedExecId(id, 0);
        String other = startLifetime();
        awaitLifetime(other, ControlVerticleTest::hasEnded);

        Failure malformed = failureOf(fork(id, "somewhere"));
        assertEquals(FailureCode.INVALID_ARGUMENT, malformed.code());
        Failure ofAnother = failureOf(fork(id, acceptedExecId(other, 0)));
        assertEquals(FailureCode.NOT_FOUND, ofAnother.code());
        String nowhere = UuidCreator.getTimeOrderedEpoch().toString();
        assertEquals(
                failureOf(fork(id, nowhere)).getMessage().replace(nowhere, "X"),
                ofAnother.getMessage().replace(acceptedExecId(other, 0), "X"));

        Failure foreign = failureOf(forked(forkRequest(id, execId).setTenantId("other")));
        assertEquals(FailureCode.NOT_FOUND, foreign.code());
        Failure unknown = failureOf(forked(forkRequest(nowhere, execId)));
        assertEquals(foreign.getMessage().replace(id, "X"), unknown.getMessage().replace(nowhere, "X"));
        assertEquals(
                FailureCode.NOT_FOUND,
                failureOf(forked(forkRequest(id, execId).setGraphVersion("9.0.0")))
                        .code());
    }

    /** Each is forked at the first execution of its own, so that it holds a link of the chain. */
    @Test
    void forksOfForksAreBounded() throws Exception {
        List<String> edges = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            edges.add("t" + i + " -> p" + i);
            edges.add("p" + i + " -> " + (i < 19 ? "t" + (i + 1) : "END [FINAL]"));
        }
        start(Delivery.DIRECT, edges, NONE);
        String id = startLifetime();
        awaitLifetime(id, ControlVerticleTest::hasEnded);
        for (int depth = 1; depth <= Lineage.MOST_ANCESTORS; depth++) {
            id = await(fork(id, acceptedExecId(id, 0))).getLifetimeId();
            AgentLifetime ended = awaitLifetime(id, ControlVerticleTest::hasEnded);
            assertEquals(40 - depth, ended.getTotals().getExecutions());
        }
        Failure tooDeep = failureOf(fork(id, acceptedExecId(id, 0)));
        assertEquals(FailureCode.FAILED_PRECONDITION, tooDeep.code());
        assertTrue(tooDeep.getMessage().contains("at most 32 deep"), tooDeep.getMessage());
    }

    @Test
    void aForkIsMadeOnce() throws Exception {
        start(Delivery.DIRECT, List.of("a -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, ControlVerticleTest::hasEnded);
        ForkLifetimeRequest.Builder request =
                forkRequest(id, acceptedExecId(id, 0)).setIdempotencyKey("once");
        ForkLifetimeResponse first = await(forked(request));
        assertTrue(first.getCreated());
        request.setLifetimeId(UuidCreator.getTimeOrderedEpoch().toString());
        ForkLifetimeResponse second = await(forked(request));
        assertEquals(first.getLifetimeId(), first.getLifetime().getLifetimeId());
        assertEquals(first.toBuilder().setCreated(false).clearLifetime().build(), second);
        awaitLifetime(first.getLifetimeId(), ControlVerticleTest::hasEnded);
    }

    @Test
    void aForkOfWhatHasChangedIsNotMade() throws Exception {
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        long lookedAt = lifetime(id).getLastSeq();
        String nowhere = UuidCreator.getTimeOrderedEpoch().toString();
        ForkLifetimeRequest.Builder request = forkRequest(id, nowhere).addIfLastSeq(lookedAt - 1);
        assertEquals(FailureCode.STALE, failureOf(forked(request)).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failureOf(forked(request.addIfLastSeq(lookedAt))).code());
    }

    private static ForkLifetimeRequest.Builder forkRequest(String parent, String execId) {
        return ForkLifetimeRequest.newBuilder()
                .setTenantId(TENANT)
                .setLifetimeId(UuidCreator.getTimeOrderedEpoch().toString())
                .setParentLifetimeId(parent)
                .setExecId(execId);
    }

    private Future<ForkLifetimeResponse> fork(String parent, String execId) {
        return forked(forkRequest(parent, execId));
    }

    private Future<ForkLifetimeResponse> forked(ForkLifetimeRequest.Builder request) {
        return bus.request(Addresses.CONTROL_FORK.at(Shard.of(request.getLifetimeId())), request.build())
                .recover(cause -> Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? vertx.timer(20, TimeUnit.MILLISECONDS).compose(fired -> forked(request))
                        : Future.failedFuture(cause));
    }

    private String acceptedExecId(String id, int index) throws Exception {
        return events(id).stream()
                .filter(LifetimeEvent::hasAccepted)
                .map(event -> event.getAccepted().getExecId())
                .toList()
                .get(index);
    }

    private AgentLifetime lifetime(String id) throws Exception {
        return awaitLifetime(id, any -> true);
    }

    @Test
    void aStoredSignalIsPickedUpWithoutTheBus() throws Exception {
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        Signal abort = Signal.newBuilder()
                .setSignalId("from-outside")
                .setTenantId(TENANT)
                .setLifetimeId(id)
                .setAbort(AbortCommand.newBuilder().setReason("enough"))
                .build();
        await(bus.request(
                Addresses.STATE_SEND_SIGNAL,
                SendSignalRequest.newBuilder().setSignal(abort).build()));
        AgentLifetime ended = awaitLifetime(id, ControlVerticleTest::hasEnded);
        assertEquals("enough", ended.getReason());
    }

    @Test
    void pauseHoldsAndResumeGoesOn() throws Exception {
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        await(signal(id, Signal.newBuilder().setPause(PauseCommand.newBuilder().setReason("look"))));
        AgentLifetime paused = awaitLifetime(id, head -> head.getStatus() == LifetimeStatus.LIFETIME_STATUS_PAUSED);
        assertEquals("look", paused.getReason());
        await(signal(id, Signal.newBuilder().setResume(ResumeCommand.getDefaultInstance())));
        await(signal(id, Signal.newBuilder().setAnswer(Answer.newBuilder().setExecId(waitingExecId(id)))));
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
    }

    @Test
    void anUnknownLifetimeAndAForeignOneGetTheSameAnswer() throws Exception {
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        String unknown = UuidCreator.getTimeOrderedEpoch().toString();
        Failure forUnknown = failureOf(signal(unknown, Signal.newBuilder().setPause(PauseCommand.newBuilder())));
        Failure forForeign = failureOf(bus.request(
                Addresses.CONTROL_SIGNAL.at(Shard.of(id)),
                SignalLifetimeRequest.newBuilder()
                        .setSignal(Signal.newBuilder()
                                .setTenantId("other")
                                .setLifetimeId(id)
                                .setPause(PauseCommand.newBuilder()))
                        .build()));
        assertEquals(FailureCode.NOT_FOUND, forUnknown.code());
        assertEquals(forUnknown.code(), forForeign.code());
        assertEquals(
                forUnknown.getMessage().replace(unknown, "ID"),
                forForeign.getMessage().replace(id, "ID"));
    }

    @Test
    void theSameStartAgainIsTheSameLifetime() throws Exception {
        start(Delivery.DIRECT, CHAIN, FLAKY);
        StartLifetimeRequest request = startRequest();
        assertTrue(await(started(request)).getCreated());
        StartLifetimeResponse again = await(started(request));
        assertEquals(request.getLifetimeId(), again.getLifetimeId());
        assertFalse(again.getCreated());
    }

    @Test
    void whoSignalsWhileAnotherProcessTakesOverIsToldToTryAgain() throws Exception {
        AtomicBoolean isSoon = takenOverBefore("appendDecision");
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        isSoon.set(true);
        Failure refused = failureOf(signalOnce(id, Signal.newBuilder().setPause(PauseCommand.getDefaultInstance())));
        assertEquals(FailureCode.UNAVAILABLE, refused.code());
    }

    @Test
    void whoStartsWhileAnotherProcessTakesOverIsToldToTryAgain() throws Exception {
        AtomicBoolean isSoon = takenOverBefore("createLifetime");
        start(Delivery.DIRECT, CHAIN, FLAKY);
        isSoon.set(true);
        StartLifetimeRequest request = startRequest();
        Failure refused =
                failureOf(bus.request(Addresses.CONTROL_START.at(Shard.of(request.getLifetimeId())), request));
        assertEquals(FailureCode.UNAVAILABLE, refused.code());
    }

    /** Once that is set, another process takes over right before the next of these writes. */
    private AtomicBoolean takenOverBefore(String write) {
        StateStore prompt = store;
        AtomicBoolean isSoon = new AtomicBoolean();
        store = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(), new Class<?>[] {StateStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(write) && isSoon.getAndSet(false)) {
                        prompt.holdShards(heldByAnother());
                    }
                    return method.invoke(prompt, arguments);
                });
        return isSoon;
    }

    @Test
    void timersThatAreDueWaitUntilThereIsRoom() throws Exception {
        HeldRecords delivery = new HeldRecords();
        deploy(vertx, new Bus(vertx, delivery), List.of("wait -> p", "p -> END [FINAL]"), NONE, Duration.ofSeconds(3));
        await(vertx.undeploy(control));
        control = await(vertx.deployVerticle(verticle(2)));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            ids.add(startLifetime());
            awaitLifetime(ids.get(i), AgentLifetime::getParked);
        }
        awaitThat(() -> delivery.held.size() == 2, "two of them have been woken");
        long seen = delivery.polls.sum();
        awaitThat(() -> delivery.polls.sum() > seen + 3, "the others have been found due");
        assertEquals(2, delivery.held.size());

        delivery.letGo();
        for (String id : ids) {
            awaitLifetime(id, ControlVerticleTest::hasEnded);
        }
    }

    @Test
    void aLifetimeIsRecoveredThoughItCouldNotBeLoadedAtFirst() throws Exception {
        HeldRecords delivery = new HeldRecords();
        start(delivery, CHAIN, FLAKY);
        String id = startLifetime();
        awaitThat(() -> !delivery.held.isEmpty(), "an attempt of it is out");
        await(vertx.undeploy(control));
        delivery.loadsToLose.set(3);
        control = await(vertx.deployVerticle(verticle()));

        delivery.letGo();
        awaitLifetime(id, ControlVerticleTest::hasEnded);
    }

    @Test
    void whatEndsItsOwnerTimeAfterTimeIsSetAsideAndTheOthersGoOn() throws Exception {
        HeldRecords delivery = new HeldRecords();
        start(delivery, CHAIN, FLAKY);
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            others.add(startLifetime());
        }
        String culprit = startLifetime();
        endsItsOwner = culprit;
        delivery.letGo();
        AgentLifetime aside =
                awaitLifetime(culprit, head -> !head.getQuarantine().isEmpty());
        assertEquals(LifetimeStatus.LIFETIME_STATUS_RUNNING, aside.getStatus());
        for (String id : others) {
            AgentLifetime ended = awaitLifetime(id, ControlVerticleTest::hasEnded);
            assertEquals("", ended.getQuarantine());
        }
        Failure refused = failureOf(
                signal(culprit, Signal.newBuilder().setSignalId("p").setPause(PauseCommand.getDefaultInstance())));
        assertEquals(FailureCode.FAILED_PRECONDITION, refused.code());
        assertTrue(refused.getMessage().contains("resume it to have it tried again"), refused.getMessage());

        endsItsOwner = "";
        await(signal(culprit, Signal.newBuilder().setSignalId("r").setResume(ResumeCommand.getDefaultInstance())));
        AgentLifetime ended = awaitLifetime(culprit, ControlVerticleTest::hasEnded);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus());
        assertEquals("", ended.getQuarantine());
    }

    @Test
    void whatIsHeldAtItsStartLeavesMemory() throws Exception {
        admission = request -> AdmissionResponse.newBuilder()
                .addAllVerdicts(Collections.nCopies(
                        request.getCandidatesCount(),
                        Verdict.newBuilder()
                                .setAction(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME)
                                .setReason("not now")
                                .build()))
                .build();
        start(Delivery.DIRECT, CHAIN, FLAKY);
        AgentLifetime held = awaitLifetime(startLifetime(), AgentLifetime::getParked);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_PAUSED, held.getStatus());
    }

    @Test
    void whatWaitsAndGoesOnInOneDecisionIsHandedOutAgain() throws Exception {
        Gates gates = new Gates();
        deploy(vertx, new Bus(vertx, gates), List.of("wait -> p", "p -> END [FINAL]"), NONE, Duration.ofMillis(1));
        gates.close(Delivery.Leg.REQUEST, Addresses.CONTROL_REPORT_WAITING.name());
        String id = startLifetime();
        awaitThat(() -> gates.held.size() == 1, "the wait is reported");
        gates.close(Delivery.Leg.REQUEST, Addresses.STATE_APPEND_DECISION.name());
        Future<?> paused = signal(id, Signal.newBuilder().setSignalId("p").setPause(PauseCommand.getDefaultInstance()));
        awaitThat(() -> gates.held.size() == 2, "the pause is decided");
        gates.held.remove().run();
        Future<?> resumed =
                signal(id, Signal.newBuilder().setSignalId("r").setResume(ResumeCommand.getDefaultInstance()));
        awaitTurn();
        gates.open();
        await(Future.all(paused, resumed));
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
    }

    @Test
    void aStartThatIsAnsweredLateDoesNotBringBackHowItBegan() throws Exception {
        Gates gates = new Gates();
        start(gates, List.of("human -> p", "p -> END [FINAL]"), NONE);
        gates.close(Delivery.Leg.ANSWER, Addresses.STATE_CREATE_LIFETIME.name());
        StartLifetimeRequest request = startRequest();
        String id = request.getLifetimeId();
        Future<StartLifetimeResponse> first = bus.request(Addresses.CONTROL_START.at(Shard.of(id)), request);
        awaitThat(() -> gates.held.size() == 1, "it is stored");
        gates.closed.clear();
        await(started(request));
        awaitLifetime(id, AgentLifetime::getParked);
        gates.close(Delivery.Leg.REQUEST, Addresses.EXECUTOR_RUN_TASK.name());
        gates.held.remove().run();
        await(first);
        await(signal(id, Signal.newBuilder().setAnswer(Answer.newBuilder().setExecId(waitingExecId(id)))));
        gates.open();
        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
    }

    @Test
    void whoHearsLateThatThereWasNoSuchLifetimeYetDoesNotBelieveIt() throws Exception {
        Promise<Void> gate = Promise.promise();
        StateStore prompt = store;
        store = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(), new Class<?>[] {StateStore.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(prompt, arguments);
                    return method.getName().equals("loadLifetime")
                                    && !gate.future().isComplete()
                            ? gate.future().compose(open -> (Future<?>) answer)
                            : answer;
                });
        start(Delivery.DIRECT, CHAIN, FLAKY);
        StartLifetimeRequest request = startRequest();
        Future<?> early = signal(
                request.getLifetimeId(),
                Signal.newBuilder().setSignalId("p").setPause(PauseCommand.getDefaultInstance()));
        await(started(request));
        await(vertx.timer(1_000, TimeUnit.MILLISECONDS));
        gate.complete();
        assertEquals(FailureCode.NOT_FOUND, failureOf(early).code());
        awaitLifetime(request.getLifetimeId(), ControlVerticleTest::hasEnded);
    }

    /** It was given up since it was not answered, and the lifetime was folded without it: nobody would do what it commands. */
    @Test
    void aDecisionThatComesLateIsNotWritten() throws Exception {
        StateStore prompt = store;
        AtomicReference<AppendDecisionRequest> late = new AtomicReference<>();
        store = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(),
                new Class<?>[] {StateStore.class},
                (proxy, method, arguments) -> method.getName().equals("appendDecision")
                                && late.compareAndSet(null, (AppendDecisionRequest) arguments[0])
                        ? Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "not yet"))
                        : method.invoke(prompt, arguments));
        Function<AdmissionRequest, AdmissionResponse> allowing = admission;
        AtomicReference<Future<?>> written = new AtomicReference<>();
        admission = request -> {
            if (late.get() != null && written.get() == null) {
                written.set(prompt.appendDecision(late.get()));
            }
            return allowing.apply(request);
        };
        start(Delivery.DIRECT, List.of("a -> p", "p -> END [FINAL]"), NONE);

        AgentLifetime ended = awaitLifetime(startLifetime(), ControlVerticleTest::hasEnded);

        assertEquals(FailureCode.FENCED, failureOf(written.get()).code());
        assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus());
    }

    /** To raise the epoch turns back what all lifetimes have on its way to be written. */
    @Test
    void whatWasNotGivenAwayToBeWrittenIsNotFencedOff() throws Exception {
        StateStore prompt = store;
        AtomicInteger raises = new AtomicInteger();
        AtomicInteger appends = new AtomicInteger();
        store = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(), new Class<?>[] {StateStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("holdShards") && ((HoldShardsRequest) arguments[0]).getRaisesEpoch()) {
                        raises.incrementAndGet();
                    }
                    if (method.getName().equals("appendDecision") && appends.incrementAndGet() == 1) {
                        return Future.failedFuture(new Failure(FailureCode.OVERLOADED, "it is not even queued"));
                    }
                    return method.invoke(prompt, arguments);
                });
        Function<AdmissionRequest, AdmissionResponse> allowing = admission;
        AtomicInteger asked = new AtomicInteger();
        // The second question is about the decision that follows the first record.
        admission = request -> {
            if (asked.incrementAndGet() == 2) {
                throw new Failure(FailureCode.UNAVAILABLE, "nobody knows");
            }
            return allowing.apply(request);
        };
        start(Delivery.DIRECT, CHAIN, FLAKY);
        awaitLifetime(startLifetime(), ControlVerticleTest::hasEnded);
        assertTrue(asked.get() > 2, "it was asked again");
        assertTrue(appends.get() > 1, "it was written in the end");
        assertEquals(0, raises.get());
    }

    /** That it leaves memory was given up since it was not answered, and is durable only once it is in memory again. */
    @Test
    void whatIsParkedLateIsFoundByWhoeverDrivesItNext() throws Exception {
        StateStore prompt = store;
        AtomicReference<AppendDecisionRequest> late = new AtomicReference<>();
        store = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(), new Class<?>[] {StateStore.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("appendDecision")) {
                        return method.invoke(prompt, arguments);
                    }
                    AppendDecisionRequest request = (AppendDecisionRequest) arguments[0];
                    LifetimeDecision decision = request.getDecision();
                    boolean isParking =
                            decision.getEventsCount() == 0 && decision.getHead().getParked();
                    if (isParking && late.compareAndSet(null, request)) {
                        return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "not yet"));
                    }
                    if (decision.getEventsList().stream().anyMatch(LifetimeEvent::hasWoken)) {
                        prompt.appendDecision(late.get());
                    }
                    return method.invoke(prompt, arguments);
                });
        Gates gates = new Gates();
        start(gates, List.of("human -> p", "p -> END [FINAL]"), NONE);
        gates.close(Delivery.Leg.REQUEST, Addresses.CONTROL_REPORT_WAITING.name());
        String id = startLifetime();
        awaitThat(() -> gates.held.size() == 1, "its wait is reported");
        gates.close(Delivery.Leg.REQUEST, Addresses.STATE_APPEND_DECISION.name());
        Future<?> first = answerToNothing(id);
        awaitThat(() -> gates.held.size() == 2, "an answer is refused");
        gates.held.remove().run();
        // Decided behind the wait, and not with it: it is parked by a decision without events.
        Future<?> second = answerToNothing(id, 1, 2, 3, 4, 5);
        awaitTurn();
        gates.open();
        failureOf(first);
        failureOf(second);
        awaitThat(() -> late.get() != null, "it is parked by itself");
        gates.close(Delivery.Leg.REQUEST, Addresses.STATE_APPEND_TASK.name());
        await(signal(id, Signal.newBuilder().setAnswer(Answer.newBuilder().setExecId(waitingExecId(id)))));
        awaitThat(() -> gates.held.size() == 1, "it goes on");

        await(vertx.undeploy(control));
        control = await(vertx.deployVerticle(verticle()));
        gates.open();

        assertEquals(
                LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
    }

    /** It reads in order: once it has answered this, it has what came before. */
    private void awaitTurn() throws Exception {
        String unknown = UuidCreator.getTimeOrderedEpoch().toString();
        failureOf(signal(unknown, Signal.newBuilder().setPause(PauseCommand.getDefaultInstance())));
    }

    private Future<?> answerToNothing(String id, Integer... ifLastSeq) {
        return bus.request(
                Addresses.CONTROL_SIGNAL.at(Shard.of(id)),
                SignalLifetimeRequest.newBuilder()
                        .setSignal(Signal.newBuilder()
                                .setSignalId("to-nothing")
                                .setTenantId(TENANT)
                                .setLifetimeId(id)
                                .setAnswer(Answer.getDefaultInstance()))
                        .addAllIfLastSeq(
                                Stream.of(ifLastSeq).map(Integer::longValue).toList())
                        .build());
    }

    @Test
    void whatCannotBeNotedBeforeItIsRecoveredIsTriedAgain() throws Exception {
        HeldRecords delivery = new HeldRecords();
        start(delivery, CHAIN, FLAKY);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(startLifetime());
        }
        awaitThat(() -> delivery.held.size() == 3, "all of them run");
        delivery.notesToLose.set(1);
        makeTroubled();
        awaitThat(() -> delivery.notesToLose.get() <= 0, "one was not noted");
        delivery.letGo();
        for (String id : ids) {
            assertEquals(
                    LifetimeStatus.LIFETIME_STATUS_COMPLETED,
                    awaitLifetime(id, ControlVerticleTest::hasEnded).getStatus());
        }
    }

    @Test
    void whatIsDueOfATroubledShardWaitsUntilItsSuspectsAreKnown() throws Exception {
        Gates gates = new Gates();
        Duration wait = Duration.ofSeconds(2);
        deploy(vertx, new Bus(vertx, gates), List.of("wait -> p", "p -> END [FINAL]"), NONE, wait);
        String id = startLifetime();
        awaitLifetime(id, AgentLifetime::getParked);
        gates.close(Delivery.Leg.REQUEST, Addresses.STATE_LIST_SUSPECTS.name());
        gates.close(Delivery.Leg.REQUEST, Addresses.STATE_NOTE_RECOVERIES.name());
        makeTroubled();
        awaitThat(() -> gates.held.size() == 1, "suspects are read");
        await(vertx.timer(wait.toMillis() + 500));
        assertEquals(1, gates.held.size(), "nothing is noted before");
        gates.open();
        awaitLifetime(id, ControlVerticleTest::hasEnded);
    }

    /** As one of a tenant that waits for its budget. */
    @Test
    void timersDoNotWaitForALifetimeWhoseDecisionTakesLong() throws Exception {
        Gates gates = new Gates();
        Duration wait = Duration.ofSeconds(2);
        List<String> edges = List.of("a -> p", "p -> wait", "wait -> pe", "pe -> END [FINAL]");
        deploy(vertx, new Bus(vertx, gates), edges, NONE, wait);
        String other = startLifetime();
        awaitLifetime(other, AgentLifetime::getParked);
        gates.close(Delivery.Leg.REQUEST, Addresses.STATE_APPEND_TASK.name());
        String slow = startLifetime();
        awaitThat(() -> gates.held.size() == 1, "an attempt of it is out");
        gates.close(Delivery.Leg.REQUEST, Addresses.GUARDRAIL_ADMIT.name());
        gates.held.remove().run();
        awaitThat(() -> gates.held.size() == 1, "it waits for leave for the next one");
        store(slow, Signal.newBuilder().setPause(PauseCommand.getDefaultInstance()));
        long giveUp = System.nanoTime() + wait.plusSeconds(3).toNanos();
        while (events(other).stream().noneMatch(LifetimeEvent::hasWoken)) {
            assertTrue(System.nanoTime() < giveUp, "its timer waits, too");
            await(vertx.timer(5, TimeUnit.MILLISECONDS));
        }
        gates.open();
        awaitLifetime(other, ControlVerticleTest::hasEnded);
        await(signal(slow, Signal.newBuilder().setSignalId("r").setResume(ResumeCommand.getDefaultInstance())));
        awaitLifetime(slow, ControlVerticleTest::hasEnded);
    }

    /** As many as are looked at at once. */
    @Test
    void whatCannotBeLoadedIsInTheWayOfNothingElseThatIsDue() throws Exception {
        StateStore sound = store;
        Set<String> broken = ConcurrentHashMap.newKeySet();
        store = (StateStore) Proxy.newProxyInstance(
                StateStore.class.getClassLoader(),
                new Class<?>[] {StateStore.class},
                (proxy, method, arguments) -> method.getName().equals("loadLifetime")
                                && broken.contains(((LoadLifetimeRequest) arguments[0]).getLifetimeId())
                        ? Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "it cannot be read"))
                        : method.invoke(sound, arguments));
        start(Delivery.DIRECT, List.of("human -> p", "p -> END [FINAL]"), NONE);
        for (int i = 0; i < 500; i++) {
            broken.add(startLifetime());
        }
        for (String id : broken) {
            awaitLifetime(id, AgentLifetime::getParked);
            store(id, Signal.newBuilder().setAbort(AbortCommand.getDefaultInstance()));
        }
        String other = startLifetime();
        awaitLifetime(other, AgentLifetime::getParked);
        store(other, Signal.newBuilder().setAbort(AbortCommand.getDefaultInstance()));
        awaitLifetime(other, ControlVerticleTest::hasEnded);
        Set<String> mended = Set.copyOf(broken);
        broken.clear();
        for (String id : mended) {
            awaitLifetime(id, ControlVerticleTest::hasEnded);
        }
    }

    /** It is told to nobody, and found where it waits. */
    private void store(String id, Signal.Builder signal) throws Exception {
        await(bus.request(
                Addresses.STATE_SEND_SIGNAL,
                SendSignalRequest.newBuilder()
                        .setSignal(signal.setSignalId("from-outside")
                                .setTenantId(TENANT)
                                .setLifetimeId(id))
                        .build()));
    }

    /** Keeps messages back on their way to some addresses. */
    private static final class Gates implements Delivery {

        final Set<String> closed = ConcurrentHashMap.newKeySet();
        final Deque<Runnable> held = new ConcurrentLinkedDeque<>();

        void close(Leg leg, String address) {
            closed.add(leg + address);
        }

        @Override
        public void deliver(Leg leg, String address, Runnable arrive, Runnable lose) {
            boolean isClosed = closed.stream().anyMatch((leg + address)::startsWith);
            if (!isClosed) {
                arrive.run();
                return;
            }
            Context context = Vertx.currentContext();
            held.add(() -> context.runOnContext(nothing -> arrive.run()));
        }

        void open() {
            closed.clear();
            while (!held.isEmpty()) {
                held.remove().run();
            }
        }
    }

    /** Keeps back the records of Tasks until they are let go, loses some loads, and counts looks for due timers. */
    private static final class HeldRecords implements Delivery {

        final Deque<Runnable> held = new ConcurrentLinkedDeque<>();
        final AtomicInteger loadsToLose = new AtomicInteger();
        final AtomicInteger notesToLose = new AtomicInteger();
        final LongAdder polls = new LongAdder();
        private volatile boolean goesOn;

        @Override
        public void deliver(Leg leg, String address, Runnable arrive, Runnable lose) {
            if (leg == Leg.REQUEST && address.equals(Addresses.STATE_LIST_DUE.name())) {
                polls.increment();
            }
            if (leg == Leg.REQUEST && address.equals(Addresses.STATE_APPEND_TASK.name()) && !goesOn) {
                Context context = Vertx.currentContext();
                held.add(() -> context.runOnContext(nothing -> arrive.run()));
            } else if (leg == Leg.REQUEST
                    && address.equals(Addresses.STATE_LOAD_LIFETIME.name())
                    && loadsToLose.getAndDecrement() > 0) {
                lose.run();
            } else if (leg == Leg.REQUEST
                    && address.equals(Addresses.STATE_NOTE_RECOVERIES.name())
                    && notesToLose.getAndDecrement() > 0) {
                lose.run();
            } else {
                arrive.run();
            }
        }

        void letGo() {
            goesOn = true;
            held.forEach(Runnable::run);
        }
    }

    /** As a process under the same name does when it starts. */
    private void takeOver() throws Exception {
        await(takenOver());
    }

    /** Two in a row are one too many. */
    private void makeTroubled() throws Exception {
        takeOver();
        takeOver();
    }

    private Future<?> takenOver() {
        return bus.request(Addresses.STATE_HOLD_SHARDS, heldByAnother());
    }

    private static HoldShardsRequest heldByAnother() {
        return HoldShardsRequest.newBuilder()
                .setOwnerId("test")
                .setLeaseMs(2_000)
                .build();
    }

    private void start(Delivery delivery, List<String> edges, Map<String, String> details) throws Exception {
        deploy(vertx, new Bus(vertx, delivery), edges, details);
    }

    private void deploy(Vertx on, Bus onBus, List<String> edges, Map<String, String> details) throws Exception {
        deploy(on, onBus, edges, details, Duration.ofMillis(700));
    }

    private void deploy(Vertx on, Bus onBus, List<String> edges, Map<String, String> details, Duration wait)
            throws Exception {
        bus = onBus;
        isOpen = true;
        AgentGraph graph = TestGraph.of(edges.get(0).split(" ")[0], edges, details);
        await(on.deployVerticle(new StateVerticle(bus, any -> Future.succeededFuture(store))));
        await(bus.serve(
                Addresses.GUARDRAIL_VERDICT,
                request -> request.getLifetimeId().equals(endsItsOwner)
                        ? takenOver().compose(taken -> Future.failedFuture("the owner is lost"))
                        : Future.succeededFuture(VerdictResponse.newBuilder()
                                .addAllVerdicts(request.getRecordsList().stream()
                                        .map(any -> allow())
                                        .toList())
                                .build())));
        await(bus.serve(Addresses.GUARDRAIL_ADMIT, request -> Future.succeededFuture(admission.apply(request))));
        await(bus.request(
                Addresses.STATE_REGISTER_GRAPH,
                RegisterGraphRequest.newBuilder()
                        .setGraph(GraphCatalog.referenceOf(graph))
                        .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                        .build()));
        await(on.deployVerticle(new ScriptedExecutor(bus, headers -> choose(graph, headers), wait)));
        control = await(on.deployVerticle(verticle()));
    }

    /** Once around every loop, three branches of every fan-out. */
    private static List<String> choose(AgentGraph graph, ExecutionHeaders headers) {
        var edges = graph.outgoingOf(headers.getNodeId());
        return switch (edges.get(0).type()) {
            case PARALLEL ->
                List.of(edges.get(0).to(), edges.get(0).to(), edges.get(0).to());
            case NORMAL, JOIN, FINAL ->
                List.of(edges.get(Math.min(headers.getIteration() - 1, edges.size() - 1))
                        .to());
        };
    }

    private static Verdict allow() {
        return Verdict.newBuilder()
                .setAction(GuardrailAction.GUARDRAIL_ACTION_ALLOW)
                .build();
    }

    private ControlVerticle verticle() {
        return verticle(1_000);
    }

    private ControlVerticle verticle(int maxResident) {
        ControlConfiguration configuration = ControlConfiguration.of(
                "test", Duration.ofSeconds(2), maxResident, 100, Duration.ofMillis(100), Duration.ofMillis(100));
        return new ControlVerticle(bus, configuration, InstantSource.system(), new SimpleMeterRegistry());
    }

    private StartLifetimeRequest startRequest() {
        return StartLifetimeRequest.newBuilder()
                .setTenantId(TENANT)
                .setLifetimeId(UuidCreator.getTimeOrderedEpoch().toString())
                .setGraphName("test")
                .build();
    }

    private String startLifetime() throws Exception {
        StartLifetimeRequest request = startRequest();
        await(started(request));
        return request.getLifetimeId();
    }

    /** As every caller does, it repeats what is not taken: a busy machine may be late with the renewal of a lease. */
    private Future<StartLifetimeResponse> started(StartLifetimeRequest request) {
        return bus.request(Addresses.CONTROL_START.at(Shard.of(request.getLifetimeId())), request)
                .recover(cause -> Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? vertx.timer(20, TimeUnit.MILLISECONDS).compose(fired -> started(request))
                        : Future.failedFuture(cause));
    }

    /** Repeated as a start is. */
    private Future<SignalLifetimeResponse> signal(String id, Signal.Builder signal) {
        return signalOnce(id, signal)
                .recover(cause -> Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? vertx.timer(20, TimeUnit.MILLISECONDS).compose(fired -> signal(id, signal))
                        : Future.failedFuture(cause));
    }

    private Future<SignalLifetimeResponse> signalOnce(String id, Signal.Builder signal) {
        return bus.request(
                Addresses.CONTROL_SIGNAL.at(Shard.of(id)),
                SignalLifetimeRequest.newBuilder()
                        .setSignal(signal.setTenantId(TENANT).setLifetimeId(id))
                        .build());
    }

    private String waitingExecId(String id) throws Exception {
        return events(id).stream()
                .filter(LifetimeEvent::hasWaiting)
                .findFirst()
                .orElseThrow()
                .getWaiting()
                .getExecId();
    }

    private List<LifetimeEvent> events(String id) throws Exception {
        return await(bus.request(
                        Addresses.STATE_LIST_EVENTS,
                        ListEventsRequest.newBuilder()
                                .setTenantId(TENANT)
                                .setLifetimeId(id)
                                .setPageSize(1_000)
                                .build()))
                .getEventsList();
    }

    private void requireAcceptedOnce(String id) throws Exception {
        Set<String> accepted = new HashSet<>();
        long seq = 0;
        for (LifetimeEvent event : events(id)) {
            assertEquals(++seq, event.getSeq());
            if (event.hasAccepted()) {
                assertTrue(accepted.add(event.getAccepted().getExecId()), "accepted twice");
            }
        }
    }

    private AgentLifetime awaitLifetime(String id, Predicate<AgentLifetime> condition) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (true) {
            AgentLifetime head = await(bus.request(
                            Addresses.STATE_GET_LIFETIME,
                            GetLifetimeRequest.newBuilder()
                                    .setTenantId(TENANT)
                                    .setLifetimeId(id)
                                    .build()))
                    .getLifetime();
            if (condition.test(head)) {
                return head;
            }
            assertTrue(System.nanoTime() < giveUp, () -> "still waiting for " + head);
            await(vertx.timer(5, TimeUnit.MILLISECONDS));
        }
    }

    private void awaitThat(BooleanSupplier condition, String what) throws Exception {
        long giveUp = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < giveUp, () -> "still waiting until " + what);
            await(vertx.timer(5, TimeUnit.MILLISECONDS));
        }
    }

    private static boolean hasEnded(AgentLifetime head) {
        return head.hasEndedAt();
    }

    private static Failure failureOf(Future<?> future) {
        return Failure.of(
                assertThrows(ExecutionException.class, () -> await(future)).getCause());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_MS, TimeUnit.MILLISECONDS);
    }
}
