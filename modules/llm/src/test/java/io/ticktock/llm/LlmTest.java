package io.ticktock.llm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.graph.expression.SecretReference;
import io.ticktock.sdk.Failed;
import io.ticktock.sdk.Json;
import io.ticktock.sdk.PlanContext;
import io.ticktock.sdk.PlanOutcome;
import io.ticktock.sdk.PlanOutcome.Chosen;
import io.ticktock.sdk.TaskContext;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.TaskOutcome.Succeeded;
import io.ticktock.sdk.TestAttempt;
import io.ticktock.sdk.UsageLimits;
import io.ticktock.sdk.Value;
import io.ticktock.sdk.running.Secrets;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerResponse;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nodes of type llm against a server of the chat completions protocol, which says what each test wants. */
class LlmTest {

    private static final Duration PATIENT = Duration.ofSeconds(15);
    private static final String KEY = "key-of-the-provider";
    private static final Map<String, Object> SCHEMA = Map.of(
            "type", "object",
            "properties", Map.of("n", Map.of("type", "integer")),
            "required", List.of("n"));

    private final Vertx vertx = Vertx.vertx();
    private final Queue<Consumer<HttpServerResponse>> script = new ConcurrentLinkedQueue<>();
    private final Queue<Map<?, ?>> requests = new ConcurrentLinkedQueue<>();
    private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
    private final Queue<String> idempotencyKeys = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private String key = KEY;
    private HttpServer server;
    private Llm llm;

    @BeforeEach
    void start() throws Exception {
        server = vertx.createHttpServer()
                .requestHandler(request -> {
                    authorizations.add(String.valueOf(request.getHeader("authorization")));
                    idempotencyKeys.add(String.valueOf(request.getHeader("idempotency-key")));
                    request.response().closeHandler(gone -> closed.complete(null));
                    request.body().onSuccess(body -> {
                        requests.add((Map<?, ?>) Json.parse(body.toString()));
                        script.remove().accept(request.response());
                    });
                })
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
        llm = llm(ProviderKind.OPENAI, PATIENT);
    }

    @AfterEach
    void stop() throws Exception {
        llm.close();
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private ProviderConfiguration provider(ProviderKind kind) {
        return provider(kind, 1_000);
    }

    private ProviderConfiguration provider(ProviderKind kind, int maxInFlight) {
        return new ProviderConfiguration(
                "default",
                kind,
                URI.create("http://127.0.0.1:" + server.actualPort() + "/v1"),
                Optional.of("MODEL_KEY"),
                Optional.of("scripted"),
                Set.of("default"),
                0,
                0,
                maxInFlight,
                1_000);
    }

    private Llm llm(ProviderKind kind, Duration stall) {
        return llm(provider(kind), stall);
    }

    private Llm llm(ProviderConfiguration provider, Duration stall) {
        LlmConfiguration configuration =
                new LlmConfiguration(Map.of("default", provider), Optional.empty(), stall, 1 << 16, 1 << 20, 1_000);
        return new Llm(vertx, configuration, names -> Secrets.of(Map.of("MODEL_KEY", key), SecretReference::to));
    }

    @Test
    void answersAreStreamedAndCounted() {
        script.add(says("Hel", "lo"));
        TestAttempt attempt = attempt();
        Map<?, ?> result = succeeded(run(attempt, Map.of("prompt", "Greet", "temperature", 0.5)));
        assertEquals("Hello", result.get("text"));
        assertEquals(List.of("Hel", "lo"), attempt.deltas());
        assertEquals("stop", result.get("finish_reason"));
        assertNull(result.get("output"));
        Map<?, ?> request = requests.remove();
        assertEquals(true, request.get("stream"));
        assertEquals("scripted", request.get("model"));
        assertEquals(4_096L, request.get("max_tokens"));
        assertEquals("Bearer " + KEY, authorizations.remove());
        assertEquals(25, attempt.used().getTokensUsed());
        assertEquals(20, attempt.used().getUsage().getInputTokens());
        assertEquals(5, attempt.used().getUsage().getOutputTokens());
        assertEquals(4, attempt.used().getUsage().getCachedTokens());
        // 16 at 1.00, 4 at 0.10 and 5 at 4.00 a million: 36.4 millionths, rounded up.
        assertEquals(37, attempt.used().getCostMicros());
        assertTrue(attempt.used().getMeasuresOrThrow("time_to_first_token_ms") > 0);
    }

    @Test
    void otherProtocolsAreReadAsWell() {
        llm.close();
        llm = llm(ProviderKind.ANTHROPIC, PATIENT);
        script.add(response -> begin(response)
                .end(event(
                                "message_start",
                                "\"message\":{\"id\":\"1\",\"model\":\"claude\",\"usage\":{\"input_tokens\":10,"
                                        + "\"cache_read_input_tokens\":5,\"output_tokens\":1}}")
                        + event(
                                "content_block_start",
                                "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
                        + event(
                                "content_block_delta",
                                "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}")
                        + event("content_block_stop", "\"index\":0")
                        + event(
                                "message_delta",
                                "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}")
                        + event("message_stop", "\"x\":0")));
        assertSays("Hi", 15, 7, 5);
        llm.close();
        llm = llm(ProviderKind.GEMINI, PATIENT);
        script.add(response -> begin(response)
                .end("data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hey\"}]},"
                        + "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,"
                        + "\"candidatesTokenCount\":4,\"totalTokenCount\":13},\"modelVersion\":\"gemini\"}\r\n\r\n"));
        assertSays("Hey", 9, 4, 0);
        llm.close();
        llm = llm(ProviderKind.OLLAMA, PATIENT);
        script.add(response -> response.setChunked(true)
                .end("{\"model\":\"o\",\"message\":{\"role\":\"assistant\",\"content\":\"Yo\"},\"done\":false}\n"
                        + "{\"model\":\"o\",\"message\":{\"role\":\"assistant\",\"content\":\"!\"},\"done\":true,"
                        + "\"done_reason\":\"stop\",\"prompt_eval_count\":8,\"eval_count\":2}\n"));
        assertSays("Yo!", 8, 2, 0);
    }

    private void assertSays(String text, long input, long output, long cached) {
        TestAttempt attempt = attempt();
        assertEquals(text, succeeded(run(attempt, Map.of("prompt", "Greet"))).get("text"));
        assertEquals(input, attempt.used().getUsage().getInputTokens());
        assertEquals(output, attempt.used().getUsage().getOutputTokens());
        assertEquals(cached, attempt.used().getUsage().getCachedTokens());
    }

    private static String event(String name, String fields) {
        return "event: " + name + "\ndata: {\"type\":\"" + name + "\"," + fields + "}\n\n";
    }

    @Test
    void aCancelClosesTheConnection() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        script.add(response -> {
            begin(response).write(chunk("{\"content\":\"never\"}", "null"));
            begun.complete(null);
        });
        TestAttempt attempt = attempt();
        CompletionStage<TaskOutcome> outcome = start(attempt, Map.of("prompt", "Talk"));
        begun.get(10, TimeUnit.SECONDS);
        attempt.cancel();
        closed.get(10, TimeUnit.SECONDS);
        assertEquals("llm_cancelled", failed(await(outcome)).code());
    }

    @Test
    void whatIsCancelledBeforeItBeginsIsNotSent() {
        TestAttempt attempt = attempt();
        attempt.cancel();
        assertEquals(
                "llm_cancelled", failed(run(attempt, Map.of("prompt", "Talk"))).code());
        assertTrue(requests.isEmpty());
        ModelCall call = new ModelCall(provider(ProviderKind.OPENAI), 1 << 16, Secrets.NONE, text -> {});
        call.fail(new LlmFault("llm_cancelled", "given up", true));
        call.start(wire(new AnswerMemory(1 << 16), new ArrayList<>()), Secrets.NONE, null);
        assertTrue(call.answer().failed());
    }

    @Test
    void aTurnThatFindsNoThreadIsGivenBack() {
        llm.close();
        llm = llm(provider(ProviderKind.OPENAI, 1), PATIENT);
        Map<String, Object> settings = Map.of(
                "messages",
                List.of(Map.of("role", "user", "content", List.of(Map.of("text", "?"), Map.of("image", "passed")))));
        Value large = Value.of("image/png", ByteString.copyFrom(new byte[40 << 10]));
        // One for the key, none to write the question on.
        Failed refused = failed(passed(attempt().findsThreads(1), settings, large));
        assertEquals("overloaded", refused.code());
        assertTrue(refused.retryable());
        script.add(says("A cat"));
        succeeded(passed(attempt(), settings, large));
    }

    @Test
    void whoGoesOnBehindTheAnswerIsLeft() throws Exception {
        script.add(response -> {
            begin(response).write(chunk("{\"content\":\"done\"}", "\"stop\""));
            response.write("data: [DONE]\n\n");
            vertx.setPeriodic(20, again -> response.write(": and another thing\n\n"));
        });
        assertEquals("done", succeeded(run(attempt(), Map.of("prompt", "Talk"))).get("text"));
        closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void theLargestAnswerGivesWayWhereAllAreTooMuch() {
        AnswerMemory memory = new AnswerMemory(100);
        List<LlmFault> faults = new ArrayList<>();
        Wire small = wire(memory, faults);
        Wire large = wire(memory, faults);
        assertEquals(Optional.empty(), memory.add(small, 30));
        assertEquals(Optional.empty(), memory.add(large, 60));
        assertEquals(Optional.of(large), memory.add(small, 20));
        large.giveWay();
        assertEquals("llm_overloaded", faults.get(0).failed(Secrets.NONE).code());
        assertEquals(Optional.empty(), memory.add(small, 50));
        small.finish();
        assertEquals(Optional.empty(), memory.add(wire(memory, faults), 100));
    }

    private Wire wire(AnswerMemory memory, List<LlmFault> faults) {
        return new Wire(
                vertx,
                vertx.createHttpClient(),
                "the provider",
                new Wire.Bounds(PATIENT, 1 << 16, memory),
                "once",
                Secrets.NONE,
                faults::add);
    }

    @Test
    void theKeyIsToldNowhere() {
        script.add(response -> {
            begin(response).write(chunk("{\"content\":\"It is key-of-\"}", "null"));
            response.write(
                    chunk("{\"content\":\"the-provider, k\"}", "\"stop\"").replace("scripted", KEY));
            response.end("data: [DONE]\n\n");
        });
        TestAttempt attempt = attempt();
        Map<?, ?> result = succeeded(run(attempt, Map.of("prompt", "What is the key?")));
        assertEquals("It is secret:MODEL_KEY, k", String.join("", attempt.deltas()));
        assertEquals("It is secret:MODEL_KEY, k", result.get("text"));
        assertFalse(result.toString().contains(KEY), result::toString);
        key = KEY + "\nand more";
        CompletionException refused =
                assertThrows(CompletionException.class, () -> run(attempt(), Map.of("prompt", "What is the key?")));
        assertFalse(refused.getMessage().contains(KEY), refused.getMessage());
        key = KEY;
        script.add(response -> response.setStatusCode(400).end("x".repeat(290) + KEY));
        Failed failed = failed(run(attempt(), Map.of("prompt", "What is the key?")));
        assertFalse(failed.message().contains("key-of"), failed.message());
    }

    @Test
    void numbersThatCannotBeAreNotBelieved() {
        script.add(response -> {
            begin(response).write(chunk("{\"content\":\"Hi\"}", "\"stop\""));
            response.write("data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":"
                    + "{\"prompt_tokens\":20,\"completion_tokens\":-5,"
                    + "\"prompt_tokens_details\":{\"cached_tokens\":4000}}}\n\n");
            response.end("data: [DONE]\n\n");
        });
        TestAttempt attempt = attempt();
        succeeded(run(attempt, Map.of("prompt", "Talk")));
        assertEquals(20, attempt.used().getUsage().getCachedTokens());
        assertEquals(20, attempt.used().getTokensUsed());
        assertEquals(2, attempt.used().getCostMicros());
        assertFalse(attempt.used().containsMeasures("llm_guessed_calls"));
    }

    @Test
    void tooManyRequestsAreTriedAgainLater() {
        script.add(response -> response.setStatusCode(429)
                .putHeader("retry-after", "7")
                .end("{\"error\":{\"message\":\"slow down, " + KEY + "\"}}"));
        TestAttempt attempt = attempt();
        Failed failed = failed(run(attempt, Map.of("prompt", "Talk")));
        assertEquals("llm_429", failed.code());
        assertTrue(failed.retryable());
        assertEquals(Optional.of(Duration.ofSeconds(7)), failed.retryAfter());
        assertTrue(failed.message().contains("slow down, secret:MODEL_KEY"), failed.message());
        assertEquals(0, attempt.used().getTokensUsed());
    }

    @Test
    void faultsOfTheCallerAreNotTriedAgain() {
        script.add(response -> response.setStatusCode(400).end("{}"));
        assertFalse(failed(run(attempt(), Map.of("prompt", "Talk"))).retryable());
        script.add(response -> response.setStatusCode(529).end("{}"));
        assertTrue(failed(run(attempt(), Map.of("prompt", "Talk"))).retryable());
    }

    @Test
    void garbageIsAFailure() {
        script.add(response -> begin(response).end("data: {\"choices\": nonsense\n\n"));
        assertEquals(
                "llm_invalid_answer",
                failed(run(attempt(), Map.of("prompt", "Talk"))).code());
        script.add(response -> response.end("<html>not a model</html>"));
        assertEquals(
                "llm_incomplete",
                failed(run(attempt(), Map.of("prompt", "Talk"))).code());
        script.add(response ->
                begin(response).end("data: {\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n"));
        assertEquals(
                "llm_overloaded",
                failed(run(attempt(), Map.of("prompt", "Talk"))).code());
    }

    @Test
    void anAnswerThatBreaksOffIsAFailureThatIsPaidFor() {
        script.add(response -> begin(response).end(chunk("{\"content\":\"half an ans\"}", "null")));
        TestAttempt attempt = attempt();
        Failed failed = failed(run(attempt, Map.of("prompt", "Talk")));
        assertEquals("llm_incomplete", failed.code());
        assertTrue(failed.retryable());
        assertTrue(attempt.used().getTokensUsed() > 0);
    }

    @Test
    void silenceIsAFailure() {
        llm.close();
        llm = llm(ProviderKind.OPENAI, Duration.ofMillis(300));
        script.add(response -> begin(response).write(chunk("{\"content\":\"and then\"}", "null")));
        Failed failed = failed(run(attempt(), Map.of("prompt", "Talk")));
        assertEquals("llm_stalled", failed.code());
        assertTrue(failed.retryable());
    }

    @Test
    void tenMegabytesAreAFailure() throws Exception {
        String megabyte = chunk("{\"content\":\"" + "x".repeat(1 << 20) + "\"}", "null");
        script.add(response -> {
            begin(response);
            for (int i = 0; i < 10; i++) {
                response.write(megabyte);
            }
        });
        Failed failed = failed(run(attempt(), Map.of("prompt", "Talk")));
        assertEquals("llm_answer_too_large", failed.code());
        assertFalse(failed.retryable());
        closed.get(10, TimeUnit.SECONDS);
    }

    @Test
    void anAnswerThatDoesNotFitItsSchemaIsRepairedOnce() {
        script.add(says("{\\\"n\\\": \\\"one\\\"}"));
        script.add(says("```json\\n{\\\"n\\\": 1}\\n```"));
        TestAttempt attempt = attempt();
        Map<?, ?> result = succeeded(run(attempt, Map.of("prompt", "Count", "schema", SCHEMA)));
        assertEquals(Map.of("n", 1L), result.get("output"));
        assertEquals(1, ((List<?>) result.get("repaired")).size());
        assertEquals(50, attempt.used().getTokensUsed());
        assertEquals(1, attempt.used().getMeasuresOrThrow("llm_repairs"));
        requests.remove();
        assertEquals(3, ((List<?>) requests.remove().get("messages")).size());
        assertEquals(List.of("execution-1", "execution-2"), List.copyOf(idempotencyKeys));
    }

    @Test
    void anAnswerThatNeverFitsIsAFailure() {
        script.add(says("no JSON"));
        script.add(says("still none"));
        TestAttempt attempt = attempt();
        assertEquals(
                "llm_invalid_answer",
                failed(run(attempt, Map.of("prompt", "Count", "schema", SCHEMA)))
                        .code());
        assertEquals(50, attempt.used().getTokensUsed());
        assertTrue(script.isEmpty());
    }

    @Test
    void toolCallsAreDataAndOthersThanOfferedAreRefused() {
        Map<String, Object> tool = Map.of("name", "search", "description", "Looks up", "parameters", SCHEMA);
        Map<String, Object> settings = Map.of("prompt", "Look", "tools", List.of(tool));
        script.add(calls("search", "{\\\"n\\\": 3}"));
        Map<?, ?> result = succeeded(run(attempt(), settings));
        assertEquals(
                List.of(Map.of("id", "call-1", "name", "search", "arguments", Map.of("n", 3L))),
                result.get("tool_calls"));
        Map<?, ?> message = (Map<?, ?>) result.get("message");
        script.add(says("Found"));
        succeeded(run(
                attempt(),
                Map.of(
                        "messages",
                        List.of(
                                Map.of("role", "user", "content", "Look"),
                                message,
                                Map.of("role", "tool", "tool_call_id", "call-1", "content", Map.of("found", true))))));
        script.add(response -> {
            begin(response)
                    .write(chunk(
                            "{\"tool_calls\":[{\"index\":0,\"type\":\"function\",\"function\":{\"name\":\"search\","
                                    + "\"arguments\":\"{\\\"n\\\": 3}\"}}]}",
                            "\"tool_calls\""));
            end(response);
        });
        List<?> nameless = (List<?>) succeeded(run(attempt(), settings)).get("tool_calls");
        assertEquals("call-1", ((Map<?, ?>) nameless.get(0)).get("id"));
        script.add(calls("delete_all", "{}"));
        assertEquals("llm_unlisted_tool", failed(run(attempt(), settings)).code());
    }

    @Test
    void whatWasPassedGoesAlongAsAnImage() {
        Map<String, Object> settings = Map.of(
                "messages",
                List.of(Map.of(
                        "role", "user", "content", List.of(Map.of("text", "What is it?"), Map.of("image", "passed")))));
        script.add(says("A cat"));
        succeeded(passed(attempt(), settings, Value.of("image/png", ByteString.copyFrom(new byte[40 << 10]))));
        assertTrue(requests.remove().toString().contains("data:image/png;base64,AAAA"), "the request has the image");
        Failed film = failed(passed(attempt(), settings, Value.of("video/mp4", ByteString.copyFrom(new byte[10]))));
        assertEquals("llm_invalid_request", film.code());
        Failed large =
                failed(passed(attempt(), settings, Value.of("image/png", ByteString.copyFrom(new byte[2 << 20]))));
        assertTrue(large.message().contains("1048576 bytes"), large.message());
    }

    private TaskOutcome passed(TestAttempt attempt, Map<String, Object> settings, Value value) {
        TaskContext context = new TaskContext(attempt, () -> settings, value, Optional.empty());
        return await(llm.tasks().get(0).handler().run(context));
    }

    @Test
    void anImageElsewhereIsFetchedByTheProviderOrByNobody() {
        String address = "https://127.0.0.1:" + server.actualPort() + "/latest/meta-data";
        Map<String, Object> settings =
                Map.of("messages", List.of(Map.of("role", "user", "content", List.of(Map.of("image", address)))));
        script.add(says("A cat"));
        succeeded(run(attempt(), settings));
        assertTrue(requests.remove().toString().contains(address), "the request has the address");
        for (ProviderKind kind : List.of(ProviderKind.GEMINI, ProviderKind.OLLAMA)) {
            llm.close();
            llm = llm(kind, PATIENT);
            Failed failed = failed(run(attempt(), settings));
            assertEquals("llm_invalid_request", failed.code());
            assertTrue(failed.message().contains("fetches no images"), failed.message());
        }
    }

    @Test
    void whatMakesNoQuestionIsNotAsked() {
        for (Map<String, Object> settings : List.<Map<String, Object>>of(
                Map.of("messages", "none"),
                Map.of("messages", List.of(Map.of("role", "boss", "content", "Go"))),
                Map.of("prompt", "Go", "provider", "nobody"),
                Map.of("prompt", "Go", "tools", List.of(Map.of("description", "nameless"))),
                Map.of(
                        "prompt",
                        "Go",
                        "tools",
                        List.of(Map.of(
                                "name",
                                "odd",
                                "parameters",
                                Map.of("properties", Map.of("n", Map.of("type", "object", "properties", "none")))))))) {
            Failed failed = failed(run(attempt(), settings));
            assertEquals("llm_invalid_request", failed.code(), settings::toString);
            assertFalse(failed.retryable());
        }
    }

    @Test
    void aModelIsNoWayToAnotherAddress() {
        llm.close();
        llm = llm(ProviderKind.GEMINI, PATIENT);
        for (String model : List.of("../files?x=", "a/../../files", "pro%2f", "pro#")) {
            Failed failed = failed(run(attempt(), Map.of("prompt", "Go", "model", model)));
            assertTrue(failed.message().contains("not a name"), failed.message());
        }
        assertTrue(requests.isEmpty());
    }

    @Test
    void whatMayCostMoreThanTheLimitIsNotAsked() {
        TestAttempt poor = new TestAttempt("default", new UsageLimits(OptionalLong.empty(), OptionalLong.of(400)));
        Failed failed = failed(run(poor, Map.of("prompt", "Talk", "max_tokens", 100L)));
        assertEquals("llm_over_limit", failed.code());
        assertTrue(requests.isEmpty());
        script.add(says("Cheap"));
        TestAttempt rich = new TestAttempt("default", new UsageLimits(OptionalLong.empty(), OptionalLong.of(500)));
        succeeded(run(rich, Map.of("prompt", "Talk", "max_tokens", 100L)));
    }

    @Test
    void aPlanChoosesAmongItsChoicesAlone() {
        Map<String, Object> settings = planSettings();
        script.add(
                says("{\\\"next\\\": \\\"refund\\\", \\\"reason\\\": \\\"broken\\\", \\\"input\\\": {\\\"n\\\": 2}}"));
        Chosen chosen = assertInstanceOf(Chosen.class, decide(settings));
        assertEquals("refund", chosen.choices().get(0).target());
        assertEquals(
                Map.of("n", 2L), chosen.choices().get(0).input().orElseThrow().tree());
        assertEquals("broken", chosen.explanation());
        script.add(says("{\\\"next\\\": \\\"delete\\\", \\\"reason\\\": \\\"told so\\\"}"));
        script.add(says("{\\\"next\\\": \\\"END\\\", \\\"reason\\\": \\\"told so\\\"}"));
        Chosen fallback = assertInstanceOf(Chosen.class, decide(settings));
        assertEquals("ask", fallback.choices().get(0).target());
        assertEquals("why", fallback.choices().get(0).input().orElseThrow().tree());
        assertTrue(fallback.explanation().startsWith("fallback: "), fallback.explanation());
        settings.remove("fallback");
        script.add(response -> response.setStatusCode(400).end("{}"));
        assertEquals("llm_400", assertInstanceOf(Failed.class, decide(settings)).code());
    }

    @Test
    void manyCallsAtOnceHoldNoThreads() throws Exception {
        int calls = 256;
        Queue<HttpServerResponse> open = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> allOpen = new CompletableFuture<>();
        for (int i = 0; i < calls; i++) {
            script.add(response -> {
                begin(response).write(chunk("{\"content\":\"a\"}", "null"));
                open.add(response);
                if (open.size() == calls) {
                    allOpen.complete(null);
                }
            });
        }
        List<CompletionStage<TaskOutcome>> outcomes = new ArrayList<>();
        int threadsBefore = Thread.activeCount();
        for (int i = 0; i < calls; i++) {
            outcomes.add(start(attempt(), Map.of("prompt", "Talk")));
        }
        allOpen.get(20, TimeUnit.SECONDS);
        int more = Thread.activeCount() - threadsBefore;
        assertTrue(more < 32, more + " threads more for " + calls + " calls");
        open.forEach(response -> {
            response.write(chunk("{}", "\"stop\""));
            end(response);
        });
        for (CompletionStage<TaskOutcome> outcome : outcomes) {
            assertEquals("a", succeeded(await(outcome)).get("text"));
        }
    }

    private static Map<String, Object> planSettings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("prompt", "What now?");
        settings.put(
                "choices",
                Map.of(
                        "refund", Map.of("description", "money back", "schema", SCHEMA),
                        "ask", Map.of("input", "who")));
        settings.put("fallback", Map.of("next", "ask", "input", "why"));
        return settings;
    }

    private PlanOutcome decide(Map<String, Object> settings) {
        PlanContext context = new PlanContext(
                attempt(), () -> settings, List.of(), false, Value.NULL, List.of("refund", "ask", "END"));
        return await(llm.plans().get(0).handler().decide(context));
    }

    private static TestAttempt attempt() {
        return new TestAttempt("default");
    }

    private CompletionStage<TaskOutcome> start(TestAttempt attempt, Map<String, Object> settings) {
        TaskContext context = new TaskContext(attempt, () -> settings, Value.NULL, Optional.empty());
        return llm.tasks().get(0).handler().run(context);
    }

    private TaskOutcome run(TestAttempt attempt, Map<String, Object> settings) {
        return await(start(attempt, settings));
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private static Map<?, ?> succeeded(TaskOutcome outcome) {
        return (Map<?, ?>) assertInstanceOf(Succeeded.class, outcome, outcome::toString)
                .value()
                .tree();
    }

    private static Failed failed(TaskOutcome outcome) {
        return assertInstanceOf(Failed.class, outcome, outcome::toString);
    }

    private static Consumer<HttpServerResponse> says(String... parts) {
        return response -> {
            begin(response);
            for (String part : parts) {
                response.write(chunk("{\"content\":\"" + part + "\"}", "null"));
            }
            response.write(chunk("{}", "\"stop\""));
            end(response);
        };
    }

    private static Consumer<HttpServerResponse> calls(String tool, String arguments) {
        return response -> {
            begin(response);
            response.write(chunk(
                    "{\"tool_calls\":[{\"index\":0,\"id\":\"call-1\",\"type\":\"function\",\"function\":{\"name\":\""
                            + tool + "\",\"arguments\":\"" + arguments + "\"}}]}",
                    "null"));
            response.write(chunk("{}", "\"tool_calls\""));
            end(response);
        };
    }

    private static HttpServerResponse begin(HttpServerResponse response) {
        return response.setChunked(true).putHeader("content-type", "text/event-stream");
    }

    private static String chunk(String delta, String finish) {
        return "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"model\":\"scripted\",\"choices\":[{\"index\":0,"
                + "\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    private static void end(HttpServerResponse response) {
        response.write("data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"model\":\"scripted\",\"choices\":[],"
                + "\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":5,\"total_tokens\":25,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n");
        response.end("data: [DONE]\n\n");
    }
}
