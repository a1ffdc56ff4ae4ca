package io.ticktock.launcher.fork;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.control.ControlConfiguration;
import io.ticktock.control.ControlVerticle;
import io.ticktock.executor.Executor;
import io.ticktock.executor.ExecutorConfiguration;
import io.ticktock.executor.ExecutorVerticle;
import io.ticktock.graph.AgentGraph;
import io.ticktock.guardrail.GuardrailConfiguration;
import io.ticktock.guardrail.GuardrailVerticle;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ForkLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetOutputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeProgress;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListEventsRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.ticktock.state.StateVerticle;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.InMemoryStateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Runs random lifetimes through control plane, executor and store, and forks each at every execution that it accepted.
 * {@code -Dticktock.forks=200} takes 200 of them, {@code -Dticktock.seed=N} takes one.
 */
class RandomForkTest {

    private static final String TENANT = "acme";
    private static final int LIFETIMES = 30;
    private static final int PAGE = 1_000;
    private static final long LOOK_AGAIN_MS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Random ids = new Random(4711);
    private Vertx vertx;
    private Bus bus;
    private int forks;
    /** What parents did, so that nobody believes of a mere chain that it proves something. */
    private final Set<String> seen = new HashSet<>();

    @BeforeEach
    void deploy() {
        vertx = Vertx.vertx();
        bus = new Bus(vertx, Delivery.DIRECT);
        Executor executor =
                new Executor(vertx, bus, ExecutorConfiguration.DEFAULT, "here", false, new SimpleMeterRegistry());
        ControlConfiguration control = ControlConfiguration.of(
                "test", Duration.ofSeconds(30), 10_000, 1_000, Duration.ofSeconds(1), Duration.ofSeconds(1));
        GuardrailConfiguration guardrail =
                new GuardrailConfiguration(Optional.empty(), Duration.ofSeconds(1), Duration.ofSeconds(1), 1 << 20);
        Awaiting.result(
                vertx.deployVerticle(new StateVerticle(bus, any -> Future.succeededFuture(new InMemoryStateStore()))));
        Awaiting.result(vertx.deployVerticle(new GuardrailVerticle(bus, guardrail, new SimpleMeterRegistry())));
        Awaiting.result(vertx.deployVerticle(new ExecutorVerticle(bus, executor)));
        Awaiting.result(vertx.deployVerticle(
                new ControlVerticle(bus, control, InstantSource.system(), new SimpleMeterRegistry())));
    }

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void aForkAnywhereEndsWithItsParentsOutputAndRunsNothingAgain() {
        Long one = Long.getLong("ticktock.seed");
        long from = one != null ? one : 0;
        long to = one != null ? one + 1 : Long.getLong("ticktock.forks", LIFETIMES);
        for (long seed = from; seed < to; seed++) {
            try {
                forkEverywhere(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println((to - from) + " lifetimes, " + forks + " forks");
        if (to - from >= LIFETIMES) {
            assertEquals(Set.of("retries", "asks", "sleeps", "fans out", "loops"), seen);
        }
    }

    private void forkEverywhere(long seed) {
        AgentGraph graph = RandomGraphFile.of(seed, TENANT);
        register(graph);
        String parent = lifetimeId();
        Awaiting.result(answerQuestions(parent));
        Awaiting.result(repeated(() -> bus.request(
                Addresses.CONTROL_START.at(Shard.of(parent)),
                StartLifetimeRequest.newBuilder()
                        .setTenantId(TENANT)
                        .setLifetimeId(parent)
                        .setGraphName(graph.name())
                        .setInput(json("{\"n\":" + seed + "}"))
                        .build())));
        AgentLifetime ended = ended(parent);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus(), ended::toString);
        List<LifetimeEvent> log = events(parent);
        GetOutputResponse output = output(ended);
        Map<String, String> places = places(log);
        log.forEach(this::see);

        List<String> prefix = new ArrayList<>();
        Map<String, Set<String>> prefixes = new HashMap<>();
        for (LifetimeEvent event : log) {
            if (event.hasAccepted()) {
                prefix.add(places.get(event.getAccepted().getExecId()));
                prefixes.put(fork(parent, event.getAccepted().getExecId()), Set.copyOf(prefix));
            }
        }
        prefixes.forEach((fork, shared) -> check(fork, shared, Set.copyOf(prefix), output));
        assertEquals(log, events(parent), "the parent's log");
        assertEquals(ended, lifetime(parent), "the parent's head");
        forks += prefixes.size();
    }

    private void see(LifetimeEvent event) {
        if (event.getScheduled().getAttempt() > 1) {
            seen.add("retries");
        }
        if (event.getScheduled().getIteration() > 1) {
            seen.add("loops");
        }
        if (event.getWaiting().hasHuman()) {
            seen.add("asks");
        }
        if (event.getWaiting().hasUntil()) {
            seen.add("sleeps");
        }
        if (event.getForked().getBranches() > 1) {
            seen.add("fans out");
        }
    }

    private void check(String fork, Set<String> shared, Set<String> all, GetOutputResponse output) {
        AgentLifetime ended = ended(fork);
        assertEquals(LifetimeStatus.LIFETIME_STATUS_COMPLETED, ended.getStatus(), ended::toString);
        assertEquals(output, output(ended), "output");
        List<LifetimeEvent> log = events(fork);
        Map<String, String> places = places(log);
        Set<String> accepted = new HashSet<>();
        for (LifetimeEvent event : log) {
            if (event.hasAccepted()) {
                String execId = event.getAccepted().getExecId();
                assertTrue(HandlerRuns.has(execId), "a handler runs for what is the fork's own");
                assertTrue(accepted.add(places.get(execId)), "accepted once");
            }
        }
        places.values().forEach(place -> assertFalse(shared.contains(place), () -> place + " runs again"));
        accepted.addAll(shared);
        assertEquals(all, accepted, "the path");
        assertEquals(all.size() - shared.size(), ended.getTotals().getExecutions(), "executions of its own");
    }

    /** Which node run each execution of a log is, whichever lifetime it is of. */
    private static Map<String, String> places(List<LifetimeEvent> log) {
        Map<String, String> places = new HashMap<>();
        for (LifetimeEvent event : log) {
            if (event.hasScheduled()) {
                Scheduled scheduled = event.getScheduled();
                places.put(
                        scheduled.getExecId(),
                        scheduled.getNodeId()
                                + '#'
                                + scheduled.getIteration()
                                + '.'
                                + scheduled.getAttempt()
                                + '@'
                                + scheduled.getTokenPath());
            }
        }
        return places;
    }

    private String fork(String parent, String execId) {
        String fork = lifetimeId();
        Awaiting.result(answerQuestions(fork));
        Awaiting.result(repeated(() -> bus.request(
                Addresses.CONTROL_FORK.at(Shard.of(fork)),
                ForkLifetimeRequest.newBuilder()
                        .setTenantId(TENANT)
                        .setLifetimeId(fork)
                        .setParentLifetimeId(parent)
                        .setExecId(execId)
                        .build())));
        return fork;
    }

    private void register(AgentGraph graph) {
        Awaiting.result(bus.request(
                Addresses.STATE_REGISTER_GRAPH,
                RegisterGraphRequest.newBuilder()
                        .setGraph(GraphReference.newBuilder()
                                .setTenantId(TENANT)
                                .setName(graph.name())
                                .setVersion(graph.version())
                                .setDigest(graph.digest()))
                        .setCanonical(ByteString.copyFromUtf8(graph.canonical()))
                        .build()));
    }

    /** Every person says the same. */
    private Future<?> answerQuestions(String id) {
        return bus.subscribe(Addresses.CONTROL_PROGRESS.at(Shard.of(id)), (LifetimeProgress progress) -> {
            for (LifetimeEvent event : progress.getEventsList()) {
                if (event.getWaiting().hasHuman() && progress.getLifetimeId().equals(id)) {
                    answer(id, event.getWaiting().getExecId());
                }
            }
        });
    }

    private void answer(String id, String execId) {
        Signal signal = Signal.newBuilder()
                .setSignalId("answer-" + execId)
                .setTenantId(TENANT)
                .setLifetimeId(id)
                .setAnswer(Answer.newBuilder().setExecId(execId).setPayload(json("\"yes\"")))
                .build();
        bus.request(
                Addresses.CONTROL_SIGNAL.at(Shard.of(id)),
                SignalLifetimeRequest.newBuilder().setSignal(signal).build());
    }

    private List<LifetimeEvent> events(String id) {
        List<LifetimeEvent> events = new ArrayList<>();
        List<LifetimeEvent> page;
        do {
            page = Awaiting.result(bus.request(
                            Addresses.STATE_LIST_EVENTS,
                            ListEventsRequest.newBuilder()
                                    .setTenantId(TENANT)
                                    .setLifetimeId(id)
                                    .setAfterSeq(events.size())
                                    .setPageSize(PAGE)
                                    .build()))
                    .getEventsList();
            events.addAll(page);
        } while (page.size() == PAGE);
        return events;
    }

    private GetOutputResponse output(AgentLifetime ended) {
        return Awaiting.result(bus.request(
                Addresses.STATE_GET_OUTPUT,
                GetOutputRequest.newBuilder()
                        .setTenantId(TENANT)
                        .setOutput(ended.getOutput())
                        .build()));
    }

    private AgentLifetime ended(String id) {
        long giveUpNanos = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            AgentLifetime head = lifetime(id);
            if (head.hasEndedAt()) {
                return head;
            }
            assertTrue(System.nanoTime() - giveUpNanos < 0, () -> "still waiting for " + head);
            Awaiting.result(vertx.timer(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS));
        }
    }

    private AgentLifetime lifetime(String id) {
        return Awaiting.result(bus.request(
                        Addresses.STATE_GET_LIFETIME,
                        GetLifetimeRequest.newBuilder()
                                .setTenantId(TENANT)
                                .setLifetimeId(id)
                                .build()))
                .getLifetime();
    }

    /** As every caller does, it repeats what is not taken. */
    private <R> Future<R> repeated(Supplier<Future<R>> request) {
        return request.get()
                .recover(cause -> Failure.is(cause, FailureCode.UNAVAILABLE)
                        ? vertx.timer(20, TimeUnit.MILLISECONDS).compose(fired -> repeated(request))
                        : Future.failedFuture(cause));
    }

    private String lifetimeId() {
        long high = (System.currentTimeMillis() << 16) | 0x7000L | ids.nextInt(0x1000);
        long low = (ids.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    private static Payload json(String json) {
        return Payload.newBuilder()
                .setMediaType("application/json")
                .setInline(ByteString.copyFromUtf8(json))
                .build();
    }
}
