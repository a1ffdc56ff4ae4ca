package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.graph.AgentGraph;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.LifetimeEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Forks, as tables: what the parent did, where it is forked, and where that leaves the fork. */
class ForkTest {

    private static final List<String> LOOP = List.of("a -> p", "p -> a", "p -> END [FINAL]");
    private static final List<String> FAN = List.of(
            "a -> p",
            "p -> b [PARALLEL]",
            "p -> c [PARALLEL]",
            "b -> pj [JOIN]",
            "c -> pj [JOIN]",
            "pj -> z",
            "z -> END [FINAL]");
    private static final List<String> FAN_ANY =
            FAN.stream().map(edge -> edge.replace("[JOIN]", "[JOIN any]")).toList();
    private static final List<String> BRANCH_LOOP = List.of(
            "a -> p",
            "p -> b [PARALLEL]",
            "b -> pl",
            "pl -> b",
            "pl -> c",
            "c -> pj [JOIN]",
            "pj -> z",
            "z -> END [FINAL]");
    private static final Map<String, String> NONE = Map.of();
    private static final Map<String, String> RETRIES = Map.of("a", "retry: {max_attempts: 3, initial_interval: 10s}");

    record Row(
            String name,
            List<String> edges,
            Map<String, String> details,
            List<String> parent,
            String at,
            String begins,
            List<String> fork,
            String outcome) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                row("goes on behind the execution", LOOP, NONE)
                        .played("a ok", "p choose a", "a ok", "p choose END")
                        .at("a")
                        .begins("RUNNING p#2.1")
                        .then("p choose a", "RUNNING a#3.1"),
                row("at a Plan: takes its choice anew", LOOP, NONE)
                        .played("a ok", "p choose a", "a ok")
                        .at("p")
                        .begins("RUNNING a#2.1")
                        .then("a ok", "RUNNING p#2.1"),
                row("at the last execution: ends at once", LOOP, NONE)
                        .played("a ok", "p choose END")
                        .at("p")
                        .begins("COMPLETED")
                        .then("", "COMPLETED"),
                row("in a branch: the other one runs anew", FAN, NONE)
                        .played("a ok", "p choose b c", "b ok")
                        .at("b")
                        .begins("RUNNING c#1.1@/p#1:1")
                        .then("c ok", "RUNNING pj#1.1*2"),
                row("in a branch that moves on: both run", BRANCH_LOOP, NONE)
                        .played("a ok", "p choose b b", "b@/p#1:0 ok", "pl@/p#1:0 choose b", "b@/p#1:1 ok")
                        .at("pl")
                        .begins("RUNNING b#2.1@/p#1:0 b#1.1@/p#1:1")
                        .then("b@/p#1:1 ok", "RUNNING b#2.1@/p#1:0 pl#1.1@/p#1:1"),
                row("behind a join: it fires with what all branches brought", FAN, NONE)
                        .played("a ok", "p choose b c", "b ok", "c ok", "pj choose z", "z ok")
                        .at("c")
                        .begins("RUNNING pj#1.1*2")
                        .then("pj choose z", "RUNNING z#1.1"),
                row("a join that is satisfied does not run the losers anew", FAN_ANY, NONE)
                        .played("a ok", "p choose b c", "c ok")
                        .at("c")
                        .begins("RUNNING pj#1.1")
                        .then("pj choose z", "RUNNING z#1.1"),
                row("a branch that waits asks again", FAN, NONE)
                        .played("a ok", "p choose b c", "c wait human", "b ok")
                        .at("b")
                        .begins("RUNNING c#1.1@/p#1:1")
                        .then("c wait human", "RUNNING c#1.1@/p#1:1?"),
                row("what was woken waits anew", FAN, NONE)
                        .played("a ok", "p choose b c", "c wait human", "c answer", "b ok")
                        .at("b")
                        .begins("RUNNING c#1.1@/p#1:1")
                        .then("c wait human", "RUNNING c#1.1@/p#1:1?"),
                row("a child is started anew", FAN, NONE)
                        .played("a ok", "p choose b c", "c wait child", "b ok")
                        .at("b")
                        .begins("RUNNING c#1.1@/p#1:1")
                        .then("c wait child", "RUNNING c#1.1@/p#1:1?"),
                row("at a failure: retries it", LOOP, RETRIES)
                        .played("a fail oops", "a ok", "p choose END")
                        .at("a@")
                        .begins("RUNNING p#1.1")
                        .then("p choose a", "RUNNING a#2.1"),
                row("a retry in backoff keeps its number", FAN, Map.of("c", "retry: {max_attempts: 3}"))
                        .played("a ok", "p choose b c", "c fail oops", "b ok")
                        .at("b")
                        .begins("RUNNING c#1.2@/p#1:1")
                        .then("c fail oops", "RUNNING c#1.3@/p#1:1"),
                row("a failure for good is decided anew", LOOP, NONE)
                        .played("a fail oops")
                        .at("a")
                        .begins("FAILED task_failed")
                        .then("", "FAILED task_failed"),
                row("of a paused lifetime: runs", FAN, NONE)
                        .played("a ok", "p choose b c", "pause", "b ok", "c ok")
                        .at("c")
                        .begins("RUNNING pj#1.1*2")
                        .then("pj choose z", "RUNNING z#1.1"),
                row("at what a pause held: what is under way runs anew", FAN, NONE)
                        .played("a ok", "p choose b c", "pause", "b ok")
                        .at("b")
                        .begins("RUNNING c#1.1@/p#1:1")
                        .then("c ok", "RUNNING pj#1.1*2"),
                row("of an aborted one", FAN, NONE)
                        .played("a ok", "p choose b c", "b ok", "abort")
                        .at("b")
                        .begins("RUNNING c#1.1@/p#1:1")
                        .then("c ok", "RUNNING pj#1.1*2"),
                row("what guardrails stopped is decided anew", LOOP, NONE)
                        .played("a stop")
                        .at("a")
                        .begins("RUNNING p#1.1")
                        .then("p choose a", "RUNNING a#2.1"),
                row("what guardrails rejected stays rejected", LOOP, NONE)
                        .played("a reject")
                        .at("a")
                        .begins("FAILED task_failed")
                        .then("", "FAILED task_failed"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void leadsTo(Row row) {
        Scenario parent = new Scenario(TestGraph.of("a", row.edges(), row.details()), false);
        parent.play(row.parent().toArray(String[]::new));
        String before = parent.state.toString();

        Scenario fork = parent.fork(row.at());

        assertEquals(row.begins(), fork.summary());
        assertEquals(List.of(), fork.outgoing, "nobody is told");
        fork.play(row.fork().toArray(String[]::new));
        assertEquals(row.outcome(), fork.summary());
        assertEquals(fork.folded().toString(), fork.state.toString(), "the fold of the events");
        assertEquals(before, parent.state.toString(), "the parent");
    }

    @Test
    void aForkOfAForkSharesTheLogsOfBoth() {
        Scenario parent = new Scenario(TestGraph.of("a", BRANCH_LOOP, NONE), false);
        parent.play("a ok", "p choose b b", "b@/p#1:0 ok", "pl@/p#1:0 choose b");
        Scenario fork = parent.fork("pl").play("b@/p#1:1 ok", "pl@/p#1:1 choose c", "c@/p#1:1 ok");
        Scenario second = fork.fork("pl@/p#1:1");
        assertEquals("RUNNING c#1.1@/p#1:1 b#2.1@/p#1:0", second.summary());
        second.play("c ok", "b ok", "pl choose c", "c ok");
        assertEquals("RUNNING pj#1.1*2", second.summary());
        List<String> arrived = second.open("pj").scheduled.getArrivedExecIdsList();
        second.play("pj choose z", "z ok");
        assertEquals("COMPLETED", second.summary());
        assertEquals(2, List.copyOf(java.util.Set.copyOf(arrived)).size());
        assertEquals(second.folded().toString(), second.state.toString());
    }

    @Test
    void aForkCountsWhatIsItsOwnOnly() {
        Scenario parent = new Scenario(TestGraph.of("a", LOOP, NONE), false);
        parent.play("a ok", "p choose a", "a ok", "p choose END");
        Scenario fork = parent.fork("a");
        assertEquals(0, fork.state.totals().getExecutions());
        assertEquals(1, fork.state.scheduledCount());
        fork.play("p choose END");
        AgentLifetime head = fork.state.head();
        assertEquals(1, head.getTotals().getExecutions());
        assertEquals(Scenario.LIFETIME, head.getForkedFromLifetimeId());
        assertEquals(head.getLifetimeId(), head.getOutput().getLifetimeId());
    }

    @Test
    void whatRunsAnewRunsUnderIdsOfItsOwn() {
        Scenario parent = new Scenario(TestGraph.of("a", FAN, NONE), false).play("a ok", "p choose b c", "b ok");
        Attempt running = parent.open("c");
        Scenario fork = parent.fork("b");
        Attempt anew = fork.open("c");
        assertNotEquals(running.execId(), anew.execId());
        assertEquals(1, anew.token.iterationsOf("c"));
        assertEquals(running.token.steps(), anew.token.steps());
        assertTrue(fork.events.stream()
                .anyMatch(event -> event.getCancelled().getExecId().equals(running.execId())));
        assertEquals(
                1,
                fork.commands.stream()
                        .filter(command -> command.equals(new Command.Dispatch(anew.execId())))
                        .count());
    }

    @Test
    void resultsOfThePrefixStayReadable() {
        Scenario parent = new Scenario(TestGraph.of("a", LOOP, NONE), false).play("a ok", "p choose a", "a ok");
        Scenario fork = parent.fork("p");
        assertEquals(
                parent.events.stream()
                        .filter(LifetimeEvent::hasAccepted)
                        .map(event -> event.getAccepted().getExecId())
                        .findFirst()
                        .orElseThrow(),
                fork.open("a").token.resultsOf(java.util.Set.of("a")).get("a"));
    }

    @Test
    void aForkHasADeadlineOfItsOwn() {
        AgentGraph graph = TestGraph.of("a", LOOP, NONE, "deadline: 1m");
        Scenario parent = new Scenario(graph, false).play("a ok", "+ 60S");
        assertEquals("FAILED deadline_exceeded", parent.summary());
        assertEquals("RUNNING p#1.1", parent.fork("a").play("+ 10S").summary());
    }

    /** Another version of the graph, as its edges, and what is wrong with it; empty when nothing is. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    a -> p,p -> b [PARALLEL],p -> c [PARALLEL],b -> pj [JOIN],c -> pj [JOIN],pj -> y,y -> END [FINAL] | ''
                    a -> p,p -> b [PARALLEL],b -> pj [JOIN],pj -> z,z -> END [FINAL] | has no node c, at which
                    a -> p,p -> b [PARALLEL],p -> c [PARALLEL],b -> pk [JOIN],c -> pk [JOIN],pk -> z,z -> END [FINAL] | has no JOIN edge to pj
                    """)
    void goesOnWithAnotherVersionWhereItCan(String edges, String fault) {
        AgentGraph other = TestGraph.of("a", List.of(edges.split(",")), NONE, "description: another");
        Scenario parent =
                new Scenario(TestGraph.of("a", FAN, NONE), false).play("a ok", "p choose b c", "b ok", "c ok");
        if (fault.isEmpty()) {
            assertEquals("RUNNING pj#1.1*2", parent.fork("c", other).summary());
            return;
        }
        Failure failure = assertThrows(Failure.class, () -> parent.fork("c", other));
        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertTrue(failure.getMessage().contains(fault), failure.getMessage());
    }

    @Test
    void whatAPlanChoseMustBeThereInTheOtherVersion() {
        AgentGraph other = TestGraph.of("a", List.of("a -> p", "p -> b", "b -> END [FINAL]"), NONE);
        Scenario parent = new Scenario(TestGraph.of("a", LOOP, NONE), false).play("a ok", "p choose a");
        Failure failure = assertThrows(Failure.class, () -> parent.fork("p", other));
        assertTrue(failure.getMessage().contains("has no edge p -> a, which p chose"), failure.getMessage());
    }

    private static Draft row(String name, List<String> edges, Map<String, String> details) {
        return new Draft(name, edges, details, List.of(), "", "");
    }

    private record Draft(
            String name,
            List<String> edges,
            Map<String, String> details,
            List<String> parent,
            String at,
            String begins) {

        Draft played(String... steps) {
            return new Draft(name, edges, details, List.of(steps), at, begins);
        }

        Draft at(String node) {
            return new Draft(name, edges, details, parent, node, begins);
        }

        Draft begins(String summary) {
            return new Draft(name, edges, details, parent, at, summary);
        }

        Row then(String step, String outcome) {
            return new Row(
                    name, edges, details, parent, at, begins, step.isEmpty() ? List.of() : List.of(step), outcome);
        }
    }
}
