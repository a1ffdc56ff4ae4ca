package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.Edge;
import io.ticktock.graph.Plan;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.ForkOrigin;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Started;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Seeded random graphs, run in random order of arrival; {@code -Dticktock.seed=N} runs one, {@code -Dticktock.seeds=N} more. */
class RandomLifetimeTest {

    private static final int MOST_STEPS = 4_000;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private record Outcome(String end, Map<String, String> accepted, int steps, List<LifetimeEvent> events) {

        boolean isSame(Outcome other) {
            return end.equals(other.end) && accepted.equals(other.accepted) && steps == other.steps;
        }
    }

    @Test
    void aFoldAtEveryStepEqualsTheUninterruptedRun() {
        eachSeed(seed -> {
            AgentGraph graph = RandomGraph.of(seed);
            run(graph, seed, new Random(seed), true);
        });
    }

    @Test
    void theOrderOfArrivalChangesNothingWhereJoinsWaitForAll() {
        eachSeed(seed -> {
            AgentGraph graph = RandomGraph.joiningAll(seed);
            Outcome one = run(graph, seed, new Random(seed), false);
            Outcome other = run(graph, seed, new Random(~seed), false);
            assertTrue(one.isSame(other), () -> "seed " + seed + ": " + one + " and " + other);
        });
    }

    @Test
    void aForkAnywhereEndsAsItsParentAndRunsWhatFollowsOnly() {
        eachSeed(seed -> {
            AgentGraph graph = RandomGraph.joiningAll(seed);
            Outcome parent = run(graph, seed, new Random(seed), false);
            Map<String, String> prefix = new TreeMap<>();
            Map<String, String> identities = identities(parent.events());
            for (LifetimeEvent event : parent.events()) {
                if (event.hasAccepted()) {
                    String identity = identities.get(event.getAccepted().getExecId());
                    prefix.put(identity, parent.accepted().get(identity));
                    Outcome fork = runFork(graph, seed, new Random(~seed), parent.events(), event);
                    Map<String, String> both = new TreeMap<>(prefix);
                    fork.accepted().forEach((attempt, node) -> both.merge(attempt, node, (a, b) -> "twice " + a));
                    assertEquals(parent.accepted(), both, "forked at " + identity);
                    assertEquals(parent.end(), fork.end(), "forked at " + identity);
                }
            }
        });
    }

    private static Map<String, String> identities(List<LifetimeEvent> events) {
        Map<String, String> identities = new HashMap<>();
        events.stream()
                .map(LifetimeEvent::getScheduled)
                .forEach(scheduled -> identities.put(scheduled.getExecId(), identity(scheduled)));
        return identities;
    }

    private static Outcome runFork(
            AgentGraph graph, long seed, Random order, List<LifetimeEvent> parent, LifetimeEvent at) {
        LifetimeState state = new LifetimeState("acme", Scenario.FORK + 0, graph);
        parent.stream().filter(event -> event.getSeq() <= at.getSeq()).forEach(state::inherit);
        Started started = Started.newBuilder()
                .setGraph(GraphCatalog.referenceOf(graph))
                .setFork(ForkOrigin.newBuilder()
                        .setLifetimeId(at.getLifetimeId())
                        .setSeq(at.getSeq()))
                .build();
        List<LifetimeEvent> events = new ArrayList<>(
                LifetimeMachine.fork(state, started, Map.of(), START).events());
        return play(state, events, graph, seed, order, false);
    }

    private interface Check {
        void of(long seed);
    }

    private static void eachSeed(Check check) {
        Long one = Long.getLong("ticktock.seed");
        long from = one != null ? one : 0;
        long to = one != null ? one + 1 : Long.getLong("ticktock.seeds", 400);
        for (long seed = from; seed < to; seed++) {
            try {
                check.of(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** Plays a lifetime to its end; what a handler answers depends on its attempt and the seed only. */
    private static Outcome run(AgentGraph graph, long seed, Random order, boolean refold) {
        LifetimeState state = new LifetimeState("acme", Scenario.LIFETIME, graph);
        Started started =
                Started.newBuilder().setGraph(GraphCatalog.referenceOf(graph)).build();
        List<LifetimeEvent> events = new ArrayList<>(
                LifetimeMachine.start(state, started, Map.of(), START).events());
        return play(state, events, graph, seed, order, refold);
    }

    private static Outcome play(
            LifetimeState state,
            List<LifetimeEvent> events,
            AgentGraph graph,
            long seed,
            Random order,
            boolean refold) {
        Map<String, String> accepted = new TreeMap<>();
        ReplayedEvents replayed = new ReplayedEvents();
        int steps = 0;
        while (!state.hasEnded()) {
            assertTrue(steps++ < MOST_STEPS, "does not end");
            List<Attempt> open = List.copyOf(state.openAttempts());
            assertFalse(open.isEmpty(), "running, but nothing is open");
            Attempt next = open.get(order.nextInt(open.size()));
            accepted.merge(identity(next), next.scheduled.getNodeId(), (a, b) -> "twice " + a);
            Input input = Scenario.recorded(next, answer(graph, next, seed), GuardrailAction.GUARDRAIL_ACTION_ALLOW);
            replayed.note(input);
            if (refold) {
                LifetimeState again = fold(graph, events);
                assertEquals(state.toString(), again.toString());
                List<LifetimeEvent> expected = decide(again, input, steps);
                assertEquals(expected, decide(state, input, steps));
                events.addAll(expected);
            } else {
                events.addAll(decide(state, input, steps));
            }
        }
        if (!events.get(0).getStarted().hasFork()) {
            replayed.requireAgree(graph, events);
        }
        assertFalse(accepted.values().stream().anyMatch(node -> node.startsWith("twice")), "an attempt came twice");
        return new Outcome(state.status() + state.head().getReason(), accepted, steps, events);
    }

    /** Which attempt it is, of whichever fork. */
    private static String identity(Attempt attempt) {
        return identity(attempt.scheduled);
    }

    private static String identity(Scheduled scheduled) {
        return scheduled.getNodeId() + "#" + scheduled.getIteration() + "." + scheduled.getAttempt() + "@"
                + scheduled.getTokenPath();
    }

    static LifetimeState fold(AgentGraph graph, List<LifetimeEvent> events) {
        LifetimeState state = new LifetimeState("acme", Scenario.LIFETIME, graph);
        events.forEach(state::apply);
        return state;
    }

    private static List<LifetimeEvent> decide(LifetimeState state, Input input, int step) {
        return LifetimeMachine.decide(state, List.of(input), Map.of(), START.plusSeconds(step))
                .events();
    }

    static ExecutionReference answer(AgentGraph graph, Attempt attempt, long seed) {
        Random dice = new Random(identity(attempt).hashCode() * 31L + seed);
        if (dice.nextInt(20) == 0) {
            return Scenario.reference(attempt, false)
                    .setError(Scenario.error(List.of("oops")))
                    .build();
        }
        ExecutionReference.Builder reference = Scenario.reference(attempt, true);
        if (graph.node(attempt.scheduled.getNodeId()) instanceof Plan plan) {
            reference.addAllNextTaskIds(choose(graph, plan, dice, attempt));
        }
        return reference.build();
    }

    private static List<String> choose(AgentGraph graph, Plan plan, Random dice, Attempt attempt) {
        List<Edge> edges = graph.outgoingOf(plan.id());
        Edge chosen = edges.get(dice.nextInt(edges.size()));
        return switch (chosen.type()) {
            case FINAL, NORMAL -> List.of(chosen.to());
            case PARALLEL -> {
                int width = attempt.scheduled.getTokenPath().length() > 20 ? 1 : dice.nextInt(4);
                List<String> tasks = edges.stream()
                        .filter(edge -> edge.type() == chosen.type())
                        .map(Edge::to)
                        .toList();
                List<String> choices = new ArrayList<>();
                for (int i = 0; i < width; i++) {
                    choices.add(tasks.get(dice.nextInt(tasks.size())));
                }
                yield choices;
            }
            case JOIN -> throw new IllegalStateException("a Plan has no JOIN edge");
        };
    }
}
