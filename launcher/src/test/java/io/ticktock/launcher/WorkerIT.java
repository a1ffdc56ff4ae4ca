package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.launcher.crash.EffectLedger;
import io.ticktock.launcher.faults.ServerPorts;
import io.ticktock.testkit.Evidence.Effect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packed program with workers in processes of their own. {@code -Dworker.tasks=10000} gives each language so many
 * Tasks; the figures that it prints are of use only where nothing else runs.
 */
class WorkerIT {

    private static final int TASKS = Integer.getInteger("worker.tasks", 200);
    private static final int TASKS_OF_A_LIFETIME = 500;
    private static final int IN_HAND = Integer.getInteger("worker.capacity", 500);

    /** What Java gives whatever its shutdown hooks do. */
    private static final int STOPPED_BY_SIGNAL = 143;

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(4);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static final String CROWD = """
            graph: crowd
            version: 1.0.0
            start: each
            tasks:
              count:
                type: example.count_words
                input: "${plan}"
                heartbeat_timeout: HEARTBEAT_TIMEOUT
                retry: {max_attempts: 3}
            plans:
              each: {type: map, over: input.texts, next: count}
              total: {type: next, next: END, input: {counts: "${size(joined)}", words: "${sum(joined.map(r, r.words))}"}}
            edges:
              - each -> count [PARALLEL]
              - count -> total [JOIN]
              - total -> END [FINAL]
            """;

    @TempDir
    private Path folder;

    private int port;
    private JarProcess server;
    private String key;

    @BeforeEach
    void serve() throws Exception {
        port = ServerPorts.free();
        startServer();
        post("", "/v1/tenants", "{\"tenant_id\": \"acme\"}");
        key = post("", "/v1/tenants/acme/keys", "{\"roles\": [\"operator\", \"author\", \"worker\"]}")
                .get("key")
                .asText();
    }

    @AfterEach
    void stop() throws InterruptedException {
        JarProcess.Result stopped = server.terminate();
        assertEquals(0, stopped.exitCode(), stopped::toString);
    }

    @Test
    void aWorkerInJavaCompletesTasks() throws Exception {
        Path ledger = folder.resolve("ledger");
        try (WorkerProcess worker = WorkerProcess.java(url(), key, ledger, IN_HAND, 0)) {
            completeTasks("java", worker, STOPPED_BY_SIGNAL);
        }
        assertEquals(TASKS, runs(ledger).size());
    }

    @Test
    void aWorkerInPythonCompletesTasks() throws Exception {
        assumeTrue(WorkerProcess.isThere("python3"), "python3 is not on this machine");
        try (WorkerProcess worker = WorkerProcess.python(url(), key, folder)) {
            completeTasks("python", worker, 0);
        }
    }

    @Test
    void aWorkerInTypeScriptCompletesTasks() throws Exception {
        assumeTrue(WorkerProcess.isThere("node"), "node is not on this machine");
        assumeTrue(WorkerProcess.isThere("npm"), "npm is not on this machine");
        try (WorkerProcess worker = WorkerProcess.typescript(url(), key, folder)) {
            completeTasks("typescript", worker, 0);
        }
    }

    @Test
    void whatAKilledWorkerHadGoesToAnotherOneWithinItsHeartbeatTimeout() throws Exception {
        int had = 10;
        register("5s");
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        String lifetime = start(had);
        try (WorkerProcess dying = WorkerProcess.java(url(), key, first, had, 60_000)) {
            await(() -> runs(first).size() == had, "all Tasks are in the first worker's hands");
            try (WorkerProcess other = WorkerProcess.java(url(), key, second, had, 0)) {
                other.awaitText("connected to");
                dying.kill();
                Instant killed = Instant.now();
                await(() -> runs(second).size() == had, "the second worker has them");
                Duration taken = Duration.between(killed, Instant.now());
                System.out.println("what a killed worker had was with another one after " + taken.toMillis() + " ms");
                assertTrue(taken.compareTo(Duration.ofSeconds(20)) < 0, taken::toString);
                awaitOutput(lifetime, had);
            }
        }
        assertEquals(Set.copyOf(runs(first)), Set.copyOf(runs(second)));
    }

    @Test
    void aKilledServerRunsNothingAgainThatAWorkerStillHas() throws Exception {
        register("60s");
        Path ledger = folder.resolve("ledger");
        String lifetime = start(IN_HAND);
        try (WorkerProcess worker = WorkerProcess.java(url(), key, ledger, IN_HAND, 10_000)) {
            await(() -> runs(ledger).size() == IN_HAND, "all Tasks are in the worker's hands");
            server.kill();
            startServer();
            awaitOutput(lifetime, IN_HAND);
            assertEquals(IN_HAND, new HashSet<>(runs(ledger)).size(), worker::toString);
            assertEquals(IN_HAND, runs(ledger).size(), "nothing has run twice");
            // A worker that is connected does not keep a server from stopping, and finds the next one.
            JarProcess.Result stopped = server.terminate();
            assertEquals(0, stopped.exitCode(), stopped::toString);
            startServer();
            awaitOutput(start(1), 1);
        }
    }

    /** @param exitCode once it has drained */
    private void completeTasks(String language, WorkerProcess worker, int exitCode) throws Exception {
        worker.awaitText("connected to");
        register("10s");
        Instant begun = Instant.now();
        List<String> lifetimes = new ArrayList<>();
        for (int left = TASKS; left > 0; left -= TASKS_OF_A_LIFETIME) {
            lifetimes.add(start(Math.min(left, TASKS_OF_A_LIFETIME)));
        }
        int left = TASKS;
        for (String lifetime : lifetimes) {
            awaitOutput(lifetime, Math.min(left, TASKS_OF_A_LIFETIME));
            left -= TASKS_OF_A_LIFETIME;
        }
        Duration taken = Duration.between(begun, Instant.now());
        System.out.printf(
                "%d Tasks by a worker in %s: %.1f s, %.0f a second%n",
                TASKS, language, taken.toMillis() / 1e3, TASKS * 1e3 / taken.toMillis());
        assertEquals(exitCode, worker.terminate(), worker::toString);
    }

    // the server

    private void startServer() throws Exception {
        server = JarProcess.start(folder, Map.of("TICKTOCK_API_PORT", Integer.toString(port)), "serve");
        server.awaitReady();
    }

    private String url() {
        return "http://127.0.0.1:" + port;
    }

    private void register(String heartbeatTimeout) throws Exception {
        post(key, "/v1/graphs", CROWD.replace("HEARTBEAT_TIMEOUT", heartbeatTimeout));
    }

    /** A lifetime with so many Tasks, of one, two, … and five words; where it is. */
    private String start(int tasks) throws Exception {
        String texts = IntStream.range(0, tasks)
                .mapToObj(task -> "\"" + "word ".repeat(task % 5 + 1).strip() + "\"")
                .collect(Collectors.joining(","));
        return "/v1/lifetimes/"
                + post(key, "/v1/lifetimes", "{\"graph\": \"crowd\", \"input\": {\"texts\": [" + texts + "]}}")
                        .get("lifetime_id")
                        .asText();
    }

    private void awaitOutput(String lifetime, int tasks) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        JsonNode shown = get(lifetime);
        while (shown.get("status").asText().equals("running")) {
            JsonNode last = shown;
            assertTrue(Instant.now().isBefore(deadline), () -> "has not ended: " + last);
            Thread.sleep(20);
            shown = get(lifetime);
        }
        assertEquals("completed", shown.get("status").asText(), shown::toString);
        int words = IntStream.range(0, tasks).map(task -> task % 5 + 1).sum();
        assertEquals("{\"counts\":" + tasks + ",\"words\":" + words + "}", Json.text(shown.get("output")));
    }

    private JsonNode post(String credential, String path, String body) throws Exception {
        return send(request(credential, path).POST(BodyPublishers.ofString(body)));
    }

    private JsonNode get(String path) throws Exception {
        return send(request(key, path));
    }

    private HttpRequest.Builder request(String credential, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(30));
        return credential.isEmpty() ? request : request.header("Authorization", "Bearer " + credential);
    }

    private static JsonNode send(HttpRequest.Builder request) throws Exception {
        HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
        assertTrue(response.statusCode() < 300, () -> ServedApi.text(response));
        return ServedApi.json(response);
    }

    // what workers have run

    private static List<String> runs(Path ledger) {
        return EffectLedger.read(ledger).stream().map(Effect::execId).toList();
    }

    private static void await(BooleanSupplier condition, String what) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(60));
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), () -> "waited until " + what);
            Thread.sleep(20);
        }
    }
}
