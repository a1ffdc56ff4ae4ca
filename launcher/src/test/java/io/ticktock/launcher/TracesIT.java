package io.ticktock.launcher;

import static io.ticktock.launcher.OtlpReceiver.attributes;
import static io.ticktock.launcher.OtlpReceiver.id;
import static io.ticktock.launcher.OtlpReceiver.parent;
import static io.ticktock.launcher.OtlpReceiver.trace;
import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lifetimes as traces, at a real receiver of OTLP. */
class TracesIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final String CALLERS_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLERS_SPAN = "b7ad6b7169203331";
    private static final String TRACE_PARENT = "00-" + CALLERS_TRACE + "-" + CALLERS_SPAN + "-01";

    private static final String ASK = """
            graph: ask
            version: 1.0.0
            start: begin
            tasks:
              begin: {type: transform, output: {n: 1}}
              ask: {type: human, prompt: "Go on?"}
            plans:
              then: {type: next, next: ask}
              done: {type: next, next: END}
            edges:
              - begin -> then
              - then -> ask
              - ask -> done
              - done -> END [FINAL]
            """;

    @TempDir
    private Path folder;

    private static String sentTo(String endpoint) {
        return "telemetry.otlp_endpoint=" + endpoint;
    }

    @Test
    void aLifetimeIsOneTraceUnderWhoeverAskedForIt() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                ServedApi api = ServedApi.start(folder, sentTo(receiver.endpoint()))) {
            String key = api.tenant("traced");
            api.register(key, NEWTON);
            HttpResponse<byte[]> started = api.send(api.request(key, "/v1/lifetimes")
                    .header("traceparent", TRACE_PARENT)
                    .POST(BodyPublishers.ofString("{\"graph\": \"newton\", \"input\": {\"n\": 2}}")));
            assertEquals(201, started.statusCode(), () -> ServedApi.text(started));
            String lifetime = started.headers().firstValue("Location").orElseThrow();
            api.awaitStatus(key, lifetime, "completed");
            JsonNode executions = json(api.get(key, lifetime + "/executions")).get("executions");
            String lifetimeId = lifetime.substring(lifetime.lastIndexOf('/') + 1);
            String traceId = lifetimeId.replace("-", "");

            List<Span> spans = receiver.await(traceId, span -> parent(span).isEmpty());
            Span root = only(spans, "lifetime newton");
            assertEquals("", parent(root));
            assertEquals("completed", attributes(root).get("ticktock.status"));
            assertEquals("invoke_agent", attributes(root).get("gen_ai.operation.name"));
            Map<String, Span> byId = spans.stream().collect(Collectors.toMap(OtlpReceiver::id, Function.identity()));
            for (Span span : spans) {
                assertTrue(parent(span).isEmpty() || byId.containsKey(parent(span)), span::toString);
            }
            for (JsonNode execution : executions) {
                requireAttempt(byId, spans, root, execution);
            }
            // Beside them the span of the whole, and that of the start.
            assertEquals(3 * executions.size() + 2, spans.size());

            Span start = only(spans, "start lifetime");
            assertEquals(id(root), parent(start));
            List<Span> asked =
                    receiver.await(CALLERS_TRACE, span -> span.getName().contains("/v1/lifetimes"));
            assertEquals(1, asked.size());
            assertEquals(CALLERS_SPAN, parent(asked.get(0)));
            assertEquals("POST /v1/lifetimes", asked.get(0).getName());
            assertEquals("201", attributes(asked.get(0)).get("http.response.status_code"));
            assertEquals(1, start.getLinksCount());
            assertEquals(
                    id(asked.get(0)),
                    HexFormat.of().formatHex(start.getLinks(0).getSpanId().toByteArray()));
            assertEquals(
                    CALLERS_TRACE,
                    HexFormat.of().formatHex(start.getLinks(0).getTraceId().toByteArray()));
        }
    }

    private static void requireAttempt(Map<String, Span> byId, List<Span> spans, Span root, JsonNode execution) {
        String execId = execution.get("exec_id").asText();
        Span attempt = byId.get(execId.replace("-", "").substring(16));
        assertEquals(id(root), parent(attempt));
        Map<String, String> told = attributes(attempt);
        assertEquals(execId, told.get("ticktock.exec_id"));
        assertEquals(execution.get("node").asText(), told.get("ticktock.node.id"));
        assertEquals(execution.get("kind").asText(), told.get("ticktock.node.kind"));
        assertTrue(List.of("transform", "rules").contains(told.get("ticktock.node.type")), told::toString);
        assertEquals("1", told.get("ticktock.attempt"));
        assertEquals("succeeded", told.get("ticktock.status"));
        assertEquals(1, children(spans, attempt, "append record"));
        assertEquals(1, children(spans, attempt, "decide"));
    }

    private static long children(List<Span> spans, Span parent, String name) {
        return spans.stream()
                .filter(span ->
                        parent(span).equals(id(parent)) && span.getName().equals(name))
                .count();
    }

    private static Span only(List<Span> spans, String name) {
        List<Span> found =
                spans.stream().filter(span -> span.getName().equals(name)).toList();
        assertEquals(
                1,
                found.size(),
                () -> name + " in " + spans.stream().map(Span::getName).toList());
        return found.get(0);
    }

    @Test
    void errorsAreMarkedAndNothingThatWasPassedIsTold() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                ServedApi api = ServedApi.start(folder, sentTo(receiver.endpoint()))) {
            String key = api.tenant("failing");
            HttpResponse<byte[]> made = api.post(key, "/v1/graphs", """
                    graph: failing
                    version: 1.0.0
                    start: divide
                    tasks: {divide: {type: transform, output: {said: "${input.canary}", x: "${1 / input.zero}"}}}
                    edges: ["divide -> END [FINAL]"]
                    """);
            assertEquals(201, made.statusCode(), () -> ServedApi.text(made));
            String lifetime = api.start(
                    key,
                    "{\"graph\": \"failing\", \"input\": {\"zero\": 0, \"canary\": \"canary-said\"},"
                            + " \"labels\": {\"of\": \"canary-label\"}}");
            api.awaitStatus(key, lifetime, "failed");
            String traceId = lifetime.substring(lifetime.lastIndexOf('/') + 1).replace("-", "");
            List<Span> spans = receiver.await(traceId, span -> parent(span).isEmpty());
            for (Span failed : List.of(only(spans, "task divide"), only(spans, "lifetime failing"))) {
                assertEquals(StatusCode.STATUS_CODE_ERROR, failed.getStatus().getCode());
                assertFalse(attributes(failed).get("error.type").isEmpty());
            }
            assertEquals(
                    "expression_failed", attributes(only(spans, "task divide")).get("error.type"));
            assertFalse(receiver.spans().toString().contains("canary-"));
            assertFalse(receiver.spans().toString().contains(key));
        }
    }

    @Test
    void anRpcIsInTheTraceOfItsCaller() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                ServedApi api = ServedApi.start(folder, sentTo(receiver.endpoint()))) {
            api.register("", NEWTON);
            String lifetime = api.start("", "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
            api.awaitStatus("", lifetime, "completed");
            String lifetimeId = lifetime.substring(lifetime.lastIndexOf('/') + 1);
            URI address = api.request("", "/").build().uri();
            ServiceMethod<GetLifetimeResponse, GetLifetimeRequest> method = ServiceMethod.client(
                    ServiceName.create("ticktock.v1.DataPlaneService"),
                    "GetLifetime",
                    GrpcMessageEncoder.encoder(),
                    GrpcMessageDecoder.decoder(GetLifetimeResponse.getDefaultInstance()));
            Vertx vertx = Vertx.vertx();
            GrpcClient client = GrpcClient.client(vertx);
            SocketAddress server = SocketAddress.inetSocketAddress(address.getPort(), address.getHost());
            try {
                GetLifetimeResponse found =
                        Client.await(client.request(server, method).compose(call -> {
                            call.headers().set("traceparent", TRACE_PARENT);
                            call.end(GetLifetimeRequest.newBuilder()
                                    .setLifetimeId(lifetimeId)
                                    .build());
                            return call.response()
                                    .compose(GrpcClientResponse::last)
                                    .timeout(20, TimeUnit.SECONDS);
                        }));
                assertEquals(lifetimeId, found.getLifetime().getLifetimeId());
            } finally {
                Client.await(client.close().eventually(vertx::close));
            }
            Span asked = receiver.await(CALLERS_TRACE, span -> true).get(0);
            assertEquals(CALLERS_SPAN, parent(asked));
            assertEquals("ticktock.v1.DataPlaneService/GetLifetime", asked.getName());
            assertEquals("OK", attributes(asked).get("rpc.response.status_code"));
        }
    }

    /** Neither one that refuses connections nor one that never answers. */
    @Test
    void aCollectorThatIsAwayHurtsNobody() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            requireGoesOn(folder.resolve("silent"), "http://127.0.0.1:" + silent.getLocalPort());
        }
        requireGoesOn(folder.resolve("refusing"), "http://127.0.0.1:1");
    }

    /** In a process of its own: who is being stopped is interrupted, also while it writes to the log. */
    private static void requireGoesOn(Path data, String endpoint) throws Exception {
        JarProcess.Result done = JarProcess.run(
                Files.createDirectories(data),
                Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "TICKTOCK_TELEMETRY_MAX_QUEUED_SPANS", "16"),
                "",
                "bench",
                "--lifetimes=200",
                "--steps=6",
                "--concurrency=16",
                "--warm-up=0");
        assertEquals(0, done.exitCode(), done::toString);
    }

    @Test
    void onlyAPartIsTracedAndThenWhole() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start();
                ServedApi api = ServedApi.start(folder, sentTo(receiver.endpoint()), "telemetry.sample_ratio=0")) {
            String key = api.tenant("unsampled");
            api.register(key, NEWTON);
            String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
            api.awaitStatus(key, lifetime, "completed");
            HttpResponse<byte[]> asked = api.send(api.request(key, lifetime).header("traceparent", TRACE_PARENT));
            assertEquals(200, asked.statusCode());
            // Whoever is traced itself is answered in its trace; by then the others would have come too.
            receiver.await(CALLERS_TRACE, span -> true);
            assertTrue(receiver.spans().stream().allMatch(span -> trace(span).equals(CALLERS_TRACE)));
        }
    }

    @Test
    void theTraceGoesOnAfterTheProcessWasKilled() throws Exception {
        try (OtlpReceiver receiver = OtlpReceiver.start()) {
            Map<String, String> environment = Map.of(
                    "OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint(), "OTEL_EXPORTER_OTLP_HEADERS", "api-key=k%20y");
            Path file = Files.writeString(folder.resolve("ask.yaml"), ASK);
            JarProcess.Result left = JarProcess.run(folder, environment, "", "run", file.toString(), "-o", "json");
            assertEquals(3, left.exitCode(), left::toString);
            String lifetimeId = RunIT.json(left).get("lifetime_id").asText();
            String traceId = lifetimeId.replace("-", "");
            try (JarProcess serving = JarProcess.start(folder, environment, "serve")) {
                serving.awaitReady();
                serving.kill();
            }
            List<Span> before = receiver.await(traceId, span -> span.getName().equals("plan then"));
            try (JarProcess serving = JarProcess.start(folder, environment, "serve")) {
                serving.awaitReady();
                JarProcess.Result answered =
                        JarProcess.run(folder, "", "lifetimes", "answer", lifetimeId, "--input", "{\"yes\": true}");
                assertEquals(0, answered.exitCode(), answered::toString);
                List<Span> all = receiver.await(traceId, span -> parent(span).isEmpty());
                assertTrue(all.size() > before.size());
                Span root = only(all, "lifetime ask");
                for (String name : List.of("task begin", "plan then", "task ask", "plan done")) {
                    assertEquals(id(root), parent(only(all, name)));
                }
                assertEquals(1, all.stream().map(OtlpReceiver::trace).distinct().count());
                assertEquals(Set.of("k y"), receiver.headers("api-key"));
                serving.terminate();
            }
        }
        Replays.requireAllAgree(folder);
    }
}
