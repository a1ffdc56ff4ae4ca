package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.control.WorstCases;
import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.guardrail.PolicyFiles;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.guardrail.simulation.Divergence;
import io.ticktock.guardrail.simulation.PolicySimulation;
import io.ticktock.guardrail.simulation.SimulationFigures;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.ListHistoryRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies over the logs of lifetimes that ran under policies: the same ones agree, stricter ones diverge where they must. */
class SimulationIT {

    private static final int LIFETIMES = 80;
    private static final long MOST_MS = 120_000;
    private static final long STRICT_TOKENS = 1_500;

    @TempDir
    private static Path folder;

    @Test
    void policiesAgreeWithWhatTheyDecided() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Path policies = Files.writeString(folder.resolve("policies.yaml"), POLICIES);
        PolicySet inForce = PolicyFiles.read(policies);
        Configuration configuration = Configuration.of(Settings.shipped()
                .with("launcher.data_folder", folder.resolve("data").toString(), "--data")
                .with("guardrail.policies", policies.toString(), "--set"));
        try (LocalSystem system = LocalSystem.startAll(configuration)) {
            run(system.client(), new Random(seed));

            List<Divergence> found = new ArrayList<>();
            SimulationFigures figures = simulate(system, inForce, found);
            assertEquals(List.of(), found, "seed " + seed);
            assertEquals(LIFETIMES, figures.lifetimes());
            assertEquals(figures.executions(), figures.judged());
            assertEquals(inForce.actions().keySet(), figures.fired().keySet(), "all of them fire, seed " + seed);

            simulate(system, PolicyFiles.read(Files.writeString(folder.resolve("strict.yaml"), STRICT)), found);
            assertEquals(expected(system), places(found), "seed " + seed);
            Replays.requireAllAgree(system.client());
        }
    }

    private static void run(Client client, Random random) throws InterruptedException {
        AgentGraph parsed =
                GraphParser.parse("metered.yaml", GRAPH.getBytes(StandardCharsets.UTF_8), Client.DEFAULT_TENANT);
        GraphReference graph = client.register(parsed);
        Set<LifetimeId> running = new LinkedHashSet<>();
        for (int i = 0; i < LIFETIMES; i++) {
            LifetimeId id = LifetimeId.random();
            String input =
                    "{\"seed\": " + random.nextInt() + ", \"branches\": " + branches(1 + random.nextInt(5)) + "}";
            client.start(
                    id,
                    graph,
                    Payload.newBuilder()
                            .setInline(ByteString.copyFromUtf8(input))
                            .build());
            running.add(id);
        }
        long deadlineMs = System.currentTimeMillis() + MOST_MS;
        while (!running.isEmpty()) {
            assertTrue(System.currentTimeMillis() < deadlineMs, () -> running + " have not ended");
            running.removeIf(id -> hasEnded(client, id));
            Thread.sleep(10);
        }
    }

    private static List<Integer> branches(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** What is paused goes on: the policies will have another look at it. */
    private static boolean hasEnded(Client client, LifetimeId id) {
        AgentLifetime head = client.lifetime(id);
        if (head.getStatus() == LifetimeStatus.LIFETIME_STATUS_PAUSED) {
            client.signal(
                    id, Signal.newBuilder().setResume(ResumeCommand.newBuilder().setActor("test")));
        }
        return head.hasEndedAt();
    }

    private static SimulationFigures simulate(LocalSystem system, PolicySet draft, List<Divergence> found) {
        RecordedHistory history = new RecordedHistory(system.client());
        PolicySimulation simulation = new PolicySimulation(
                draft,
                new PolicySimulation.Sources(
                        new RegisteredGraphs(system.client())::get, WorstCases::of, history::rejectedRecord),
                found::add);
        // Small pages, so that lifetimes and decisions lie on both sides of their borders.
        history.forEach(ListHistoryRequest.newBuilder().setPageSize(7).build(), simulation::take, () -> {});
        return simulation.end();
    }

    /** Where the sum of tokens first exceeds what the strict policy allows, unless the lifetime was ended there. */
    private static Set<String> expected(LocalSystem system) {
        Map<String, Long> tokens = new HashMap<>();
        Map<String, LifetimeEvent> first = new TreeMap<>();
        new RecordedHistory(system.client())
                .forEach(
                        ListHistoryRequest.getDefaultInstance(),
                        recorded -> {
                            LifetimeEvent event = recorded.event();
                            long used = event.getAccepted().getTelemetry().getTokensUsed();
                            long sum = tokens.merge(event.getLifetimeId(), used, Long::sum);
                            if (event.hasAccepted() && sum > STRICT_TOKENS) {
                                first.putIfAbsent(event.getLifetimeId(), event);
                            }
                        },
                        () -> {});
        Set<String> expected = new TreeSet<>();
        first.values().stream()
                .filter(event ->
                        event.getAccepted().getVerdict().getAction() != GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME)
                .forEach(event -> expected.add(place(event)));
        assertTrue(expected.size() > LIFETIMES / 10, () -> "few lifetimes use much: " + expected);
        return expected;
    }

    private static Set<String> places(List<Divergence> found) {
        Set<String> places = new TreeSet<>();
        found.forEach(divergence -> places.add(place(divergence.event())));
        return places;
    }

    private static String place(LifetimeEvent event) {
        return event.getLifetimeId() + " " + event.getSeq();
    }

    private static final String POLICIES = """
            policies:
              - {name: pause, scope: lifetime, when: sum.tokens_used > 3000, action: PAUSE_LIFETIME}
              - {name: reject, scope: execution, when: execution.cost_usd > 0.09 && execution.status == "succeeded", action: REJECT_EXECUTION}
              - {name: refuse, scope: execution, phase: admit, applies_to: {nodes: [polish]}, when: iteration == 3, action: REJECT_EXECUTION}
              - {name: stop, scope: lifetime, phase: admit, when: count >= 12, action: ABORT_LIFETIME}
              - {name: abort, scope: lifetime, when: sum.cost_usd > 0.35, action: ABORT_LIFETIME}
              - {name: budget, scope: lifetime, budget: {tokens_used: 4000, undeclared: 1000}, action: REJECT_EXECUTION}
            """;

    private static final String STRICT = POLICIES + """
              - {name: strict, scope: lifetime, when: sum.tokens_used > 1500, action: ABORT_LIFETIME}
            """;

    private static final String GRAPH = """
            graph: metered
            version: 1.0.0
            start: split
            tasks:
              draft:
                type: test.metered
                input: {seed: "${input.seed}"}
                retry: {max_attempts: 2, initial_interval: 1ms, max_interval: 1ms}
              polish: {type: test.metered, input: {seed: "${input.seed}"}}
            plans:
              split: {type: map, over: input.branches, next: draft}
              gather: {type: next, next: polish}
              more:
                type: rules
                rules:
                  - {when: "iteration >= 4", next: END}
                otherwise: {next: polish}
            edges:
              - split -> draft [PARALLEL]
              - draft -> gather [JOIN, on_failure route]
              - gather -> polish
              - polish -> more [on_failure route]
              - more -> polish
              - more -> END [FINAL]
            """;
}
