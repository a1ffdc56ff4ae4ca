package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.tenant.TenantQuotas;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.GetQuotasResponse;
import io.ticktock.proto.v1.Quotas;
import io.ticktock.proto.v1.TaskInput;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How attempts wait for room, for an executor, or for their time. Lifetimes are of Tasks beside one another. */
class DispatcherTest {

    private static final long PATIENCE_SECONDS = 20;

    private static final List<String> FAN = List.of(
            "a -> p",
            "p -> b [PARALLEL]",
            "p -> c [PARALLEL]",
            "b -> pj [JOIN]",
            "c -> pj [JOIN]",
            "pj -> END [FINAL]");
    private static final Map<String, String> SLOW_RETRY =
            Map.of("a", "retry: {max_attempts: 2, initial_interval: 1h, max_interval: 1h}");

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Bus bus = new Bus(vertx);
    private final InstantSource clock = InstantSource.system();
    private final BlockingQueue<String> offered = new LinkedBlockingQueue<>();
    private Future<DispatchResponse> answer = Future.succeededFuture(DispatchResponse.getDefaultInstance());

    @BeforeEach
    void serve() throws Exception {
        await(bus.serve(Addresses.EXECUTOR_RUN_TASK, this::take));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void lifetimesThatWaitForRoomTakeTurns() throws Exception {
        Dispatcher dispatcher = dispatcher(1);
        Resident large = lifetime("b", "b", "b");
        Resident small = lifetime("c");
        run(() -> {
            dispatchAll(dispatcher, large);
            dispatchAll(dispatcher, small);
        });
        for (String expected : List.of("b@/p#1:0", "b@/p#1:1", "c@/p#1:0", "b@/p#1:2")) {
            assertEquals(expected, nextOffered());
            Resident owner = expected.startsWith("c") ? small : large;
            String execId = execId(owner, expected);
            run(() -> dispatcher.cancel(owner, List.of(execId)));
        }
        assertEquals(0, dispatcher.waiting());
    }

    @Test
    void tenantsThatWaitForRoomTakeTurns() throws Exception {
        Dispatcher dispatcher = dispatcher(1);
        List<Resident> flood = List.of(lifetimeOf("flood", "b", "b"), lifetimeOf("flood", "b", "b"));
        Resident other = lifetimeOf("other", "c", "c");
        run(() -> {
            flood.forEach(lifetime -> dispatchAll(dispatcher, lifetime));
            dispatchAll(dispatcher, other);
        });
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            turns.add(nextOffered().substring(0, 1));
            run(() -> {
                Resident out = Stream.concat(flood.stream(), Stream.of(other))
                        .filter(lifetime -> !lifetime.outings.isEmpty())
                        .findFirst()
                        .orElseThrow();
                dispatcher.cancel(out, List.copyOf(out.outings.keySet()));
            });
        }
        assertEquals(List.of("b", "b", "c", "b", "c", "b"), turns);
        assertEquals(0, dispatcher.waiting());
        assertEquals(0, dispatcher.inFlight());
    }

    @Test
    void aTenantHasNoMoreOutThanItsQuota() throws Exception {
        Dispatcher dispatcher = dispatcher(
                10, Quotas.newBuilder().setRemoteExecutionsInFlight(2).build());
        Resident many = lifetimeOf("flood", "b", "b", "b", "b");
        Resident more = lifetimeOf("flood", "b");
        Resident others = lifetimeOf("other", "c");
        run(() -> {
            dispatchAll(dispatcher, many);
            dispatchAll(dispatcher, more);
            dispatchAll(dispatcher, others);
        });
        assertEquals(2, many.outings.size());
        assertEquals(0, more.outings.size());
        assertEquals(1, others.outings.size());
        assertEquals(3, dispatcher.waiting());
        run(() -> dispatcher.releaseAll(many));
        assertEquals(1, more.outings.size());
        assertEquals(0, dispatcher.waiting());
    }

    @Test
    void attemptsOfAuthorsTypesTakeNoRoomOfBuiltInOnes() throws Exception {
        Dispatcher dispatcher = dispatcher(2);
        Resident slow = lifetime("b", "b", "b");
        Resident plan = atPlan();
        run(() -> {
            dispatchAll(dispatcher, slow);
            dispatchAll(dispatcher, plan);
        });
        assertEquals(2, slow.outings.size());
        assertEquals(1, plan.outings.size(), "plans, and tasks of built-in types, have room of their own");
        assertEquals(1, dispatcher.waiting());
    }

    private static Resident atPlan() {
        Scenario scenario = new Scenario(TestGraph.of("a", FAN, Map.of()), false);
        scenario.play("a ok");
        return new Resident(scenario.state, 0, false, List.of());
    }

    @Test
    void whatWaitsForRoomWaitsOnceHoweverOftenItIsAskedFor() throws Exception {
        Dispatcher dispatcher = dispatcher(1);
        Resident lifetime = lifetime("b", "b", "b");
        run(() -> {
            for (int i = 0; i < 100; i++) {
                dispatchAll(dispatcher, lifetime);
            }
        });
        assertEquals(1, lifetime.outings.size());
        assertEquals(2, dispatcher.waiting());
    }

    @Test
    void nothingOfALifetimeThatHasLeftMemoryWaitsAnyMore() throws Exception {
        Dispatcher dispatcher = dispatcher(1);
        Resident gone = lifetime("b", "b", "b");
        Resident next = lifetime("c");
        run(() -> {
            dispatchAll(dispatcher, gone);
            dispatchAll(dispatcher, next);
            dispatcher.releaseAll(gone);
        });
        assertEquals("b@/p#1:0", nextOffered());
        assertEquals("c@/p#1:0", nextOffered());
        assertEquals(0, dispatcher.waiting());
    }

    @Test
    void aBackoffHasOneTimerWhichGoesWithItsLifetime() throws Exception {
        Dispatcher dispatcher = dispatcher(1);
        Scenario scenario = new Scenario(TestGraph.of("a", FAN, SLOW_RETRY), false);
        scenario.now = clock.instant();
        Resident lifetime = new Resident(scenario.play("a fail oops").state, 0, false, List.of());
        run(() -> dispatchAll(dispatcher, lifetime));
        Map<String, Long> timers = Map.copyOf(lifetime.backoffs);
        run(() -> dispatchAll(dispatcher, lifetime));
        assertEquals(timers, lifetime.backoffs);
        run(() -> dispatcher.releaseAll(lifetime));
        assertEquals(Map.of(), lifetime.backoffs);
        assertFalse(vertx.cancelTimer(timers.values().iterator().next()), "the timer is still there");
    }

    @Test
    void whatNobodyHasTakenYetIsOfferedByOneOnly() throws Exception {
        Dispatcher dispatcher = dispatcher(10);
        Resident lifetime = lifetime("b");
        Resident marker = lifetime("c");
        String execId = execId(lifetime, "b@/p#1:0");
        answer = Promise.<DispatchResponse>promise().future();
        run(() -> {
            dispatchAll(dispatcher, lifetime);
            dispatcher.repeat(lifetime, execId);
            dispatcher.repeat(lifetime, execId);
            dispatchAll(dispatcher, marker);
        });
        assertEquals("b@/p#1:0", nextOffered());
        assertEquals("c@/p#1:0", nextOffered());
    }

    @Test
    void whatWasTakenAndLostIsOfferedAgain() throws Exception {
        Dispatcher dispatcher = dispatcher(1);
        Resident lifetime = lifetime("b");
        String execId = execId(lifetime, "b@/p#1:0");
        run(() -> dispatchAll(dispatcher, lifetime));
        assertEquals("b@/p#1:0", nextOffered());
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (lifetime.outings.get(execId).offered) {
            assertTrue(System.nanoTime() < giveUp, "the answer does not arrive");
            run(() -> {});
        }
        run(() -> dispatcher.repeat(lifetime, execId));
        assertEquals("b@/p#1:0", nextOffered());
    }

    private Future<DispatchResponse> take(TaskInput input) {
        offered.add(input.getHeaders().getNodeId() + "@" + input.getHeaders().getTokenPath());
        return answer;
    }

    private Dispatcher dispatcher(int maxInFlight) {
        return dispatcher(maxInFlight, Quotas.getDefaultInstance());
    }

    /** @param quotas of every tenant */
    private Dispatcher dispatcher(int maxInFlight, Quotas quotas) {
        ControlConfiguration configuration = ControlConfiguration.of(
                "test", Duration.ofSeconds(2), 100, maxInFlight, Duration.ofMillis(100), Duration.ZERO);
        GetQuotasResponse known =
                GetQuotasResponse.newBuilder().setQuotas(quotas).build();
        return new Dispatcher(
                vertx, bus, clock, configuration, new TenantQuotas(asked -> Future.succeededFuture(known)));
    }

    /** One that stands at these Tasks. */
    private static Resident lifetime(String... tasks) {
        Scenario scenario = new Scenario(TestGraph.of("a", FAN, Map.of()), false);
        scenario.play("a ok", "p choose " + String.join(" ", tasks));
        return new Resident(scenario.state, 0, false, List.of());
    }

    private static Resident lifetimeOf(String tenantId, String... tasks) {
        AgentGraph graph = TestGraph.of("a", FAN, Map.of());
        Scenario scenario = new Scenario(graph, false, tenantId);
        scenario.play("a ok", "p choose " + String.join(" ", tasks));
        return new Resident(scenario.state, 0, false, List.of());
    }

    private static void dispatchAll(Dispatcher dispatcher, Resident resident) {
        resident.state.openAttempts().forEach(attempt -> dispatcher.dispatch(resident, attempt.execId()));
    }

    private static String execId(Resident resident, String nodeAtPath) {
        return resident.state.openAttempts().stream()
                .filter(attempt ->
                        nodeAtPath.equals(attempt.scheduled.getNodeId() + "@" + attempt.scheduled.getTokenPath()))
                .findFirst()
                .orElseThrow()
                .execId();
    }

    private String nextOffered() throws InterruptedException {
        return offered.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** On the event loop of the dispatcher. */
    private void run(Runnable step) throws Exception {
        Promise<Void> done = Promise.promise();
        context.runOnContext(nothing -> {
            step.run();
            done.complete();
        });
        await(done.future());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
