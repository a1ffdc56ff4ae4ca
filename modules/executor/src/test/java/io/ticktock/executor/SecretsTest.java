package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.executor.http.HttpConfiguration;
import io.ticktock.executor.secret.SecretsConfiguration;
import io.ticktock.proto.v1.ExecutionError;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.sdk.HandlerFailure;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.Value;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets reach what handlers call, and nothing that is recorded. */
class SecretsTest {

    private static final String SECRET = "s3cr3t/\"value\" +%";
    private static final String OWN = """
            graph: g
            version: 1.0.0
            start: a
            tasks: {a: {type: test.task, key: secret:API_KEY, plain: text}}
            edges: ["a -> END [FINAL]"]
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void keep() throws Exception {
        put("acme", "API_KEY", SECRET + "\n");
    }

    private void put(String tenant, String name, String value) throws Exception {
        Path file = Files.createDirectories(folder.resolve(tenant)).resolve(name);
        Files.writeString(file, value);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private ExecutorConfiguration configuration() {
        return new ExecutorConfiguration(
                8,
                8,
                8,
                2,
                1 << 10,
                8 << 20,
                8 << 20,
                1 << 20,
                100,
                Duration.ofHours(1),
                new HttpConfiguration(Duration.ofSeconds(20), 1 << 20, 5, List.of("127.0.0.1"), Optional.empty()),
                new SecretsConfiguration(Optional.of(folder), Map.of("ELSEWHERE", "of the default tenant")));
    }

    private TaskExecution run(TaskHandler handler) throws Exception {
        TestTaskType.HANDLERS.put("a", handler);
        try (ExecutorFixture fixture = new ExecutorFixture(configuration(), OWN)) {
            TaskExecution execution = fixture.run(fixture.task("a"));
            assertHidden(execution.toByteString());
            return execution;
        }
    }

    private static void assertHidden(ByteString bytes) {
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        assertFalse(text.contains(SECRET), text);
        assertFalse(text.contains("value\\\" +%"), text);
    }

    @Test
    void aHandlerGetsItAndAResultHasTheReferenceInstead() throws Exception {
        Map<String, Object> seen = new LinkedHashMap<>();
        TaskExecution execution = run(TaskHandler.blocking(context -> {
            seen.putAll(context.settings().tree());
            String key = (String) context.settings().get("key");
            return TaskOutcome.json(Map.of("told", List.of("it is " + key + "!"), key, 1));
        }));
        assertEquals(Map.of("key", SECRET, "plain", "text"), seen);
        String json = execution.getResult().getPayload().getInline().toStringUtf8();
        assertTrue(json.contains("\"it is secret:API_KEY!\""), json);
        assertTrue(json.contains("\"secret:API_KEY\":1"), json);
    }

    @Test
    void textIsRedactedAndBytesAreRefused() throws Exception {
        TaskExecution text = run(TaskHandler.blocking(context -> TaskOutcome.success(Value.of(
                "text/plain", ByteString.copyFromUtf8("my " + context.settings().get("key"))))));
        assertEquals(
                "my secret:API_KEY", text.getResult().getPayload().getInline().toStringUtf8());
        ExecutionError bytes = run(TaskHandler.blocking(context -> TaskOutcome.success(Value.of(
                        "image/png",
                        ByteString.copyFromUtf8("\u0000" + context.settings().get("key"))))))
                .getError();
        assertEquals("secret_in_result", bytes.getCode());
        assertFalse(bytes.getRetryable());
    }

    @Test
    void aStreamThatTellsItIsRefusedWhereverItStands() throws Exception {
        for (int before : new int[] {0, 100, (1 << 16) - 5, (1 << 20) - 3, 300_000}) {
            ExecutionError error = run(TaskHandler.blocking(context -> TaskOutcome.stream(
                            "text/plain",
                            new ByteArrayInputStream(
                                    ("x".repeat(before) + context.settings().get("key") + "y".repeat(50_000))
                                            .getBytes(StandardCharsets.UTF_8)))))
                    .getError();
            assertEquals("secret_in_result", error.getCode(), () -> "behind " + before + " bytes: " + error);
        }
    }

    @Test
    void errorsHaveTheReferenceInstead() throws Exception {
        ExecutionError given = run(TaskHandler.blocking(context -> TaskOutcome.failure(
                        "refused", "x".repeat(1_990) + context.settings().get("key"), false)))
                .getError();
        assertTrue(given.getMessage().contains("secret:API"), given::getMessage);
        ExecutionError thrown = run(TaskHandler.blocking(context -> {
                    throw new IllegalStateException(
                            "bad key " + context.settings().get("key"), new HandlerFailure("x", "y", false));
                }))
                .getError();
        assertEquals("handler_failed", thrown.getCode());
        assertTrue(thrown.getMessage().endsWith("bad key secret:API_KEY"), thrown::getMessage);
        ExecutionError encoded = run(TaskHandler.blocking(context -> TaskOutcome.failure(
                        "refused",
                        Base64.getEncoder()
                                .encodeToString(
                                        ((String) context.settings().get("key")).getBytes(StandardCharsets.UTF_8)),
                        false)))
                .getError();
        assertTrue(encoded.getMessage().startsWith("secret:API_KEY"), encoded::getMessage);
    }

    @Test
    void aQuestionThatTellsItIsNotAsked() throws Exception {
        ExecutionError error = run(TaskHandler.blocking(context -> TaskOutcome.waitForAnswer(HumanRequest.newBuilder()
                        .setPrompt("Is it " + context.settings().get("key") + "?")
                        .setDetails(Payload.getDefaultInstance())
                        .build())))
                .getError();
        assertEquals("secret_in_result", error.getCode());
    }

    @Test
    void whatIsMissingIsNamedAndOthersSecretsAreMissing() throws Exception {
        put("rival", "THEIRS", "a secret of theirs");
        for (String name : new String[] {"MISSING", "THEIRS", "ELSEWHERE"}) {
            ExecutionError error = failure(name);
            assertEquals("secret_missing", error.getCode());
            assertEquals("there is no secret " + name, error.getMessage());
            assertFalse(error.getRetryable());
        }
    }

    @Test
    void whatOthersMayReadOrIsTooShortIsNotUsed() throws Exception {
        put("acme", "OPEN", "everybody knows");
        Files.setPosixFilePermissions(folder.resolve("acme/OPEN"), PosixFilePermissions.fromString("rw-r-----"));
        put("acme", "SHORT", "1234567");
        put("acme", "LONG", "x".repeat(20_000));
        Files.write(folder.resolve("acme/SHORT"), new byte[] {'1', '2', '3'});
        assertTrue(failure("OPEN").getMessage().contains("chmod 600"));
        for (String name : new String[] {"OPEN", "SHORT", "LONG"}) {
            ExecutionError error = failure(name);
            assertEquals("secret_unusable", error.getCode(), error::getMessage);
            assertFalse(error.getMessage().contains(folder.toString()), error::getMessage);
        }
    }

    private ExecutionError failure(String name) throws Exception {
        TestTaskType.HANDLERS.put("a", TaskHandler.blocking(context -> TaskOutcome.json("it ran")));
        try (ExecutorFixture fixture = new ExecutorFixture(configuration(), OWN.replace("API_KEY", name))) {
            return fixture.run(fixture.task("a")).getError();
        }
    }

    @Test
    void aChangedSecretCountsAtOnce() throws Exception {
        run(TaskHandler.blocking(context -> TaskOutcome.json(null)));
        put("acme", "API_KEY", "another value");
        List<Object> seen = new ArrayList<>();
        run(TaskHandler.blocking(context -> {
            seen.add(context.settings().get("key"));
            return TaskOutcome.json(null);
        }));
        assertEquals(List.of("another value"), seen);
    }

    @Test
    void aRequestCarriesItAndItsEchoDoesNot() throws Exception {
        put("acme", "HEADER", "Bearer abcdefgh12345");
        put("acme", "QUERY", "q-secret value");
        ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
        Handler<HttpServerRequest> echo = request -> request.body().onSuccess(body -> {
            seen.add(request.getHeader("authorization") + " " + request.getParam("q") + " " + body);
            request.response()
                    .setStatusCode(request.path().equals("/fails") ? 401 : 200)
                    .putHeader("Content-Type", "application/json")
                    .putHeader("X-Echo", request.getHeader("authorization"))
                    .end("{\"token\": \"abcdefgh12345\", \"uri\": \"" + request.uri()
                            + "\", \"escaped\": \"\\u0062bcdefgh12345 \\u0061bcdefgh12345\"}");
        });
        for (String path : new String[] {"/works", "/fails"}) {
            TaskExecution execution = call(echo, path);
            assertEquals("Bearer abcdefgh12345 q-secret value {\"k\":[\"s3cr3t/\\\"value\\\" +%\"]}", seen.remove());
            String record = execution.toString();
            for (String part : new String[] {"abcdefgh12345", "q-secret", "s3cr3t"}) {
                assertFalse(record.replace("bbcdefgh12345", "").contains(part), record);
            }
            assertTrue(record.contains("secret:HEADER"), record);
            assertEquals(path.equals("/works"), record.contains("\\\"unseen\\\":true"), record);
        }
    }

    private TaskExecution call(Handler<HttpServerRequest> server, String path) throws Exception {
        String graph = """
                graph: g
                version: 1.0.0
                start: a
                tasks:
                  a:
                    type: http
                    method: POST
                    url: "http://127.0.0.1:PORT%s"
                    headers: {Authorization: secret:HEADER}
                    query: {q: secret:QUERY}
                    json: {k: [secret:API_KEY]}
                    output:
                      body: ${body}
                      echo: ${headers['x-echo']}
                      # Expressions could disguise what they saw.
                      unseen: ${body.token == 'secret:HEADER' && headers['x-echo'] == 'secret:HEADER'}
                edges: ["a -> END [FINAL]"]
                """.formatted(path);
        try (ExecutorFixture fixture = new ExecutorFixture(configuration(), OWN)) {
            int port = ExecutorFixture.await(fixture.vertx
                            .createHttpServer()
                            .requestHandler(server)
                            .listen(0, "127.0.0.1"))
                    .actualPort();
            fixture.graph(graph.replace("PORT", Integer.toString(port)));
            return fixture.run(fixture.task("a"));
        }
    }
}
