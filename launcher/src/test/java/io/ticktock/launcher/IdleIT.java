package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What streams take on which nothing happens. A few hundred by default, to show that they stay open and leave nothing behind;
 * {@code -Didle.streams=10000} for figures, each line of which begins with "idle:", and to see that a listener who never reads
 * is cut off, which takes half a minute.
 */
class IdleIT {

    private static final int STREAMS = Integer.getInteger("idle.streams", 200);
    /** From so many on, it is about the figures. */
    private static final int FULL = 10_000;

    private static final Duration TIME = Duration.ofSeconds(STREAMS < FULL ? 1 : 20);
    private static final int STARTS_PER_SECOND = 50;
    private static final int CONNECTIONS = 16;
    private static final double MOST_MS = 50;
    private static final long MOST_GROWTH_BYTES = STREAMS < FULL ? 128L << 20 : 1L << 30;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    /** More than what both ends' systems keep for a connection. */
    private static final int MANY_PARAGRAPHS = 10_000;

    private static final String WAITS = """
            graph: waits
            version: 1.0.0
            start: ask
            tasks:
              ask: {type: human, prompt: "Well?"}
            edges:
              - ask -> END [FINAL]
            """;
    private static final String ECHO = """
            graph: echo
            version: 1.0.0
            start: say
            tasks:
              say: {type: transform, output: {text: "${input.text}"}}
            edges:
              - say -> END [FINAL]
            """;

    @TempDir
    private Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private URI server;
    private String key;

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void streamsOnWhichNothingHappensTakeLittle() throws Exception {
        try (JarProcess serving = JarProcess.start(folder, "serve")) {
            serving.awaitReady();
            Matcher told = Pattern.compile("http://\\S+").matcher(serving.out());
            assertTrue(told.find(), serving::out);
            server = URI.create(told.group());
            key = key();
            post("/v1/graphs", WAITS);
            post("/v1/graphs", ECHO);
            String waiting = start("{\"graph\": \"waits\"}");
            starts(); // what is needed once and for all
            StartLoad.Seen alone = starts();
            tell("alone", alone);
            StartLoad.Seen amid = measureCrowd(serving, waiting);
            if (STREAMS < FULL) {
                say(
                        "-Didle.streams=%d would also hold the p99 against %.0f ms, and see a listener cut off",
                        FULL, MOST_MS);
            } else {
                requireSilentListenerCutOff();
                requireSoon(alone, amid);
            }
            serving.terminate();
        }
        Replays.requireAllAgree(folder);
    }

    /** The starts amid the crowd. */
    private StartLoad.Seen measureCrowd(JarProcess serving, String waiting) throws Exception {
        long before = heapBytes(serving);
        StartLoad.Seen amid;
        try (IdleCrowd crowd = new IdleCrowd(server, key, STREAMS)) {
            crowd.connectWorkers(STREAMS);
            crowd.listen(STREAMS, waiting);
            assertEquals(STREAMS, gauge("ticktock_api_workers"));
            assertEquals(STREAMS, gauge("ticktock_api_event_streams"));
            long with = heapBytes(serving);
            amid = starts();
            tell("amid " + STREAMS + " workers and " + STREAMS + " listeners", amid);
            say("heap after collection: %d MiB before, %d MiB with them", before >> 20, with >> 20);
            assertEquals(0, crowd.lost(), "streams that were not left open");
            assertEquals(0, amid.wrong() + amid.refused(), "starts that did not succeed");
            assertTrue(with - before < MOST_GROWTH_BYTES, "the heap has grown too much");
        }
        awaitGauge("ticktock_api_workers", 0);
        awaitGauge("ticktock_api_event_streams", 0);
        say("heap after collection: %d MiB once they are gone", heapBytes(serving) >> 20);
        return amid;
    }

    /** Last of all: it is the only figure that asks for a machine on which nothing else runs. */
    private static void requireSoon(StartLoad.Seen alone, StartLoad.Seen amid) {
        assertTrue(
                amid.percentileMs(99) < MOST_MS,
                () -> "p99 of starts is " + amid.percentileMs(99) + " ms, and alone " + alone.percentileMs(99)
                        + " ms; it must be below " + MOST_MS + " ms where nothing else runs");
    }

    private void requireSilentListenerCutOff() throws Exception {
        post("/v1/graphs", Files.readString(Path.of("..", "conf", "graphs", "word-count.yaml")));
        String lifetime = start(
                "{\"graph\": \"word-count\", \"input\": {\"text\": \"" + "a\\n\\n".repeat(MANY_PARAGRAPHS) + "\"}}");
        awaitCompleted(lifetime);
        try (Socket silent = new Socket()) {
            silent.setReceiveBufferSize(4_096);
            silent.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()));
            silent.getOutputStream()
                    .write(("GET " + lifetime + "/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            awaitGauge("ticktock_api_event_streams", 1);
            Instant begun = Instant.now();
            awaitGauge("ticktock_api_event_streams", 0);
            say(
                    "a listener who never reads is cut off after %d s",
                    Duration.between(begun, Instant.now()).toSeconds());
            silent.setSoTimeout((int) LONGEST_WAIT.toMillis());
            String heard = read(silent.getInputStream());
            assertTrue(!heard.contains("event: completed"), "it was not cut off, but had it all");
        }
    }

    /** What had been sent before the end. */
    private static String read(InputStream in) throws Exception {
        StringBuilder heard = new StringBuilder();
        byte[] buffer = new byte[1 << 16];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                heard.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketException reset) {
            return heard.toString();
        }
        return heard.toString();
    }

    private StartLoad.Seen starts() {
        Vertx vertx = Vertx.vertx();
        try {
            Buffer body = Buffer.buffer("{\"graph\": \"echo\", \"input\": {\"text\": \"hello\"}}");
            return Client.await(new StartLoad(vertx, server.resolve("/v1/lifetimes"), key, body, CONNECTIONS)
                    .paced(STARTS_PER_SECOND, TIME));
        } finally {
            Client.await(vertx.close());
        }
    }

    private String key() throws Exception {
        HttpRequest ask = HttpRequest.newBuilder(server.resolve("/v1/tenants/default/keys"))
                .POST(BodyPublishers.ofString("{\"roles\": [\"author\", \"operator\", \"worker\"]}"))
                .build();
        return json(http.send(ask, BodyHandlers.ofByteArray())).get("key").asText();
    }

    private HttpResponse<byte[]> post(String path, String body) throws Exception {
        HttpResponse<byte[]> response =
                http.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofByteArray());
        assertEquals(201, response.statusCode(), () -> ServedApi.text(response));
        return response;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).header("Authorization", "Bearer " + key);
    }

    private String start(String body) throws Exception {
        return post("/v1/lifetimes", body).headers().firstValue("Location").orElseThrow();
    }

    private void awaitCompleted(String lifetime) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!json(http.send(request(lifetime).build(), BodyHandlers.ofByteArray()))
                .get("status")
                .asText()
                .equals("completed")) {
            assertTrue(Instant.now().isBefore(deadline), "it does not end");
            Thread.sleep(100);
        }
    }

    private void awaitGauge(String name, int value) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (gauge(name) != value) {
            assertTrue(Instant.now().isBefore(deadline), () -> name + " does not become " + value);
            Thread.sleep(100);
        }
    }

    private double gauge(String name) throws Exception {
        return Scrape.of(metrics()).value(name, Map.of());
    }

    private byte[] metrics() throws Exception {
        return http.send(request("/metrics").build(), BodyHandlers.ofByteArray())
                .body();
    }

    /** In use after a collection. */
    private long heapBytes(JarProcess serving) throws Exception {
        serving.collectGarbage();
        return new String(metrics(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static void tell(String what, StartLoad.Seen seen) {
        say(
                "%s: %d starts, p50 %.1f ms, p99 %.1f ms",
                what, seen.admitted(), seen.percentileMs(50), seen.percentileMs(99));
    }

    private static void say(String format, Object... values) {
        System.out.println("idle: " + String.format(Locale.ROOT, format, values));
    }
}
