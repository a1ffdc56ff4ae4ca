package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.Answer;
import io.ticktock.proto.v1.ChildEnded;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.ExecutionWaiting;
import io.ticktock.proto.v1.GetInputRequest;
import io.ticktock.proto.v1.GetOutputResponse;
import io.ticktock.proto.v1.InputSources;
import io.ticktock.proto.v1.OutputReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PlanExecution;
import io.ticktock.proto.v1.PlanInput;
import io.ticktock.proto.v1.Resumption;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.Value;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every built-in type but http, from the text of a graph to the record. */
class BuiltInTypesTest {

    private static final ExecutorConfiguration CONFIGURATION = ExecutorConfiguration.DEFAULT;

    @Test
    void transformComputesOverInputPlanAndResults() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks:
                  a: {type: transform, output: {sum: "${input.n + 1}", plain: text, n: "${iteration}"}}
                  b: {type: transform, output: "${plan.k * input.n + results.a.sum}"}
                plans: {p: {type: next, next: b, input: {k: "${result.sum * 10}"}}}
                edges: [a -> p, p -> b, "b -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            fixture.state.input = FakeState.json("{\"n\":2}");
            TaskExecution a = fixture.run(fixture.task("a"));
            assertEquals("{\"sum\":3,\"plain\":\"text\",\"n\":1}", inline(a));
            PlanExecution p = fixture.run(fixture.plan("p", a));
            assertEquals("{\"k\":30}", input(p, 0));
            TaskInput.Builder b = fixture.chosen(p, 0);
            b.getSourcesBuilder().putResults("a", a.getHeaders().getExecId());
            assertEquals("63", inline(fixture.run(b)));
        }
    }

    @Test
    void theInputOfTheLifetimeIsReadOnlyWhereItIsUsed() throws Exception {
        String graph =
                "{graph: g, version: 1.0.0, start: a, tasks: {a: {type: transform, output: 1}}, edges: [\"a -> END [FINAL]\"]}";
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            assertEquals("1", inline(fixture.run(fixture.task("a"))));
            assertFalse(fixture.state.reads.stream().anyMatch(GetInputRequest.class::isInstance));
        }
    }

    @Test
    void anExpressionWithoutEndIsAFailureForGood() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks: {a: {type: transform, output: "${range(300000).map(i, sum(range(100000)))}"}}
                plans:
                  p:
                    type: rules
                    rules: [{when: "range(300000).exists(i, sum(range(100000)) < 0)", next: END}]
                    otherwise: {next: END}
                edges: [a -> p, "p -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            TaskExecution task = fixture.run(fixture.task("a"));
            assertTooLong(task.getError());
            assertTooLong(fixture.run(fixture.plan("p", task)).getError());
        }
    }

    private static void assertTooLong(ExecutionError error) {
        assertEquals("expression_failed", error.getCode());
        assertFalse(error.getRetryable());
        assertTrue(error.getMessage().contains("takes too long"), error.getMessage());
    }

    @Test
    void anExpressionThatCannotBeEvaluatedIsAFailureForGood() throws Exception {
        String graph =
                "{graph: g, version: 1.0.0, start: a, tasks: {a: {type: transform, output: \"${input.missing}\"}},"
                        + " edges: [\"a -> END [FINAL]\"]}";
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertEquals("expression_failed", execution.getError().getCode());
            assertFalse(execution.getError().getRetryable());
            assertTrue(
                    execution.getError().getMessage().contains("missing"),
                    execution.getError().getMessage());
        }
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            fixture.state.input = FakeState.json("{ broken");
            assertEquals(
                    "invalid_json", fixture.run(fixture.task("a")).getError().getCode());
        }
    }

    @Test
    void theFirstRuleThatHoldsDecidesAndOtherwiseTheDefault() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks:
                  a: {type: transform, output: 1}
                  big: {type: transform, output: 1}
                plans:
                  p:
                    type: rules
                    rules:
                      - {when: "has(result.error)", next: END, input: "${result.error.code}"}
                      - {when: "result.n > 10", next: big, input: {was: "${result.n}"}}
                      - {when: "result.n > 5", next: big}
                    otherwise: {next: END}
                edges:
                  - a -> p [on_failure route]
                  - big -> p
                  - p -> big
                  - p -> END [FINAL]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            PlanExecution eleven = fixture.run(fixture.plan("p", fixture.recorded("a", "{\"n\":11}")));
            assertEquals(List.of("big"), eleven.getResult().getNextTaskIdsList());
            assertEquals("{\"was\":11}", input(eleven, 0));
            assertEquals("rule 2", eleven.getResult().getExplanation());
            PlanExecution six = fixture.run(fixture.plan("p", fixture.recorded("a", "{\"n\":6}")));
            assertEquals(0, six.getResult().getInputsCount());
            PlanExecution one = fixture.run(fixture.plan("p", fixture.recorded("a", "{\"n\":1}")));
            assertEquals(List.of("END"), one.getResult().getNextTaskIdsList());
            assertEquals("otherwise", one.getResult().getExplanation());
            PlanExecution text = fixture.run(fixture.plan("p", fixture.recorded("a", "{\"n\":\"x\"}")));
            assertEquals("expression_failed", text.getError().getCode());
        }
    }

    @Test
    void nextPassesOnWithoutReadingWhatArrived() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks: {a: {type: transform, output: 1}}
                plans: {p: {type: next, next: END}}
                edges: [a -> p, "p -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            TaskExecution elsewhere = fixture.recorded("a", "broken {");
            PlanExecution plan = fixture.run(fixture.plan("p", elsewhere));
            assertEquals(List.of("END"), plan.getResult().getNextTaskIdsList());
            assertEquals(1, fixture.state.reads.size(), "the graph only");
        }
    }

    @Test
    void mapChoosesOnceForEveryElement() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: split
                tasks:
                  split: {type: transform, output: 1}
                  count: {type: transform, output: "${plan}"}
                plans:
                  each: {type: map, over: "result.words", next: count, input: {word: "${item}", at: "${index}"}}
                  bare: {type: map, over: "result.words", next: count}
                  sum: {type: next, next: END, input: "${joined.map(j, j.at)}"}
                edges:
                  - split -> each
                  - each -> count [PARALLEL]
                  - count -> sum [JOIN]
                  - sum -> END [FINAL]
                """;
        String bare = graph.replace("  bare: {type: map, over: \"result.words\", next: count}\n", "");
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, bare)) {
            TaskExecution split = fixture.recorded("split", "{\"words\":[\"a\",\"b\",null]}");
            PlanExecution each = fixture.run(fixture.plan("each", split));
            assertEquals(List.of("count", "count", "count"), each.getResult().getNextTaskIdsList());
            assertEquals("{\"word\":\"b\",\"at\":1}", input(each, 1));
            TaskExecution first = fixture.run(fixture.chosen(each, 0));
            TaskExecution third = fixture.run(fixture.chosen(each, 2));
            assertEquals("{\"word\":null,\"at\":2}", inline(third));
            assertEquals("[0,2]", input(fixture.run(fixture.plan("sum", first, third)), 0));
            PlanExecution none = fixture.run(fixture.plan("each", fixture.recorded("split", "{\"words\":[]}")));
            assertEquals(0, none.getResult().getNextTaskIdsCount());
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                    none.getHeaders().getStatus());
            PlanExecution noList = fixture.run(fixture.plan("each", fixture.recorded("split", "{\"words\":7}")));
            assertEquals("expression_failed", noList.getError().getCode());
            String longList = Json.write(Map.of("words", java.util.Collections.nCopies(100_001, 1)))
                    .toStringUtf8();
            PlanExecution tooMany = fixture.run(fixture.plan("each", fixture.recorded("split", longList)));
            assertEquals("invalid_choice", tooMany.getError().getCode());
        }
    }

    @Test
    void waitWaitsFromWhenItWasScheduledAndThenPassesOn() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: w
                tasks:
                  w: {type: wait, for: 30d}
                  u: {type: wait, until: "${plan}"}
                plans: {p: {type: next, next: u}}
                edges: [w -> p, p -> u, "u -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            fixture.state.input = FakeState.json("{\"kept\":true}");
            TaskInput.Builder input = fixture.task("w");
            fixture.dispatch(input.build());
            assertEquals(
                    1_900_000_000L + 30 * 86_400L, fixture.nextWait().getUntil().getSeconds());
            fixture.awaitReleased(input.getHeaders().getExecId());
            input.setResumption(Resumption.newBuilder().setTimerFiredAt(Timestamp.getDefaultInstance()));
            assertEquals("{\"kept\":true}", inline(fixture.run(input)));

            PlanExecution p = fixture.run(fixture.plan("p", fixture.recorded("w", "\"2001-01-01T00:00:00Z\"")));
            assertEquals("\"2001-01-01T00:00:00Z\"", inline(fixture.run(fixture.chosen(p, 0))), "it has passed");
        }
    }

    @Test
    void humanAsksAndItsAnswerIsTheResultIfItFitsTheForm() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: ask
                tasks:
                  ask:
                    type: human
                    prompt: "Release ${input.what}?"
                    details: {what: "${input.what}"}
                    form: {type: object, required: [ok], properties: {ok: {type: boolean}}}
                edges: ["ask -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            fixture.state.input = FakeState.json("{\"what\":\"it\"}");
            TaskInput.Builder input = fixture.task("ask");
            fixture.dispatch(input.build());
            ExecutionWaiting wait = fixture.nextWait();
            assertEquals("Release it?", wait.getHuman().getPrompt());
            assertEquals(
                    "{\"what\":\"it\"}",
                    wait.getHuman().getDetails().getInline().toStringUtf8());
            assertEquals(List.of("ok"), ((Map<?, ?>) Json.parse(wait.getHuman().getFormSchema())).get("required"));
            fixture.awaitReleased(input.getHeaders().getExecId());
            assertEquals("{\"ok\":true}", inline(fixture.run(answered(input, "{\"ok\":true}"))));

            TaskExecution wrong = fixture.run(answered(fixture.task("ask"), "{\"ok\":1}"));
            assertEquals("invalid_answer", wrong.getError().getCode());
            assertTrue(
                    wrong.getError().getMessage().contains("ok"),
                    wrong.getError().getMessage());
        }
    }

    @Test
    void graphRunsAChildAndItsOutputIsTheResult() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: given
                tasks:
                  given: {type: graph, graph: child, version: 2.0.0, input: {n: "${input.n}"}}
                  passed: {type: graph, graph: child}
                plans: {p: {type: next, next: passed}}
                edges: [given -> p, p -> passed, "passed -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            fixture.state.input = FakeState.json("{\"n\":1}");
            TaskInput.Builder given = fixture.task("given");
            fixture.dispatch(given.build());
            ExecutionWaiting wait = fixture.nextWait();
            assertEquals("child", wait.getChild().getGraphName());
            assertEquals("2.0.0", wait.getChild().getGraphVersion());
            assertEquals("{\"n\":1}", wait.getChild().getInput().getInline().toStringUtf8());
            fixture.awaitReleased(given.getHeaders().getExecId());

            fixture.state.output = GetOutputResponse.newBuilder()
                    .setOutput(FakeState.json("42"))
                    .build();
            assertEquals("42", inline(fixture.run(ended(given, true))));
            fixture.state.output = GetOutputResponse.newBuilder()
                    .addJoined(FakeState.json("1"))
                    .addJoined(FakeState.json("2"))
                    .build();
            assertEquals("[1,2]", inline(fixture.run(ended(fixture.task("given"), true))));
            TaskExecution failed = fixture.run(ended(fixture.task("given"), false));
            assertEquals("child_failed", failed.getError().getCode());
            assertTrue(failed.getError().getMessage().contains("no_final_edge"));

            PlanExecution p = fixture.run(fixture.plan("p", fixture.recorded("given", "\"arrived\"")));
            fixture.dispatch(fixture.chosen(p, 0).build());
            assertEquals(
                    "\"arrived\"",
                    fixture.nextWait().getChild().getInput().getInline().toStringUtf8());
        }
    }

    @Test
    void whatAPersonOrAChildGetsIsSpilledWhenItIsLarge() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks:
                  a: {type: human, prompt: see, details: "${input}"}
                edges: ["a -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            ByteString large = Value.json("x".repeat(2 << 20)).bytes();
            fixture.state.input = Payload.newBuilder()
                    .setBlob(fixture.blobs.put(ExecutorFixture.TENANT, large))
                    .build();
            fixture.dispatch(fixture.task("a").build());
            Payload details = fixture.nextWait().getHuman().getDetails();
            assertEquals(large, fixture.blobs.blobs.get(details.getBlob().getUri()));
        }
    }

    @Test
    void aPlanMayBeTheStart() throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: p
                tasks: {a: {type: graph, graph: child}}
                plans: {p: {type: next, next: a}}
                edges: [p -> a, "a -> END [FINAL]"]
                """;
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph)) {
            fixture.state.input = FakeState.json("\"in\"");
            PlanInput.Builder start = fixture.plan("p").setSources(InputSources.getDefaultInstance());
            PlanExecution p = fixture.run(start);
            fixture.dispatch(fixture.chosen(p, 0).build());
            assertEquals(
                    "\"in\"",
                    fixture.nextWait().getChild().getInput().getInline().toStringUtf8());
        }
    }

    private static TaskInput.Builder answered(TaskInput.Builder input, String json) {
        return input.setResumption(
                Resumption.newBuilder().setAnswer(Answer.newBuilder().setPayload(FakeState.json(json))));
    }

    private static TaskInput.Builder ended(TaskInput.Builder input, boolean completed) {
        return input.setResumption(Resumption.newBuilder()
                .setChildEnded(ChildEnded.newBuilder()
                        .setChildLifetimeId("child-1")
                        .setCompleted(completed)
                        .setOutput(OutputReference.newBuilder().setExecId("e"))
                        .setReason("no_final_edge")));
    }

    private static String inline(TaskExecution execution) {
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                execution.getHeaders().getStatus(),
                () -> execution.getError().getMessage());
        return execution.getResult().getPayload().getInline().toStringUtf8();
    }

    private static String input(PlanExecution plan, int choice) {
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                plan.getHeaders().getStatus(),
                () -> plan.getError().getMessage());
        return plan.getResult().getInputs(choice).getInline().toStringUtf8();
    }
}
