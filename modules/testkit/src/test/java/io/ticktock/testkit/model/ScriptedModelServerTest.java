package io.ticktock.testkit.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.sdk.Json;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.model.ModelLedger.Entry;
import io.ticktock.testkit.model.ModelLedger.Outcome;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScriptedModelServerTest {

    private static final String RULES = """
            {"rules": [
              {"when": {"last": "limit"}, "reply": {"status": 429, "code": "rate_limit_exceeded", "retry_after": 7}},
              {"when": {"last": "cut"}, "reply": {"text": "this is not the end of it", "ending": "CUT"}},
              {"when": {"last": "endless"}, "reply": {"text": "and so on ", "ending": "ENDLESS"}},
              {"when": {"last": "garbage"}, "reply": {"garbage": "<html>"}},
              {"when": {"offers": "add", "after_tools": false},
               "reply": {"calls": [{"name": "add", "arguments": {"a": 1234567890123, "b": "somewhat longer"}}]}},
              {"when": {"after_tools": true}, "reply": {"text": "Done \\ud83d\\ude00 with all of it."}}
            ]}""";

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private ScriptedModelServer server;

    @BeforeEach
    void start() {
        server = Awaiting.result(ScriptedModelServer.start(vertx, 0, RuleScript.parse(RULES)));
    }

    @AfterEach
    void stop() {
        Awaiting.result(vertx.close());
    }

    @Test
    void whatIsStreamedIsWhatIsGivenAsOne() throws Exception {
        String messages =
                "[{\"role\": \"user\", \"content\": \"add\"}], \"tools\": [{\"type\": \"function\", \"function\":"
                        + " {\"name\": \"add\", \"parameters\": {\"type\": \"object\"}}}]";
        Map<?, ?> whole = tree(ask(messages).body());
        Map<?, ?> message = (Map<?, ?>) at(whole, "choices", 0, "message");
        String arguments = (String) at(message, "tool_calls", 0, "function", "arguments");
        StringBuilder streamed = new StringBuilder();
        List<String> events = events(messages);
        for (String event : events) {
            if (event.contains("\"tool_calls\":")) {
                streamed.append(at(tree(event), "choices", 0, "delta", "tool_calls", 0, "function", "arguments"));
            }
        }
        assertEquals(arguments, streamed.toString());
        assertEquals("[DONE]", events.get(events.size() - 1));
        assertEquals(whole.get("usage"), tree(events.get(events.size() - 2)).get("usage"));
        assertEquals("tool_calls", at(tree(events.get(events.size() - 3)), "choices", 0, "finish_reason"));
    }

    @Test
    void aLedgerThatIsFullTakesNoMore() {
        ModelLedger ledger = new ModelLedger();
        ModelRequest request = ModelRequest.of(
                Json.parse("{\"model\": \"m\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}"));
        for (int number = 0; number < 100_000; number++) {
            assertEquals(OptionalInt.of(number), ledger.open(request, ""));
        }
        assertEquals(OptionalInt.empty(), ledger.open(request, ""));
    }

    @Test
    void theLedgerHasWhatWasTold() throws Exception {
        List<String> events = events(
                "[{\"role\": \"system\", \"content\": \"sixteen letters.\"}, {\"role\": \"tool\", \"content\": \"3\"}]");
        StringBuilder text = new StringBuilder();
        events.subList(1, events.size() - 3)
                .forEach(event -> text.append(at(tree(event), "choices", 0, "delta", "content")));
        assertEquals("Done \ud83d\ude00 with all of it.", text.toString());
        Map<?, ?> usage = (Map<?, ?>) tree(events.get(events.size() - 2)).get("usage");
        Entry entry = server.ledger().finished().get(0);
        assertEquals(usage.get("prompt_tokens"), entry.inputTokens());
        assertEquals(usage.get("completion_tokens"), entry.outputTokens());
        assertEquals(4L, entry.cachedTokens());
        assertEquals(4L, at(usage, "prompt_tokens_details", "cached_tokens"));
        String shown = client.send(
                        HttpRequest.newBuilder(URI.create(server.url().replace("/v1", "/ledger")))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        assertEquals(entry.costMicros(), at(tree(shown), "entries", 0, "cost_micros"));
    }

    @Test
    void errorsAreThoseOfTheProtocol() throws Exception {
        HttpResponse<String> limited = ask("[{\"role\": \"user\", \"content\": \"limit\"}]");
        assertEquals(429, limited.statusCode());
        assertEquals("7", limited.headers().firstValue("Retry-After").orElse(""));
        assertEquals("rate_limit_error", at(tree(limited.body()), "error", "type"));
        HttpResponse<String> faulty = ask("[]");
        assertEquals(400, faulty.statusCode());
        assertEquals("messages", at(tree(faulty.body()), "error", "param"));
        assertEquals(
                "<html>",
                ask("[{\"role\": \"user\", \"content\": \"garbage\"}]").body());
        assertEquals(
                List.of(Outcome.REFUSED, Outcome.CUT),
                server.ledger().entries().stream().map(Entry::outcome).toList());
    }

    @Test
    void whatIsCutIsNotedAsCut() {
        assertThrows(IOException.class, () -> events("[{\"role\": \"user\", \"content\": \"cut\"}]"));
        Entry cut = server.ledger().entries().get(0);
        assertEquals(Outcome.CUT, cut.outcome());
        assertTrue(cut.outputTokens() > 0, cut::toString);
    }

    @Test
    void whoLeavesAnEndlessAnswerIsNoted() throws Exception {
        HttpResponse<InputStream> response = client.send(
                request("[{\"role\": \"user\", \"content\": \"endless\"}], \"stream\": true"),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            assertEquals(4_096, body.readNBytes(4_096).length);
        }
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (server.ledger().entries().get(0).outcome() == Outcome.OPEN) {
            assertTrue(Instant.now().isBefore(deadline), "nobody noticed");
            Thread.sleep(5);
        }
        assertEquals(Outcome.LEFT, server.ledger().entries().get(0).outcome());
    }

    @Test
    void whereNoRuleMatchesTheAnswerFits() throws Exception {
        String schema = "{\"type\": \"object\", \"properties\": {\"ok\": {\"type\": \"boolean\"}, \"names\": {\"type\":"
                + " \"array\", \"minItems\": 2, \"items\": {\"type\": \"string\"}}}}";
        String body = ask("[{\"role\": \"user\", \"content\": \"x\"}], \"response_format\": {\"type\": \"json_schema\","
                        + " \"json_schema\": {\"name\": \"x\", \"schema\": " + schema + "}}")
                .body();
        Object content = Json.parse((String) at(tree(body), "choices", 0, "message", "content"));
        assertEquals(Map.of("ok", true, "names", List.of("scripted names", "scripted names")), content);
    }

    private HttpResponse<String> ask(String messages) throws IOException, InterruptedException {
        return client.send(request(messages), HttpResponse.BodyHandlers.ofString());
    }

    private List<String> events(String messages) throws IOException, InterruptedException {
        return client.send(
                        request(messages + ", \"stream\": true, \"stream_options\": {\"include_usage\": true}"),
                        HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    private HttpRequest request(String messages) {
        return HttpRequest.newBuilder(URI.create(server.url() + "/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"scripted\", \"messages\": " + messages + "}"))
                .build();
    }

    private static Map<?, ?> tree(String json) {
        return (Map<?, ?>) Json.parse(json);
    }

    private static Object at(Object tree, Object... path) {
        Object at = tree;
        for (Object step : path) {
            at = step instanceof Integer index ? ((List<?>) at).get(index) : ((Map<?, ?>) at).get(step);
        }
        return at;
    }
}
