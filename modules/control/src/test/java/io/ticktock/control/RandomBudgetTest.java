package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.Amounts;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetMetric;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Reservation;
import io.ticktock.proto.v1.ResumeCommand;
import io.ticktock.proto.v1.Scheduled;
import io.ticktock.proto.v1.Signal;
import io.ticktock.proto.v1.SliceReservation;
import io.ticktock.proto.v1.Started;
import io.ticktock.proto.v1.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random lifetimes of which some attempts are refused and the others set something aside. */
class RandomBudgetTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final int MOST_STEPS = 20_000;
    private static final String POLICIES = "digest";

    /** What the tables would hold of one slice. */
    private static final class Slice {
        long reserved;
        long spent;

        void charge(BudgetCharge charge) {
            reserved += charge.getReserved();
            spent += charge.getSpent();
            assertTrue(reserved >= 0, "more was settled than was set aside");
        }
    }

    @Test
    void whatIsSetAsideIsSettledInTheEndAndTheFoldKnowsIt() {
        long from = Long.getLong("ticktock.seed", 0);
        long to = System.getProperty("ticktock.seed") != null ? from + 1 : Long.getLong("ticktock.seeds", 300);
        for (long each = from; each < to; each++) {
            try {
                new Play(each).run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + each + ": " + e.getMessage(), e);
            }
        }
    }

    /** One lifetime. */
    private static final class Play {

        private final AgentGraph graph;
        private final Random dice;
        private final long seed;
        private final List<LifetimeEvent> events = new ArrayList<>();
        private final Slice slice = new Slice();
        private LifetimeState state;
        private int step;

        Play(long seed) {
            this.seed = seed;
            this.graph = RandomGraph.of(seed);
            this.dice = new Random(seed);
            this.state = new LifetimeState("acme", Scenario.LIFETIME, graph);
        }

        void run() {
            Started started = Started.newBuilder()
                    .setGraph(GraphCatalog.referenceOf(graph))
                    .build();
            decide((fresh, refusals) -> LifetimeMachine.start(fresh, started, refusals, now()));
            while (!state.hasEnded()) {
                assertTrue(step++ < MOST_STEPS, "does not end");
                Input input = next();
                decide((fresh, refusals) -> LifetimeMachine.decide(fresh, List.of(input), refusals, now()));
                assertEquals(
                        state.toString(), RandomLifetimeTest.fold(graph, events).toString());
                assertEquals(reservedByOpenAttempts(), slice.reserved);
                assertEquals(
                        state.hasEnded() ? 0 : slice.reserved,
                        state.budgetUse().getReserved().getTokensUsed());
            }
            assertEquals(0, slice.reserved);
            assertEquals(
                    slice.spent,
                    state.totals().getTokensUsed()
                            + state.budgetUse().getForfeited().getTokensUsed());
        }

        private interface Deciding {
            Decision on(LifetimeState state, Map<String, Verdict> refusals);
        }

        /** As the control plane does: a draft, leave for what it schedules, and where some is refused the decision anew. */
        private void decide(Deciding deciding) {
            Decision decision = deciding.on(state, Map.of());
            Admission admission = admission(decision.candidates());
            if (!admission.refusals().isEmpty()) {
                state = RandomLifetimeTest.fold(graph, events);
                decision = deciding.on(state, admission.refusals());
            }
            decision = decision.admitted(admission, state);
            events.addAll(decision.events());
            decision.charges().forEach(slice::charge);
        }

        private Admission admission(List<Scheduled> candidates) {
            Map<String, Verdict> refusals = new HashMap<>();
            Map<String, Reservation> reservations = new HashMap<>();
            for (Scheduled candidate : candidates) {
                int chance = dice.nextInt(40);
                if (chance == 0) {
                    refusals.put(candidate.getExecId(), refusal(GuardrailAction.GUARDRAIL_ACTION_PAUSE_LIFETIME));
                } else if (chance == 1) {
                    refusals.put(candidate.getExecId(), refusal(GuardrailAction.GUARDRAIL_ACTION_REJECT_EXECUTION));
                } else if (chance == 2 && step > 50) {
                    refusals.put(candidate.getExecId(), refusal(GuardrailAction.GUARDRAIL_ACTION_ABORT_LIFETIME));
                } else {
                    reservations.put(candidate.getExecId(), reservation(100 + dice.nextInt(900)));
                }
            }
            return new Admission(refusals, reservations, POLICIES);
        }

        private static Verdict refusal(GuardrailAction action) {
            return Verdict.newBuilder().setAction(action).setReason("budget").build();
        }

        private static Reservation reservation(long tokens) {
            return Reservation.newBuilder()
                    .setAmounts(Amounts.newBuilder().setExecutions(1).setTokensUsed(tokens))
                    .addSlices(SliceReservation.newBuilder()
                            .setBudget("daily")
                            .setSliceId("slice")
                            .setMetric(BudgetMetric.BUDGET_METRIC_TOKENS_USED)
                            .setAmount(tokens))
                    .build();
        }

        /** A record of an attempt that may run; where none may, the lifetime is resumed. */
        private Input next() {
            List<Attempt> running =
                    state.openAttempts().stream().filter(state::mayRun).toList();
            if (running.isEmpty()) {
                assertTrue(state.isPaused(), "running, but nothing is open");
                return new Input.Signalled(Signal.newBuilder()
                        .setSignalId("resume " + step)
                        .setResume(ResumeCommand.newBuilder()
                                .setAdded(Amounts.newBuilder().setTokensUsed(1)))
                        .build());
            }
            Attempt attempt = running.get(dice.nextInt(running.size()));
            long setAside = attempt.scheduled.getReservation().getAmounts().getTokensUsed();
            // Some use more than they said.
            PolicyTelemetry used = PolicyTelemetry.newBuilder()
                    .setTokensUsed(attempt.scheduled.hasRejection() ? 0 : dice.nextLong(setAside * 5 / 4 + 1))
                    .build();
            return Scenario.recorded(
                    attempt,
                    RandomLifetimeTest.answer(graph, attempt, seed).toBuilder()
                            .setTelemetry(used)
                            .build(),
                    GuardrailAction.GUARDRAIL_ACTION_ALLOW);
        }

        private long reservedByOpenAttempts() {
            return state.openAttempts().stream()
                    .mapToLong(attempt ->
                            attempt.scheduled.getReservation().getAmounts().getTokensUsed())
                    .sum();
        }

        private Instant now() {
            return START.plusSeconds(step);
        }
    }
}
