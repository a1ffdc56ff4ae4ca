package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.opentelemetry.api.OpenTelemetry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.executor.http.HttpConfiguration;
import io.ticktock.executor.secret.SecretsConfiguration;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionStatus;
import io.ticktock.proto.v1.TaskExecution;
import io.ticktock.proto.v1.TaskInput;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The http type, from the text of a graph over a real server to the record. */
class HttpTaskTest {

    private static final ExecutorConfiguration CONFIGURATION = new ExecutorConfiguration(
            8,
            8,
            8,
            2,
            1 << 20,
            8 << 20,
            8 << 20,
            1 << 20,
            100,
            Duration.ofHours(1),
            new HttpConfiguration(Duration.ofSeconds(20), 1 << 20, 5, List.of("127.0.0.1"), Optional.empty()),
            SecretsConfiguration.NONE);

    @Test
    void aCallIsMadeOfTheSettingsAndItsAnswerMapped() throws Exception {
        Handler<HttpServerRequest> server = request -> request.body()
                .onSuccess(body -> request.response()
                        .putHeader("Content-Type", "application/json")
                        .end("{\"saw\": \"" + request.method() + " " + request.uri() + " "
                                + request.getHeader("authorization")
                                + " " + request.getHeader("content-type") + " " + body.length()
                                + "\", \"usage\": {\"total\": 12, \"in\": 10}}"));
        String task = """
                type: http
                    method: POST
                    url: "http://127.0.0.1:PORT/chat"
                    query: {q: "${input.q}", none: "${input.?none.orValue(null)}"}
                    headers: {Authorization: "Bearer ${input.key}"}
                    json: {model: small}
                    telemetry:
                      tokens_used: ${body.usage.total}
                      cost_usd: ${body.usage.total * 0.00001}
                      input_tokens: ${body.usage['in']}
                      answers: 1
                    output: {saw: "${body.saw}", status: "${status}", type: "${headers['content-type']}"}
                """;
        TaskExecution execution = run(server, task, "{\"q\":\"a b&c\",\"key\":\"k\"}");
        assertEquals(
                "{\"saw\":\"POST /chat?q=a%20b%26c Bearer k application/json 17\",\"status\":200,\"type\":\"application/json\"}",
                inline(execution));
        assertEquals(12, execution.getTelemetry().getTokensUsed());
        assertEquals(120, execution.getTelemetry().getCostMicros());
        assertEquals(10, execution.getTelemetry().getUsage().getInputTokens());
        assertEquals(17, execution.getTelemetry().getUsage().getBytesOut());
        assertTrue(execution.getTelemetry().getUsage().getBytesIn() > 50);
        assertEquals(1.0, execution.getTelemetry().getMeasuresOrThrow("answers"));
    }

    @Test
    void whatChangesSomethingCarriesTheIdempotencyKey() throws Exception {
        Handler<HttpServerRequest> server = request -> request.response()
                .putHeader("Content-Type", "text/plain")
                .end(String.valueOf(request.getHeader("idempotency-key")));
        TaskExecution post = run(server, "{type: http, method: POST, url: \"http://127.0.0.1:PORT/\", body: x}", "{}");
        assertEquals(post.getHeaders().getIdempotencyKey(), inline(post));
        assertEquals("null", inline(run(server, "{type: http, url: \"http://127.0.0.1:PORT/\"}", "{}")));
        String own =
                "{type: http, method: PUT, url: \"http://127.0.0.1:PORT/\", headers: {Idempotency-Key: own}, body: x}";
        assertEquals("own", inline(run(server, own, "{}")));
    }

    @Test
    void whoIsCalledLearnsWhichSpanItIsFor() throws Exception {
        Handler<HttpServerRequest> server = request -> request.response()
                .putHeader("Content-Type", "text/plain")
                .end(String.valueOf(request.getHeader("traceparent")));
        String task = "{type: http, url: \"http://127.0.0.1:PORT/\"}";
        String own = "{type: http, url: \"http://127.0.0.1:PORT/\", headers: {Traceparent: own}}";
        Tracing all = Tracing.with(OpenTelemetry.noop().getTracer("test"), 1);
        Tracing none = Tracing.with(OpenTelemetry.noop().getTracer("test"), 0);
        TaskExecution traced = run(server, task, "{}", all);
        ExecutionHeaders headers = traced.getHeaders();
        assertEquals(
                "00-" + headers.getLifetimeId().replace("-", "") + "-"
                        + headers.getExecId().replace("-", "").substring(16) + "-01",
                inline(traced));
        assertEquals("own", inline(run(server, own, "{}", all)));
        assertEquals("null", inline(run(server, task, "{}", none)));
        assertEquals("null", inline(run(server, task, "{}")));
    }

    @Test
    void theBodyIsPassedOnAsTheBytesThatCame() throws Exception {
        byte[] image = {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff};
        Handler<HttpServerRequest> server = request -> {
            switch (request.path()) {
                case "/image" ->
                    request.response().putHeader("Content-Type", "image/png").end(Buffer.buffer(image));
                case "/latin" ->
                    request.response()
                            .putHeader("Content-Type", "text/plain; charset=iso-8859-1")
                            .end(Buffer.buffer(new byte[] {(byte) 0xe4}));
                case "/empty" -> request.response().setStatusCode(204).end();
                default ->
                    request.response()
                            .putHeader("Content-Type", "application/json")
                            .end(" [1 , 2.50]");
            }
        };
        var payload = run(server, "{type: http, url: \"http://127.0.0.1:PORT/image\"}", "{}")
                .getResult()
                .getPayload();
        assertEquals("image/png", payload.getMediaType());
        assertEquals(ByteString.copyFrom(image), payload.getInline());
        assertEquals("ä", inline(run(server, "{type: http, url: \"http://127.0.0.1:PORT/latin\"}", "{}")));
        assertEquals("null", inline(run(server, "{type: http, url: \"http://127.0.0.1:PORT/empty\"}", "{}")));
        assertEquals(" [1 , 2.50]", inline(run(server, "{type: http, url: \"http://127.0.0.1:PORT/json\"}", "{}")));
    }

    @Test
    void theStatusSaysWhetherToTryAgain() throws Exception {
        Handler<HttpServerRequest> server = request -> request.response()
                .setStatusCode(Integer.parseInt(request.path().substring(1)))
                .putHeader("Retry-After", "7")
                .putHeader("Content-Type", "application/json")
                .end("{ \"error\":\n\"so it is\"}");
        for (int status : new int[] {400, 404, 408, 425, 429, 500, 503}) {
            TaskExecution execution =
                    run(server, "{type: http, url: \"http://127.0.0.1:PORT/" + status + "?key=secret\"}", "{}");
            assertEquals("http_" + status, execution.getError().getCode());
            assertEquals(status != 400 && status != 404, execution.getError().getRetryable(), "" + status);
            assertEquals(7_000, execution.getError().getRetryAfterMs());
            String message = execution.getError().getMessage();
            assertTrue(message.contains("answered " + status + ": { \"error\": \"so it is\"}"), message);
            assertFalse(message.contains("secret"), message);
        }
        String expecting =
                "{type: http, url: \"http://127.0.0.1:PORT/404\", expect: status == 404, output: \"${status}\"}";
        assertEquals("404", inline(run(server, expecting, "{}")));
    }

    @Test
    void garbageInPlaceOfJsonIsAFailureThatMayPass() throws Exception {
        Handler<HttpServerRequest> server = request ->
                request.response().putHeader("Content-Type", "application/json").end("<html>");
        TaskExecution execution = run(server, "{type: http, url: \"http://127.0.0.1:PORT/\"}", "{}");
        assertEquals("http_invalid_json", execution.getError().getCode());
        assertTrue(execution.getError().getRetryable());
    }

    @Test
    void telemetryThatIsMissingFailsTheAttempt() throws Exception {
        Handler<HttpServerRequest> server = request ->
                request.response().putHeader("Content-Type", "application/json").end("{}");
        String task = "{type: http, url: \"http://127.0.0.1:PORT/\", telemetry: {tokens_used: \"${body.usage}\"}}";
        assertEquals("expression_failed", run(server, task, "{}").getError().getCode());
    }

    @Test
    void anAddressInsideIsRefusedForGood() throws Exception {
        TaskExecution execution =
                run(request -> request.response().end(), "{type: http, url: \"http://127.0.0.2:PORT/\"}", "{}");
        assertEquals("http_address_refused", execution.getError().getCode());
        assertFalse(execution.getError().getRetryable());
    }

    @Test
    void aUrlThatIsNoneIsAClearFailure() throws Exception {
        TaskExecution execution = run(
                request -> request.response().end(),
                "{type: http, url: \"${input.url}\"}",
                "{\"url\":\"http://a b/\"}");
        assertEquals("http_invalid_request", execution.getError().getCode());
    }

    @Test
    void aLargeAnswerIsSpilled() throws Exception {
        Handler<HttpServerRequest> server = request -> request.response()
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end("x".repeat(1 << 20));
        String task = "{type: http, url: \"http://127.0.0.1:PORT/\", output: {text: \"${body}\"}}";
        assertTrue(run(server, task, "{}").getResult().getPayload().hasBlob());
    }

    @Test
    void aCallThatIsMadeOfLargeInputsWorksToo() throws Exception {
        Handler<HttpServerRequest> server = request -> request.body()
                .onSuccess(body -> request.response()
                        .putHeader("Content-Type", "text/plain")
                        .end("" + body.length()));
        String task = "{type: http, method: POST, url: \"http://127.0.0.1:PORT/\", json: \"${input}\"}";
        assertEquals("100002", inline(run(server, task, "\"" + "x".repeat(100_000) + "\"")));
    }

    @Test
    void theTimeoutOfTheNodeIsThatOfTheCall() throws Exception {
        String task = "{type: http, url: \"http://127.0.0.1:PORT/\", timeout: 300ms}";
        TaskExecution execution = run(request -> {}, task, "{}");
        assertTrue(
                List.of("timed_out", "http_timeout")
                        .contains(execution.getError().getCode()),
                execution.getError().getCode());
        assertTrue(execution.getTelemetry().getLatencyMs() < 10_000);
    }

    @Test
    void aCancelledCallIsGivenUp() throws Exception {
        CompletableFuture<Void> closed = new CompletableFuture<>();
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION)) {
            int port = serve(fixture, request -> {
                request.connection().closeHandler(gone -> closed.complete(null));
                arrived.complete(null);
            });
            fixture.graph(graph("{type: http, url: \"http://127.0.0.1:PORT/\"}", port));
            TaskInput input = fixture.task("a").build();
            fixture.dispatch(input);
            arrived.get(20, TimeUnit.SECONDS);
            fixture.bus.publish(
                    Addresses.EXECUTOR_CANCEL,
                    CancelExecutions.newBuilder()
                            .setTenantId(ExecutorFixture.TENANT)
                            .addExecIds(input.getHeaders().getExecId())
                            .build());
            closed.get(20, TimeUnit.SECONDS);
            assertEquals(
                    ExecutionStatus.EXECUTION_STATUS_CANCELLED,
                    fixture.state
                            .task(input.getHeaders().getExecId())
                            .get(20, TimeUnit.SECONDS)
                            .getHeaders()
                            .getStatus());
        }
    }

    private static TaskExecution run(Handler<HttpServerRequest> server, String task, String input) throws Exception {
        return run(server, task, input, Tracing.OFF);
    }

    private static TaskExecution run(Handler<HttpServerRequest> server, String task, String input, Tracing tracing)
            throws Exception {
        try (ExecutorFixture fixture = new ExecutorFixture(CONFIGURATION, graph(task, 1), false, tracing)) {
            fixture.graph(graph(task, serve(fixture, server)));
            fixture.state.input = FakeState.json(input);
            return fixture.run(fixture.task("a"));
        }
    }

    private static int serve(ExecutorFixture fixture, Handler<HttpServerRequest> server) throws Exception {
        return ExecutorFixture.await(
                        fixture.vertx.createHttpServer().requestHandler(server).listen(0, "127.0.0.1"))
                .actualPort();
    }

    private static String graph(String task, int port) {
        String indented = task.startsWith("{") ? task : "\n    " + task;
        return "graph: g\nversion: 1.0.0\nstart: a\ntasks:\n  a: " + indented.replace("PORT", "" + port)
                + "\nedges: [\"a -> END [FINAL]\"]\n";
    }

    private static String inline(TaskExecution execution) {
        assertEquals(
                ExecutionStatus.EXECUTION_STATUS_SUCCEEDED,
                execution.getHeaders().getStatus(),
                () -> execution.getError().getMessage());
        return execution.getResult().getPayload().getInline().toStringUtf8();
    }
}
