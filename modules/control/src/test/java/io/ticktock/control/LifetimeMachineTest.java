package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of a lifetime, as tables: what happened, and where that leaves it. */
class LifetimeMachineTest {

    record Row(String name, List<String> edges, Map<String, String> details, List<String> steps, String outcome) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<String> LOOP = List.of("a -> p", "p -> a", "p -> END [FINAL]");
    private static final List<String> FAN = List.of(
            "a -> p",
            "p -> b [PARALLEL]",
            "p -> c [PARALLEL]",
            "b -> pj [JOIN]",
            "c -> pj [JOIN]",
            "pj -> z",
            "z -> END [FINAL]");
    private static final List<String> FAN_ANY = List.of(
            "a -> p",
            "p -> b [PARALLEL]",
            "p -> c [PARALLEL]",
            "b -> pj [JOIN any]",
            "c -> pj [JOIN any]",
            "pj -> z",
            "z -> END [FINAL]");
    private static final List<String> FAN_TWO =
            List.of("a -> p", "p -> b [PARALLEL]", "b -> pj [JOIN 2]", "pj -> z", "z -> END [FINAL]");
    private static final List<String> TWO_JOINS = List.of(
            "a -> p",
            "p -> b [PARALLEL]",
            "p -> c [PARALLEL]",
            "b -> pj [JOIN]",
            "c -> pk [JOIN]",
            "pj -> y",
            "pk -> z",
            "y -> pe",
            "z -> pe",
            "pe -> END [FINAL]");
    private static final List<String> DEEP = List.of(
            "a -> p1",
            "p1 -> b [PARALLEL]",
            "b -> p2",
            "p2 -> c [PARALLEL]",
            "c -> p3 [JOIN]",
            "p3 -> d",
            "d -> p4 [JOIN]",
            "p4 -> z",
            "z -> END [FINAL]");
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

    static Stream<Row> rows() {
        return Stream.of(
                // cycles and ends
                row("starts at the start", LOOP, NONE, List.of(), "RUNNING a#1.1"),
                row("a Task leads to its Plan", LOOP, NONE, List.of("a ok"), "RUNNING p#1.1"),
                row("a cycle counts iterations", LOOP, NONE, List.of("a ok", "p choose a"), "RUNNING a#2.1"),
                row("END completes", LOOP, NONE, List.of("a ok", "p choose a", "a ok", "p choose END"), "COMPLETED"),
                row(
                        "no choice, last token: no final edge",
                        LOOP,
                        NONE,
                        List.of("a ok", "p choose"),
                        "FAILED no_final_edge"),
                row(
                        "two NORMAL choices are an error",
                        LOOP,
                        NONE,
                        List.of("a ok", "p choose a a"),
                        "FAILED invalid_choice"),
                row(
                        "a choice that is no edge is an error",
                        LOOP,
                        NONE,
                        List.of("a ok", "p choose z"),
                        "FAILED invalid_choice"),
                // fan-out and joins
                row(
                        "fan-out opens a scope",
                        FAN,
                        NONE,
                        List.of("a ok", "p choose b c"),
                        "RUNNING b#1.1@/p#1:0 c#1.1@/p#1:1"),
                row("one chosen Task opens one too", FAN, NONE, List.of("a ok", "p choose b"), "RUNNING b#1.1@/p#1:0"),
                row(
                        "a name may repeat",
                        FAN,
                        NONE,
                        List.of("a ok", "p choose b b b"),
                        "RUNNING b#1.1@/p#1:0 b#1.1@/p#1:1 b#1.1@/p#1:2"),
                row(
                        "all: waits for the last",
                        FAN,
                        NONE,
                        List.of("a ok", "p choose b c", "c ok"),
                        "RUNNING b#1.1@/p#1:0"),
                row(
                        "all: fires once with all",
                        FAN,
                        NONE,
                        List.of("a ok", "p choose b c", "c ok", "b ok"),
                        "RUNNING pj#1.1*2"),
                row(
                        "after the join the opener goes on",
                        FAN,
                        NONE,
                        List.of("a ok", "p choose b c", "c ok", "b ok", "pj choose z", "z ok"),
                        "COMPLETED"),
                row(
                        "any: fires at the first, cancels the rest",
                        FAN_ANY,
                        NONE,
                        List.of("a ok", "p choose b c c", "c@/p#1:2 ok"),
                        "RUNNING pj#1.1"),
                row(
                        "n: fires at the nth",
                        FAN_TWO,
                        NONE,
                        List.of("a ok", "p choose b b b", "b ok"),
                        "RUNNING b#1.1@/p#1:1 b#1.1@/p#1:2"),
                row(
                        "n: and cancels the rest",
                        FAN_TWO,
                        NONE,
                        List.of("a ok", "p choose b b b", "b ok", "b ok"),
                        "RUNNING pj#1.1*2"),
                row(
                        "n: fewer tokens than n fire with those there are",
                        FAN_TWO,
                        NONE,
                        List.of("a ok", "p choose b", "b ok"),
                        "RUNNING pj#1.1"),
                row(
                        "several joins fire in edge order, one token each",
                        TWO_JOINS,
                        NONE,
                        List.of("a ok", "p choose c b", "c ok", "b ok"),
                        "RUNNING pj#1.1 pk#1.1@/p#1~pk"),
                row(
                        "a dead token among several at the root does not fail it",
                        TWO_JOINS,
                        NONE,
                        List.of("a ok", "p choose c b", "c ok", "b ok", "pj choose"),
                        "RUNNING pk#1.1@/p#1~pk"),
                row(
                        "the last one does",
                        TWO_JOINS,
                        NONE,
                        List.of("a ok", "p choose c b", "c ok", "b ok", "pj choose", "pk choose"),
                        "FAILED no_final_edge"),
                row(
                        "FINAL completes wherever it is taken",
                        TWO_JOINS,
                        NONE,
                        List.of("a ok", "p choose c b", "c ok", "b ok", "pj choose y", "y ok", "pe choose END"),
                        "COMPLETED"),
                row(
                        "scopes nest",
                        DEEP,
                        NONE,
                        List.of("a ok", "p1 choose b b", "b@/p1#1:1 ok", "p2 choose c c"),
                        "RUNNING b#1.1@/p1#1:0 c#1.1@/p1#1:1/p2#1:0 c#1.1@/p1#1:1/p2#1:1"),
                row(
                        "an inner join leads to the outer one",
                        DEEP,
                        NONE,
                        List.of(
                                "a ok",
                                "p1 choose b b",
                                "b@/p1#1:1 ok",
                                "p2 choose c c",
                                "c ok",
                                "c ok",
                                "p3 choose d",
                                "d ok",
                                "b ok",
                                "p2 choose c",
                                "c ok",
                                "p3 choose d",
                                "d ok"),
                        "RUNNING p4#1.1*2"),
                row(
                        "a loop inside a branch keeps its scope",
                        BRANCH_LOOP,
                        NONE,
                        List.of("a ok", "p choose b b", "b ok", "pl choose b", "b@/p#1:0 ok", "pl choose c", "c ok"),
                        "RUNNING b#1.1@/p#1:1"),
                row(
                        "a token that dies counts as settled",
                        BRANCH_LOOP,
                        NONE,
                        List.of("a ok", "p choose b b", "b ok", "pl choose c", "c ok", "b ok", "pl choose"),
                        "RUNNING pj#1.1"),
                row(
                        "all tokens dead: the parent dies",
                        BRANCH_LOOP,
                        NONE,
                        List.of("a ok", "p choose b", "b ok", "pl choose"),
                        "FAILED no_final_edge"),
                row(
                        "an empty inner scope kills only its branch",
                        DEEP,
                        NONE,
                        List.of(
                                "a ok",
                                "p1 choose b b",
                                "b ok",
                                "p2 choose",
                                "b ok",
                                "p2 choose c",
                                "c ok",
                                "p3 choose d",
                                "d ok"),
                        "RUNNING p4#1.1"),
                row(
                        "never fanned out: passes a JOIN at once",
                        List.of(
                                "a -> p",
                                "p -> b [PARALLEL]",
                                "p -> c",
                                "b -> pl",
                                "pl -> c",
                                "c -> pj [JOIN]",
                                "pj -> END [FINAL]"),
                        NONE,
                        List.of("a ok", "p choose c", "c ok"),
                        "RUNNING pj#1.1"),
                // failures and retries
                row("a failed Task fails the lifetime", LOOP, NONE, List.of("a fail oops"), "FAILED task_failed"),
                row(
                        "a failed Plan fails the lifetime",
                        LOOP,
                        NONE,
                        List.of("a ok", "p fail oops"),
                        "FAILED plan_failed"),
                row(
                        "retry: another attempt",
                        LOOP,
                        Map.of("a", "retry: {max_attempts: 2}"),
                        List.of("a fail oops"),
                        "RUNNING a#1.2"),
                row(
                        "retry: until they are used up",
                        LOOP,
                        Map.of("a", "retry: {max_attempts: 2}"),
                        List.of("a fail oops", "a fail oops"),
                        "FAILED task_failed"),
                row(
                        "retry: a Plan too",
                        LOOP,
                        Map.of("p", "retry: {max_attempts: 3}"),
                        List.of("a ok", "p fail oops", "p choose END"),
                        "COMPLETED"),
                row(
                        "retry: not what is final",
                        LOOP,
                        Map.of("a", "retry: {max_attempts: 2}"),
                        List.of("a fail final_oops"),
                        "FAILED task_failed"),
                row(
                        "retry: not what is listed",
                        LOOP,
                        Map.of("a", "retry: {max_attempts: 2, non_retryable: [oops]}"),
                        List.of("a fail oops"),
                        "FAILED task_failed"),
                row(
                        "on_failure: route hands the failed record on",
                        List.of("a -> p [on_failure route]", "p -> a", "p -> END [FINAL]"),
                        NONE,
                        List.of("a fail oops", "p choose END"),
                        "COMPLETED"),
                row(
                        "on_failure: route, after the retries",
                        List.of("a -> p [on_failure route]", "p -> a", "p -> END [FINAL]"),
                        Map.of("a", "retry: {max_attempts: 2}"),
                        List.of("a fail oops"),
                        "RUNNING a#1.2"),
                row(
                        "an attempt without any record fails the lifetime, whatever may be retried or routed",
                        List.of("a -> p [on_failure route]", "p -> a", "p -> END [FINAL]"),
                        Map.of("a", "retry: {max_attempts: 2}"),
                        List.of("a refused"),
                        "FAILED record_refused"),
                row("while it is paused too", LOOP, NONE, List.of("pause", "a refused"), "FAILED record_refused"),
                row(
                        "max_iterations of a node",
                        LOOP,
                        Map.of("a", "max_iterations: 2"),
                        List.of("a ok", "p choose a", "a ok", "p choose a"),
                        "FAILED max_iterations"),
                // waiting
                row("a wait stays open", LOOP, NONE, List.of("a wait 10s"), "RUNNING a#1.1?"),
                row("a timer does not fire early", LOOP, NONE, List.of("a wait 10s", "+ 9S"), "RUNNING a#1.1?"),
                row("a timer fires", LOOP, NONE, List.of("a wait 10s", "+ 10S"), "RUNNING a#1.1!TIMER_FIRED_AT"),
                row(
                        "a timer's attempt is accepted",
                        LOOP,
                        NONE,
                        List.of("a wait 10s", "+ 10S", "a ok"),
                        "RUNNING p#1.1"),
                row("an answer wakes", LOOP, NONE, List.of("a wait human", "a answer"), "RUNNING a#1.1!ANSWER"),
                row(
                        "a worker with room wakes",
                        LOOP,
                        NONE,
                        List.of("a wait worker", "a ready"),
                        "RUNNING a#1.1!WORKER_READY_AT"),
                row(
                        "a worker with room wakes once",
                        LOOP,
                        NONE,
                        List.of("a wait worker", "a ready", "a wait worker 1", "a ready", "a ready"),
                        "RUNNING a#1.1!WORKER_READY_AT"),
                row(
                        "a worker's room is nothing to who waits for a person",
                        LOOP,
                        NONE,
                        List.of("a wait human", "a ready"),
                        "RUNNING a#1.1?"),
                row(
                        "the time until a worker has room does not count",
                        LOOP,
                        Map.of("a", "timeout: 5s"),
                        List.of("a wait worker", "+ 60S"),
                        "RUNNING a#1.1?"),
                row(
                        "a worker with room wakes what is paused, for later",
                        LOOP,
                        NONE,
                        List.of("a wait worker", "pause", "a ready"),
                        "PAUSED asked a#1.1!WORKER_READY_AT"),
                row(
                        "a timeout wakes what waits",
                        LOOP,
                        Map.of("a", "timeout: 5s"),
                        List.of("a wait human", "+ 5S"),
                        "RUNNING a#1.1!TIMED_OUT_AT"),
                row(
                        "a timeout does not count the pause before a retry",
                        LOOP,
                        Map.of("a", "timeout: 5s, retry: {max_attempts: 2}"),
                        List.of("a fail oops 60000", "+ 60S", "a wait human", "+ 4S"),
                        "RUNNING a#1.2?"),
                row(
                        "a child's end wakes",
                        LOOP,
                        NONE,
                        List.of("a wait child", "a child started", "a child ok"),
                        "RUNNING a#1.1!CHILD_ENDED"),
                row(
                        "a child that cannot start wakes too",
                        LOOP,
                        NONE,
                        List.of("a wait child", "a child refused"),
                        "RUNNING a#1.1!CHILD_ENDED"),
                row(
                        "a repeated waiting report changes nothing",
                        LOOP,
                        NONE,
                        List.of("a wait human", "a wait human"),
                        "RUNNING a#1.1?"),
                row(
                        "nor does it once the wait is over",
                        LOOP,
                        NONE,
                        List.of("a wait human", "a answer", "a wait human"),
                        "RUNNING a#1.1!ANSWER"),
                row(
                        "what has waited may wait again",
                        LOOP,
                        NONE,
                        List.of("a wait human", "a answer", "a wait 10s 1"),
                        "RUNNING a#1.1?!ANSWER"),
                row(
                        "and again, and goes on for the latest reason",
                        LOOP,
                        NONE,
                        List.of("a wait 10s", "+ 10S", "a wait 20s 1", "+ 10S", "a wait human 2", "a answer"),
                        "RUNNING a#1.1!ANSWER"),
                row(
                        "a further wait does not begin the timeout anew",
                        LOOP,
                        Map.of("a", "timeout: 15s"),
                        List.of("a wait 10s", "+ 10S", "a wait human 1", "+ 5S"),
                        "RUNNING a#1.1!TIMED_OUT_AT"),
                row(
                        "a pause in an earlier wait does not count against it either",
                        LOOP,
                        Map.of("a", "timeout: 15s"),
                        List.of("a wait 10s", "pause", "+ 20S", "resume", "a wait human 1", "+ 14S"),
                        "RUNNING a#1.1?!TIMER_FIRED_AT"),
                row(
                        "each child is waited for by itself",
                        LOOP,
                        NONE,
                        List.of("a wait child", "a child started", "a child ok", "a wait child 1", "a child started"),
                        "RUNNING a#1.1?!CHILD_ENDED"),
                // pause, resume, abort
                row(
                        "pause: work in flight is accepted, nothing follows",
                        LOOP,
                        NONE,
                        List.of("pause", "a ok"),
                        "PAUSED asked"),
                row("resume goes on from there", LOOP, NONE, List.of("pause", "a ok", "resume"), "RUNNING p#1.1"),
                row("resume without anything held", LOOP, NONE, List.of("pause", "resume"), "RUNNING a#1.1"),
                row(
                        "the same pause again does nothing",
                        LOOP,
                        NONE,
                        List.of("pause one", "resume", "pause one"),
                        "RUNNING a#1.1"),
                row(
                        "the same resume again does nothing",
                        LOOP,
                        NONE,
                        List.of("pause", "resume one", "pause", "a ok", "resume one"),
                        "PAUSED asked"),
                row(
                        "a resume that is called as a pause was is obeyed",
                        LOOP,
                        NONE,
                        List.of("pause one", "resume one", "pause one", "resume one"),
                        "RUNNING a#1.1"),
                row(
                        "an abort that is called as a pause was is obeyed",
                        LOOP,
                        NONE,
                        List.of("pause one", "abort one"),
                        "ABORTED asked"),
                row("pause twice is one pause", LOOP, NONE, List.of("pause", "pause", "resume"), "RUNNING a#1.1"),
                row("pause holds timers", LOOP, NONE, List.of("a wait 10s", "pause", "+ 20S"), "PAUSED asked a#1.1?"),
                row(
                        "resume fires what became due",
                        LOOP,
                        NONE,
                        List.of("a wait 10s", "pause", "+ 20S", "resume"),
                        "RUNNING a#1.1!TIMER_FIRED_AT"),
                row(
                        "a pause stops the clock of a timeout",
                        LOOP,
                        Map.of("a", "timeout: 5s"),
                        List.of("a wait human", "pause", "+ 20S", "resume", "+ 4S"),
                        "RUNNING a#1.1?"),
                row(
                        "and it runs on after",
                        LOOP,
                        Map.of("a", "timeout: 5s"),
                        List.of("a wait human", "pause", "+ 20S", "resume", "+ 5S"),
                        "RUNNING a#1.1!TIMED_OUT_AT"),
                row(
                        "pause inside a fan-out holds each branch",
                        FAN,
                        NONE,
                        List.of("a ok", "p choose b c", "pause", "b ok", "c ok", "resume"),
                        "RUNNING pj#1.1*2"),
                row(
                        "a failure while paused waits for resume",
                        LOOP,
                        NONE,
                        List.of("pause", "a fail oops"),
                        "PAUSED asked"),
                row("abort ends it", FAN, NONE, List.of("a ok", "p choose b c", "abort"), "ABORTED asked"),
                row("abort while paused", LOOP, NONE, List.of("pause", "abort"), "ABORTED asked"),
                // guardrails
                row(
                        "rejected: counts as failed",
                        LOOP,
                        Map.of("a", "retry: {max_attempts: 3}"),
                        List.of("a reject"),
                        "FAILED task_failed"),
                row("verdict pauses", LOOP, NONE, List.of("a hold"), "PAUSED policy"),
                row("verdict aborts", LOOP, NONE, List.of("a stop"), "ABORTED policy"),
                row(
                        "what is rejected before it runs is scheduled, to be recorded as failed",
                        FAN,
                        NONE,
                        List.of("a ok", "refuse b reject", "p choose b c"),
                        "RUNNING b#1.1@/p#1:0 c#1.1@/p#1:1"),
                row("not admitted: aborted", LOOP, NONE, List.of("refuse p stop", "a ok"), "ABORTED policy"),
                row("not admitted: paused", LOOP, NONE, List.of("refuse p hold", "a ok"), "PAUSED policy"),
                row(
                        "resumed and still not admitted: paused again",
                        LOOP,
                        NONE,
                        List.of("refuse p hold", "a ok", "resume"),
                        "PAUSED policy"),
                row(
                        "resumed and admitted: goes on at the same point",
                        LOOP,
                        NONE,
                        List.of("refuse p hold", "a ok", "refuse p none", "resume"),
                        "RUNNING p#1.1"),
                row(
                        "a pause before one branch holds those behind it too",
                        FAN,
                        NONE,
                        List.of("a ok", "refuse b hold", "p choose c b c"),
                        "PAUSED policy c#1.1@/p#1:0"),
                row(
                        "held branches go on after a resume",
                        FAN,
                        NONE,
                        List.of("a ok", "refuse b hold", "p choose c b c", "refuse b none", "resume"),
                        "RUNNING c#1.1@/p#1:0 b#1.1@/p#1:1 c#1.1@/p#1:2"),
                row(
                        "a retry that is not admitted is held and keeps its number",
                        LOOP,
                        Map.of("a", "retry: {max_attempts: 3}"),
                        List.of("refuse a hold", "a fail oops", "refuse a none", "resume"),
                        "RUNNING a#1.2"),
                row(
                        "a held lifetime can be aborted",
                        LOOP,
                        NONE,
                        List.of("refuse p hold", "a ok", "abort"),
                        "ABORTED asked"));
    }

    private static Row row(
            String name, List<String> edges, Map<String, String> details, List<String> steps, String outcome) {
        return new Row(name, edges, details, steps, outcome);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void leadsTo(Row row) {
        Scenario scenario = new Scenario(TestGraph.of("a", row.edges(), row.details()), false);
        scenario.play(row.steps().toArray(String[]::new));
        assertEquals(row.outcome(), scenario.summary());
        assertEquals(scenario.state.toString(), scenario.folded().toString(), "the fold of the events");
    }

    @Test
    void eventsOfAChainStepAreAcceptedAndScheduled() {
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, NONE), false);
        int before = scenario.events.size();
        scenario.play("a ok");
        assertEquals(
                List.of(LifetimeEvent.EventCase.ACCEPTED, LifetimeEvent.EventCase.SCHEDULED),
                scenario.events.stream()
                        .skip(before)
                        .map(LifetimeEvent::getEventCase)
                        .toList());
    }

    @Test
    void aRepeatedRecordIsAcceptedOnce() {
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, NONE), false);
        Attempt attempt = scenario.open("a");
        Input record = Scenario.recorded(
                attempt,
                Scenario.reference(attempt, true).build(),
                io.ticktock.proto.v1.GuardrailAction.GUARDRAIL_ACTION_ALLOW);
        scenario.decide(record);
        assertTrue(scenario.decide(record).events().isEmpty());
    }

    @Test
    void losersOfAJoinAreCancelledAndNeverAccepted() {
        Scenario scenario = new Scenario(TestGraph.of("a", FAN_ANY, NONE), false).play("a ok", "p choose b c");
        Attempt loser = scenario.open("b");
        scenario.play("c ok");
        assertTrue(scenario.commands.stream()
                .anyMatch(command -> command instanceof Command.Cancel cancel
                        && cancel.execIds().equals(List.of(loser.execId()))));
        Input late = Scenario.recorded(
                loser,
                Scenario.reference(loser, true).build(),
                io.ticktock.proto.v1.GuardrailAction.GUARDRAIL_ACTION_ALLOW);
        assertTrue(scenario.decide(late).events().isEmpty());
    }

    @Test
    void aRecordWithoutAVerdictAborts() {
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, NONE), false);
        Attempt attempt = scenario.open("a");
        scenario.decide(Scenario.recorded(
                attempt,
                Scenario.reference(attempt, true).build(),
                io.ticktock.proto.v1.GuardrailAction.GUARDRAIL_ACTION_UNSPECIFIED));
        assertEquals("ABORTED guardrail_error", scenario.summary());
    }

    @Test
    void backoffGrowsUpToItsBound() {
        Map<String, String> retry =
                Map.of("a", "retry: {max_attempts: 5, initial_interval: 1s, multiplier: 10, max_interval: 20s}");
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, retry), false);
        scenario.play("a fail oops");
        assertEquals(scenario.now.plusSeconds(1), scenario.open("a").notBefore());
        scenario.play("a fail oops");
        assertEquals(scenario.now.plusSeconds(10), scenario.open("a").notBefore());
        scenario.play("a fail oops");
        assertEquals(scenario.now.plusSeconds(20), scenario.open("a").notBefore());
    }

    /** What an outside system asks for, and when the next attempt comes where the backoff is 10 s, at most 20 s. */
    @ParameterizedTest
    @CsvSource({
        "0, PT10S",
        "-1, PT10S",
        "9999, PT10S",
        "10001, PT10.001S",
        "30000, PT30S",
        "3600000, PT1H",
        "3600001, PT1H",
        "9223372036854775807, PT1H"
    })
    void aRetryComesNoEarlierThanAskedFor(long retryAfterMs, Duration pause) {
        Map<String, String> retry = Map.of("a", "retry: {max_attempts: 2, initial_interval: 10s, max_interval: 20s}");
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, retry), false);
        scenario.play("a fail oops " + retryAfterMs);
        assertEquals(scenario.now.plus(pause), scenario.open("a").notBefore());
    }

    @Test
    void aDeadlineFailsTheLifetimeUnlessItIsPaused() {
        var graph = TestGraph.of("a", LOOP, NONE, "deadline: 1m");
        assertEquals(
                "FAILED deadline_exceeded",
                new Scenario(graph, false).play("+ 60S").summary());
        assertEquals(
                "RUNNING a#1.1",
                new Scenario(graph, false)
                        .play("+ 30S", "pause", "+ 60S", "resume", "+ 29S")
                        .summary());
        assertEquals(
                "FAILED deadline_exceeded",
                new Scenario(graph, false)
                        .play("+ 30S", "pause", "+ 60S", "resume", "+ 30S")
                        .summary());
    }

    @Test
    void limitsOfTheWholeLifetime() {
        assertEquals(
                "FAILED max_iterations",
                new Scenario(TestGraph.of("a", LOOP, NONE, "max_iterations: 3"), false)
                        .play("a ok", "p choose a", "a ok")
                        .summary());
        assertEquals(
                "FAILED max_executions",
                new Scenario(TestGraph.of("a", FAN, NONE, "max_executions: 3"), false)
                        .play("a ok", "p choose b c")
                        .summary());
    }

    @Test
    void signalsThatCannotBeObeyedAreRefusedAndConsumed() {
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, NONE), false).play("a answer");
        assertEquals(FailureCode.FAILED_PRECONDITION, scenario.refused.get(0).code());
        scenario.play("abort", "pause", "resume", "abort");
        assertEquals(4, scenario.refused.size());
    }

    @Test
    void aSignalThatWasObeyedIsNotRefusedWhenItComesAgain() {
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, NONE), false).play("a wait human");
        Input answer = new Input.Signalled(Signal.newBuilder()
                .setSignalId("answer")
                .setAnswer(Answer.newBuilder().setExecId(scenario.open("a").execId()))
                .build());
        scenario.decide(answer);
        scenario.decide(answer);
        scenario.play("a ok", "abort one");
        scenario.decide(answer);
        scenario.play("abort one");

        assertEquals(List.of(), scenario.refused);
        assertEquals("ABORTED asked", scenario.summary());
        scenario.play("abort two");
        assertEquals(1, scenario.refused.size());
    }

    @Test
    void theEndOfAChildIsToldToItsParent() {
        Scenario completed = new Scenario(TestGraph.of("a", LOOP, NONE), true).play("a ok", "p choose END");
        Signal told = completed.outgoing.get(0);
        assertEquals(Scenario.PARENT, told.getLifetimeId());
        assertTrue(told.getChildEnded().getCompleted());
        Scenario failed = new Scenario(TestGraph.of("a", LOOP, NONE), true).play("a fail oops");
        assertEquals(
                "task_failed: a: oops: it broke",
                failed.outgoing.get(0).getChildEnded().getReason());
    }

    @Test
    void childrenOfWhatIsCancelledAreAborted() {
        Scenario aborted = new Scenario(TestGraph.of("a", LOOP, NONE), false).play("a wait child", "abort");
        assertTrue(aborted.outgoing.get(0).hasAbort());
        Scenario lost = new Scenario(TestGraph.of("a", FAN_ANY, NONE), false)
                .play("a ok", "p choose b c", "b wait child", "c ok");
        assertTrue(lost.outgoing.get(0).hasAbort());
    }

    @Test
    void anEarlierChildsEndDoesNotWakeWhatWaitsForTheNext() {
        Scenario scenario = new Scenario(TestGraph.of("a", LOOP, NONE), false).play("a wait child");
        Attempt attempt = scenario.open("a");
        ChildEnded.Builder ended =
                ChildEnded.newBuilder().setParentExecId(attempt.execId()).setChildLifetimeId(attempt.expectedChildId());
        scenario.play("a child ok", "a wait child 1");

        scenario.decide(new Input.Signalled(
                Signal.newBuilder().setSignalId("late").setChildEnded(ended).build()));

        assertTrue(attempt.isWaiting());
        scenario.play("a child ok");
        assertFalse(attempt.isWaiting());
        assertEquals(scenario.state.toString(), scenario.folded().toString());
    }

    @Test
    void resultsAreThoseOfTheOwnPathNeverASiblings() {
        Scenario scenario =
                new Scenario(TestGraph.of("a", BRANCH_LOOP, NONE), false).play("a ok", "p choose b b", "b@/p#1:1 ok");
        Token second = scenario.state.token("/p#1:1");
        assertEquals(
                java.util.Set.of("a", "b"),
                second.resultsOf(java.util.Set.of("a", "b", "z")).keySet());
        Token first = scenario.state.token("/p#1:0");
        assertEquals(
                java.util.Set.of("a"),
                first.resultsOf(java.util.Set.of("a", "b", "z")).keySet());
    }

    @Test
    void joinedRecordsComeInBranchOrder() {
        Scenario scenario = new Scenario(TestGraph.of("a", FAN, NONE), false).play("a ok", "p choose b b b");
        List<String> inOrder = List.of(
                scenario.open("b@/p#1:0").execId(),
                scenario.open("b@/p#1:1").execId(),
                scenario.open("b@/p#1:2").execId());
        scenario.play("b@/p#1:2 ok", "b@/p#1:0 ok", "b@/p#1:1 ok");
        assertEquals(inOrder, scenario.open("pj").scheduled.getArrivedExecIdsList());
    }
}
