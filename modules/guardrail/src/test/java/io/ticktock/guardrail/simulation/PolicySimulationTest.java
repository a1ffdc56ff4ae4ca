package io.ticktock.guardrail.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.graph.AgentGraph;
import io.ticktock.graph.GraphParser;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.GuardrailAction;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WorstCase;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Drafts over logs: where they first decide otherwise, and what was spent after that. */
class PolicySimulationTest {

    private static final String ALLOW = "ALLOW";
    private static final String REJECT = "REJECT_EXECUTION";
    private static final String PAUSE = "PAUSE_LIFETIME";
    private static final String ABORT = "ABORT_LIFETIME";

    private final List<Divergence> found = new ArrayList<>();

    /** Policy; log; expected: "seq phase recorded>draft" or nothing; executions, tokens avoided. */
    static Stream<Arguments> drafts() {
        return Stream.of(
                row(
                        "when: sum.tokens_used > 1000, action: PAUSE_LIFETIME",
                        chain(600, 600, 600),
                        "5 VERDICT ALLOW>PAUSE_LIFETIME",
                        1,
                        600),
                row("when: sum.tokens_used > 1800, action: PAUSE_LIFETIME", chain(600, 600, 600), "", 0, 0),
                row(
                        "when: execution.tokens_used > 500, action: REJECT_EXECUTION",
                        chain(10, 600, 20),
                        "5 VERDICT ALLOW>REJECT_EXECUTION",
                        1,
                        20),
                row(
                        "phase: admit, when: count >= 2, action: ABORT_LIFETIME",
                        chain(1, 2, 3),
                        "6 ADMIT ALLOW>ABORT_LIFETIME",
                        1,
                        3),
                row(
                        "phase: admit, when: count == 0, action: REJECT_EXECUTION",
                        chain(1, 2),
                        "2 ADMIT ALLOW>REJECT_EXECUTION",
                        2,
                        3),
                row(
                        "when: elapsed_s >= 4, action: PAUSE_LIFETIME",
                        chain(1, 1, 1),
                        "5 VERDICT ALLOW>PAUSE_LIFETIME",
                        1,
                        1),
                row(
                        "when: 1 / (count - 2) > 5, action: PAUSE_LIFETIME",
                        chain(1, 1, 1),
                        "5 VERDICT ALLOW>ABORT_LIFETIME",
                        1,
                        1),
                row(
                        "applies_to: {labels: {team: red}}, when: count > 0, action: ABORT_LIFETIME",
                        chain(1, 1),
                        "",
                        0,
                        0),
                row("applies_to: {kinds: [plan]}, when: count > 0, action: ABORT_LIFETIME", chain(1, 1), "", 0, 0),
                // Leave is asked for with the totals after all records of the decision.
                row(
                        "phase: admit, when: sum.tokens_used >= 30, action: PAUSE_LIFETIME",
                        new RecordedLog()
                                .schedules("a")
                                .schedules("b")
                                .next()
                                .accepts("a", 10)
                                .schedules("c")
                                .accepts("b", 20),
                        "5 ADMIT ALLOW>PAUSE_LIFETIME",
                        0,
                        0),
                // What ran already is spent all the same.
                row(
                        "when: count >= 1, action: ABORT_LIFETIME",
                        new RecordedLog()
                                .schedules("a")
                                .schedules("b")
                                .next()
                                .accepts("a", 10)
                                .schedules("c")
                                .next()
                                .accepts("b", 20)
                                .next()
                                .accepts("c", 40),
                        "4 VERDICT ALLOW>ABORT_LIFETIME",
                        1,
                        40),
                // What the log says already is no divergence, and the lifetime is judged on.
                row(
                        "when: execution.tokens_used > 50, action: PAUSE_LIFETIME",
                        new RecordedLog()
                                .schedules("a")
                                .next()
                                .accepts("a", 60, action(PAUSE))
                                .next()
                                .schedules("b")
                                .next()
                                .accepts("b", 70),
                        "5 VERDICT ALLOW>PAUSE_LIFETIME",
                        0,
                        0),
                row(
                        "phase: admit, when: count >= 1, action: PAUSE_LIFETIME",
                        new RecordedLog()
                                .schedules("a")
                                .next()
                                .accepts("a", 1)
                                .holds("b", action(PAUSE))
                                .holds("c", action(ALLOW)),
                        "",
                        0,
                        0),
                row(
                        "phase: admit, when: count >= 1, action: REJECT_EXECUTION",
                        new RecordedLog().schedules("a").next().accepts("a", 1).rejectsBeforehand("b"),
                        "",
                        0,
                        0),
                // The log has only that it was rejected; its record tells how it had ended.
                row(
                        "when: execution.status == \"succeeded\" && execution.error_code == \"\" && count == 1, action: REJECT_EXECUTION",
                        new RecordedLog().schedules("a").next().accepts("a", 1, action(REJECT)),
                        "",
                        0,
                        0),
                // Where the draft lets go on what was stopped, nothing is avoided.
                row(
                        "when: count > 100, action: PAUSE_LIFETIME",
                        new RecordedLog()
                                .schedules("a")
                                .next()
                                .accepts("a", 60, action(PAUSE))
                                .next()
                                .schedules("b")
                                .next()
                                .accepts("b", 70),
                        "3 VERDICT PAUSE_LIFETIME>ALLOW",
                        0,
                        0),
                row(
                        "when: count > 100, action: PAUSE_LIFETIME",
                        new RecordedLog().schedules("a").next().accepts("a", 1).holds("b", action(ABORT)),
                        "4 ADMIT ABORT_LIFETIME>ALLOW",
                        0,
                        0),
                // Budgets count what is set aside, and what nobody will know.
                row(
                        "budget: {executions: 2}, action: PAUSE_LIFETIME",
                        chain(1, 2, 4),
                        "6 ADMIT ALLOW>PAUSE_LIFETIME",
                        1,
                        4),
                row(
                        "budget: {tokens_used: 250, undeclared: 100}, action: REJECT_EXECUTION",
                        chain(40, 120, 4),
                        "6 ADMIT ALLOW>REJECT_EXECUTION",
                        1,
                        4),
                row(
                        "budget: {tokens_used: 250, undeclared: 100}, action: REJECT_EXECUTION",
                        chain(40, 40, 4),
                        "",
                        0,
                        0),
                row(
                        "budget: {tokens_used: 250, undeclared: 100}, action: REJECT_EXECUTION",
                        new RecordedLog().schedules("a").schedules("b").schedules("c"),
                        "4 ADMIT ALLOW>REJECT_EXECUTION",
                        0,
                        0),
                row(
                        "budget: {tokens_used: 250, undeclared: 100}, action: REJECT_EXECUTION",
                        new RecordedLog()
                                .schedules("a")
                                .schedules("b")
                                .next()
                                .accepts("a", 60)
                                .cancels("b")
                                .schedules("c"),
                        "6 ADMIT ALLOW>REJECT_EXECUTION",
                        0,
                        0));
    }

    @ParameterizedTest
    @MethodSource("drafts")
    void theFirstDivergenceIsFound(String policy, RecordedLog log, String expected, long avoided, long avoidedTokens) {
        SimulationFigures figures = simulate(policy, log);

        assertEquals(
                expected,
                String.join(
                        "; ", found.stream().map(PolicySimulationTest::shown).toList()));
        assertEquals(avoided, figures.avoidedExecutions());
        assertEquals(BigInteger.valueOf(avoidedTokens), figures.avoidedTokens());
        assertEquals(BigInteger.valueOf(10 * avoidedTokens), figures.avoidedMicros());
        assertEquals(1, figures.lifetimes());
        assertEquals(log.events().stream().filter(LifetimeEvent::hasAccepted).count(), figures.executions());
    }

    @Test
    void firingIsCountedUntilTheDivergence() {
        RecordedLog log = new RecordedLog()
                .schedules("a")
                .next()
                .accepts("a", 60, action(PAUSE))
                .next()
                .schedules("b")
                .next()
                .accepts("b", 70, action(PAUSE))
                .next()
                .schedules("c")
                .next()
                .accepts("c", 80)
                .next()
                .schedules("d")
                .next()
                .accepts("d", 90);
        SimulationFigures figures = simulate("when: execution.tokens_used > 50, action: PAUSE_LIFETIME", log);

        assertEquals(Map.of("draft", Map.of(action(PAUSE), 3L)), figures.fired());
        assertEquals(3, figures.judged());
        assertEquals(4, figures.executions());
        assertEquals(1, figures.divergences(action(PAUSE)));
        assertEquals(0, figures.divergences(action(ABORT)));
    }

    @Test
    void policiesOfTenantsAreLeftOut() {
        PolicySet draft = set("""
                policies:
                  - {name: a, scope: tenant, window: day, when: count >= 0, action: ABORT_LIFETIME}
                  - {name: b, scope: tenant, window: day, budget: {executions: 1}, action: ABORT_LIFETIME}
                """);
        SimulationFigures figures = simulate(draft, chain(1, 2, 3));
        assertEquals(List.of(), found);
        assertEquals(3, figures.judged());
    }

    @Test
    void lifetimesFollowEachOther() {
        PolicySet draft = set("policies: [{name: draft, scope: lifetime, when: count >= 2, action: ABORT_LIFETIME}]");
        PolicySimulation simulation = simulation(draft, new RecordedLog());
        chain(1).events().forEach(simulation::take);
        chain(1, 1).events().forEach(simulation::take);
        chain(1, 1, 1).events().forEach(simulation::take);
        SimulationFigures figures = simulation.end();
        assertEquals(3, figures.lifetimes());
        assertEquals(2, figures.divergences(action(ABORT)));
        assertEquals(1, figures.avoidedExecutions());
    }

    @Test
    void forksAreCountedAndNotJudged() {
        List<LifetimeEvent> log = new ArrayList<>(chain(1, 2).events());
        LifetimeEvent.Builder start = log.get(0).toBuilder();
        start.getStartedBuilder().getForkBuilder().setLifetimeId("parent");
        log.set(0, start.build());
        PolicySimulation simulation = simulation(
                set("policies: [{name: draft, scope: lifetime, when: count > 0, action: ABORT_LIFETIME}]"),
                new RecordedLog());
        log.forEach(simulation::take);
        SimulationFigures figures = simulation.end();
        assertEquals(List.of(), found);
        assertEquals(1, figures.forks());
        assertEquals(2, figures.executions());
        assertEquals(0, figures.judged());
        assertEquals(0, figures.avoidedExecutions());
    }

    @Test
    void aLogWithoutItsStartIsRefused() {
        PolicySimulation simulation = simulation(PolicySet.NONE, new RecordedLog());
        LifetimeEvent second = chain(1).events().get(1);
        assertThrows(IllegalStateException.class, () -> simulation.take(second));
    }

    private SimulationFigures simulate(String policy, RecordedLog log) {
        return simulate(set("policies: [{name: draft, scope: lifetime, " + policy + "}]"), log);
    }

    private SimulationFigures simulate(PolicySet draft, RecordedLog log) {
        PolicySimulation simulation = simulation(draft, log);
        log.events().forEach(simulation::take);
        return simulation.end();
    }

    private PolicySimulation simulation(PolicySet draft, RecordedLog log) {
        PolicySimulation.Sources sources = new PolicySimulation.Sources(
                reference -> SAMPLE, node -> WorstCase.getDefaultInstance(), log::rejected);
        return new PolicySimulation(draft, sources, found::add);
    }

    private static PolicySet set(String text) {
        return PolicySet.parse(Map.of("policies.yaml", text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String shown(Divergence divergence) {
        return divergence.event().getSeq() + " " + divergence.phase() + " " + word(divergence.recorded()) + ">"
                + word(divergence.draft().getAction());
    }

    private static String word(GuardrailAction action) {
        return action.name().substring("GUARDRAIL_ACTION_".length());
    }

    private static GuardrailAction action(String word) {
        return GuardrailAction.valueOf("GUARDRAIL_ACTION_" + word);
    }

    /** One execution after the other: scheduled with the decision that accepts the one before. */
    private static RecordedLog chain(long... tokens) {
        RecordedLog log = new RecordedLog();
        for (int i = 0; i < tokens.length; i++) {
            log.schedules("exec_" + i).next().accepts("exec_" + i, tokens[i]);
        }
        return log;
    }

    private static Arguments row(String policy, RecordedLog log, String expected, long avoided, long tokens) {
        return Arguments.of(policy, log, expected, avoided, tokens);
    }

    private static final AgentGraph SAMPLE =
            GraphParser.parse("sample.yaml", """
            graph: sample
            version: 1.0.0
            start: work
            tasks:
              work: {type: transform, output: {n: 1}}
            plans:
              check: {type: next, next: END}
            edges:
              - work -> check
              - check -> END [FINAL]
            """.getBytes(StandardCharsets.UTF_8), "tenant");
}
