package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ticktock.launcher.isolation.TenantRows;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret goes to a server that a graph calls, and nowhere else, even when that server tells it back in every way. */
class SecretsIT {

    /** The part that counts of a header that is a secret, and what stands beside it in every request. */
    private static final String KEY = "k-51f0a8c2d94e";

    private static final String VARIABLE = "v-77ab03e6c1d2";
    private static final String CANARY = "canary-4c1b9e";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:[0-9]+");

    private static final String GRAPH = """
            graph: NAME
            version: 1.0.0
            start: call
            tasks:
              call:
                type: http
                method: POST
                url: URL
                headers: {Authorization: secret:MODEL_KEY, X-Canary: "${input.canary}"}
                json: {also: secret:VARIABLE, size: "${input.size}"}
                output: {body: "${body}", header: "${headers['x-echo']}"}
                retry: {max_attempts: 2, initial_interval: 10ms}
            edges:
              - call -> END [FINAL]
            """;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Queue<String> received = new ConcurrentLinkedQueue<>();
    /** All that was answered over HTTP. */
    private final List<String> answers = new ArrayList<>();

    private HttpServer model;
    private String service;

    @BeforeEach
    void start() throws Exception {
        Path secrets = Files.createDirectories(folder.resolve("secrets/default"));
        Path file = Files.writeString(secrets.resolve("MODEL_KEY"), "Bearer " + KEY + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        model = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        model.createContext("/", this::tellBack);
        model.start();
    }

    @AfterEach
    void stop() {
        model.stop(0);
    }

    /** Everything it was sent: in a header, in what is said of an error, and in a large answer. */
    private void tellBack(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        received.add(authorization + " " + body);
        String path = exchange.getRequestURI().getPath();
        String rest = path.equals("/large") ? "x".repeat(2_000_000) : "";
        byte[] answer = ("{\"you\": \"" + authorization + "\", \"token\": [\"" + KEY + "\"], \"sent\": " + body + ", \""
                        + KEY + "\": \"" + exchange.getRequestHeaders().getFirst("X-Canary") + rest + "\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("X-Echo", authorization);
        exchange.sendResponseHeaders(path.equals("/fails") ? 500 : 200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    @Test
    void noTraceOfASecretIsLeft() throws Exception {
        Path work = Files.createDirectories(folder.resolve("work"));
        JarProcess.Result stopped;
        try (JarProcess serving = JarProcess.start(
                        work,
                        Map.of("TICKTOCK_SECRET_VARIABLE", VARIABLE),
                        "serve",
                        "--log-level=debug",
                        "--set=executor.http.allowed_addresses=127.0.0.1",
                        "--set=executor.secrets.folder=" + folder.resolve("secrets"));
                Closing vertx = new Closing(Vertx.vertx())) {
            serving.awaitReady();
            service = address(serving.out());
            run("works", "completed");
            run("large", "completed");
            run("fails", "failed");
            missing();
            call("GET", "/metrics", "");
            assertHidden("answers of the API", String.join("\n", answers));
            assertTrue(answers.toString().contains(CANARY), "the search finds what is there");
            assertTrue(answers.toString().contains("secret:MODEL_KEY"), "what came back says where a secret was");
            scanRows(vertx.vertx, work);
            stopped = serving.terminate();
        }
        assertEquals(0, stopped.exitCode(), stopped::toString);
        assertHidden("what was printed", stopped.toString());
        scanFiles(work);
        assertEquals(4, received.size());
        received.forEach(request ->
                assertTrue(request.startsWith("Bearer " + KEY + " {\"also\":\"" + VARIABLE + "\""), request));
        Replays.requireAllAgree(work);
    }

    private record Closing(Vertx vertx) implements AutoCloseable {

        @Override
        public void close() {
            Awaiting.result(vertx.close());
        }
    }

    private void run(String path, String status) throws Exception {
        String url = "http://127.0.0.1:" + model.getAddress().getPort() + "/" + path;
        register(GRAPH.replace("NAME", path).replace("URL", url));
        String lifetime = lifetime(path, status);
        JsonNode executions = json(call("GET", lifetime + "/executions", ""));
        for (JsonNode execution : executions.get("executions")) {
            call("GET", lifetime + "/executions/" + execution.get("exec_id").asText(), "");
        }
        call("GET", lifetime + "/events", "");
    }

    /** What is not there is named, and its lifetime fails at once. */
    private void missing() throws Exception {
        register(GRAPH.replace("NAME", "missing")
                .replace("URL", "http://127.0.0.1:1/")
                .replace("MODEL_KEY", "NOT_THERE"));
        String lifetime = lifetime("missing", "failed");
        String executions = call("GET", lifetime + "/executions", "");
        assertTrue(executions.contains("secret_missing"), executions);
        assertTrue(executions.contains("there is no secret NOT_THERE"), executions);
        assertEquals(1, json(executions).get("executions").size(), executions);
    }

    private void register(String graph) throws Exception {
        call("POST", "/v1/graphs", graph);
    }

    private String lifetime(String graph, String status) throws Exception {
        String started = call(
                "POST",
                "/v1/lifetimes",
                "{\"graph\": \"" + graph + "\", \"input\": {\"canary\": \"" + CANARY + "\", \"size\": 1}}");
        String path = "/v1/lifetimes/" + json(started).get("lifetime_id").asText();
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (true) {
            String shown = call("GET", path, "");
            if (json(shown).get("status").asText().equals(status)) {
                return path;
            }
            assertTrue(Instant.now().isBefore(deadline), shown);
            Thread.sleep(20);
        }
    }

    private String call(String method, String path, String body) throws Exception {
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(service + path))
                        .timeout(LONGEST_WAIT)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertTrue(response.statusCode() < 300, () -> path + " " + response.statusCode() + " " + response.body());
        answers.add(response.body());
        return response.body();
    }

    private static JsonNode json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    private static String address(String printed) {
        Matcher matcher = ADDRESS.matcher(printed);
        assertTrue(matcher.find(), printed);
        return matcher.group();
    }

    /** Bytes are hexadecimal there. */
    private static void scanRows(Vertx vertx, Path work) throws Exception {
        try (TenantRows rows = new TenantRows(
                vertx, EmbeddedPostgres.connectionTo(work.resolve("data")).orElseThrow())) {
            String all = rows.of("default").toString();
            assertTrue(all.contains(hex(CANARY)), "the search finds what is there");
            assertTrue(all.contains(hex("secret:MODEL_KEY")), "what came back says where a secret was");
            for (String secret : new String[] {KEY, VARIABLE}) {
                assertFalse(all.contains(secret) || all.contains(hex(secret)), "a row tells a secret");
            }
        }
    }

    /** Blobs, pages of the database and its log. */
    private static void scanFiles(Path work) throws IOException {
        boolean isCanarySeen = false;
        try (Stream<Path> files = Files.walk(work.resolve("data"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertHidden(file.toString(), text);
                isCanarySeen |= file.toString().contains("blobs") && text.contains(CANARY);
            }
        }
        assertTrue(isCanarySeen, "the large answer is a blob");
    }

    private static void assertHidden(String where, String text) {
        for (String secret : new String[] {KEY, VARIABLE}) {
            int at = text.indexOf(secret);
            assertTrue(
                    at < 0,
                    () -> where + " tells a secret: "
                            + text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 50)));
        }
    }

    private static String hex(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }
}
