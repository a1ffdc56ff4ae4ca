package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.control.ControlConfiguration;
import io.ticktock.control.ControlVerticle;
import io.ticktock.executor.Executor;
import io.ticktock.executor.ExecutorConfiguration;
import io.ticktock.executor.ExecutorVerticle;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.guardrail.GuardrailConfiguration;
import io.ticktock.guardrail.GuardrailVerticle;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanDifference;
import io.ticktock.proto.v1.ReplayPlansRequest;
import io.ticktock.proto.v1.ReplayPlansResponse;
import io.ticktock.state.StateVerticle;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.InMemoryStateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One lifetime of five decisions, and drafts of its graph that choose otherwise where they must. */
class PlansReplayTest {

    private static final long MOST_MS = 30_000;
    private static final LifetimeId ID = LifetimeId.random();

    private static Vertx vertx;
    private static Client client;

    /**
     * A draft and what the Plans choose by it.
     *
     * @param change what is replaced in the graph's text, by what follows it
     * @param plans of each Plan: same, different, and why others were not compared
     * @param difference Plan, recorded choice, and the new one or the error's code; empty when there is none
     */
    private record Draft(String name, List<String> change, List<String> plans, String difference) {

        private AgentGraph graph() {
            String text = GRAPH;
            for (int i = 0; i < change.size(); i += 2) {
                assertTrue(text.contains(change.get(i)), change.get(i));
                text = text.replace(change.get(i), change.get(i + 1));
            }
            return parse(text);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Draft> drafts() {
        String unknown = ": it comes after the lifetime's first difference";
        return Stream.of(
                new Draft("the same", List.of(), List.of("decide 3 0", "gather 1 0", "split 1 0"), ""),
                new Draft(
                        "another text that says the same",
                        List.of("result.total >= 10", "10 <= result.total", "1.0.0", "2.0.0"),
                        List.of("decide 3 0", "gather 1 0", "split 1 0"),
                        ""),
                new Draft(
                        "a rule that holds earlier",
                        List.of("result.total >= 10", "result.total >= 7"),
                        List.of("decide 1 1 1" + unknown, "gather 1 0", "split 1 0"),
                        "decide [improve] [END]"),
                new Draft(
                        "a rule over what no recorded Plan looked at",
                        List.of("result.total >= 10", "results.check.total == 3"),
                        List.of("decide 0 1 2" + unknown, "gather 1 0", "split 1 0"),
                        "decide [improve] [END]"),
                new Draft(
                        "a rule over the input",
                        List.of("result.total >= 10", "size(input.parts) == 2 && iteration == 3"),
                        List.of("decide 3 0", "gather 1 0", "split 1 0"),
                        ""),
                new Draft(
                        "a rule that fails",
                        List.of("result.total >= 10", "result.missing >= 10"),
                        List.of("decide 0 1 2" + unknown, "gather 1 0", "split 1 0"),
                        "decide [improve] expression_failed"),
                new Draft(
                        "a map over more",
                        List.of("over: input.parts", "over: \"input.parts + [9]\""),
                        List.of("decide 0 0 3" + unknown, "gather 0 0 1" + unknown, "split 0 1"),
                        "split [work, work] [work, work, work]"),
                new Draft(
                        "a fixed choice of something new",
                        List.of("check", "other"),
                        List.of("decide 0 0 3" + unknown, "gather 0 1", "split 1 0"),
                        "gather [check] [other]"),
                new Draft(
                        "a Plan that is called otherwise",
                        List.of("decide", "verdict"),
                        List.of("decide 0 0 3: the new graph has no such node", "gather 1 0", "split 1 0"),
                        ""),
                new Draft(
                        "an author's own type",
                        List.of("{type: map, over: input.parts, next: work}", "{type: acme.split}"),
                        List.of(
                                "decide 3 0",
                                "gather 1 0",
                                "split 0 0 1: its type acme.split is an author's own, which may do more than decide"),
                        ""),
                new Draft(
                        "a rule over what was never recorded",
                        List.of(
                                "result.total >= 10, next: END}",
                                "results.extra == 1, next: END}\n      - {when: result.total > 99, next: extra}",
                                "  check: {",
                                "  extra: {type: transform, output: 1}\n  check: {",
                                "- decide -> improve",
                                "- decide -> improve\n  - decide -> extra\n  - extra -> decide"),
                        List.of(
                                "decide 0 0 3: it looks at the result of extra, which the recorded graph does not have",
                                "gather 1 0",
                                "split 1 0"),
                        ""),
                new Draft(
                        "a Task in the place of a Plan",
                        List.of(
                                GRAPH,
                                "{graph: journey, version: 1.0.0, start: split, tasks: {split: {type: transform,"
                                        + " output: 1}}, edges: [\"split -> END [FINAL]\"]}"),
                        List.of(
                                "decide 0 0 3: the new graph has no such node",
                                "gather 0 0 1: the new graph has no such node",
                                "split 0 0 1: it is a Task in the new graph"),
                        ""));
    }

    @BeforeAll
    static void runOne() throws InterruptedException {
        vertx = Vertx.vertx();
        Bus bus = new Bus(vertx, Delivery.DIRECT);
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
        client = new Client(new BusConnection(vertx, bus), Client.DEFAULT_TENANT, true);
        Payload input = Payload.newBuilder()
                .setInline(ByteString.copyFromUtf8("{\"parts\": [1, 2]}"))
                .build();
        client.start(ID, client.register(parse(GRAPH)), input);
        long deadlineMs = System.currentTimeMillis() + MOST_MS;
        while (!client.lifetime(ID).hasEndedAt()) {
            assertTrue(System.currentTimeMillis() < deadlineMs, () -> client.lifetime(ID) + " has not ended");
            Thread.sleep(5);
        }
    }

    @AfterAll
    static void close() {
        Awaiting.result(vertx.close());
    }

    @ParameterizedTest
    @MethodSource("drafts")
    void aDraftChoosesOtherwiseWhereItMustAndLeavesNoTrace(Draft draft) {
        List<LifetimeEvent> before = client.events(ID, 0);

        ReplayPlansResponse replayed = client.replayPlans(ID, draft.graph());

        assertEquals(draft.plans(), plans(replayed));
        assertEquals(draft.difference(), replayed.hasDifference() ? text(replayed.getDifference()) : "");
        assertEquals(before, client.events(ID, 0));
        assertEquals(
                before.stream().filter(LifetimeEvent::hasAccepted).count(),
                client.executions(ID, 200, "").getExecutionsCount());
    }

    @Test
    void aFaultyGraphIsRefused() {
        ReplayPlansRequest request = ReplayPlansRequest.newBuilder()
                .setTenantId(client.tenantId())
                .setLifetimeId(ID.toString())
                .setGraph(ByteString.copyFromUtf8("{}"))
                .build();
        Failure failure = assertThrows(Failure.class, () -> client.ask(Addresses.CONTROL_REPLAY_PLANS, request));
        assertEquals(FailureCode.INVALID_ARGUMENT, failure.code(), failure::getMessage);
    }

    private static List<String> plans(ReplayPlansResponse replayed) {
        List<String> plans = new ArrayList<>();
        replayed.getPlansList().forEach(plan -> {
            StringBuilder text = new StringBuilder(plan.getNodeId() + " " + plan.getSame() + " " + plan.getDifferent());
            plan.getNotComparedMap()
                    .forEach((why, count) ->
                            text.append(' ').append(count).append(": ").append(why));
            plans.add(text.toString());
        });
        return plans;
    }

    private static String text(PlanDifference difference) {
        return difference.getNodeId() + " " + difference.getRecordedTaskIdsList() + " "
                + (difference.hasError()
                        ? difference.getError().getCode()
                        : difference.getNextTaskIdsList().toString());
    }

    private static AgentGraph parse(String text) {
        return GraphParser.parse("journey.yaml", text.getBytes(StandardCharsets.UTF_8), Client.DEFAULT_TENANT);
    }

    /** With parts 1 and 2 it decides over the totals 3, 7 and 11. */
    private static final String GRAPH = """
            graph: journey
            version: 1.0.0
            start: split
            tasks:
              work: {type: transform, output: {n: "${plan}"}}
              check: {type: transform, output: {total: "${plan.total}"}}
              improve: {type: transform, output: {total: "${plan.total + 4}"}}
            plans:
              split: {type: map, over: input.parts, next: work}
              gather: {type: next, next: check, input: {total: "${sum(joined.map(each, each.n))}"}}
              decide:
                type: rules
                rules:
                  - {when: result.total >= 10, next: END}
                otherwise: {next: improve}
            edges:
              - split -> work [PARALLEL]
              - work -> gather [JOIN]
              - gather -> check
              - check -> decide
              - improve -> decide
              - decide -> improve
              - decide -> END [FINAL]
            """;
}
