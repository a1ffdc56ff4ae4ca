package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.model.ModelLedger.Entry;
import io.ticktock.testkit.model.ModelLedger.Outcome;
import io.ticktock.testkit.model.Reply;
import io.ticktock.testkit.model.ScriptedModelServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls of a model that stream at the same time, each heard over HTTP: what the engine adds to the first word, and what the
 * calls take while they are open. A few in a build; {@code -Dstreams.calls=256} for figures, which begin with "streams:",
 * and to hold the first word against 5 ms.
 */
class ModelStreamsIT {

    private static final int CALLS = Integer.getInteger("streams.calls", 8);
    /** From so many on, it is about the figures. */
    private static final int FULL = 256;

    /** Before each part of an answer, the first of which has no word: so that all calls are open at once. */
    private static final Duration PAUSE = Duration.ofMillis(CALLS < FULL ? 1_000 : 4_000);

    private static final String WORDS = "said a part at a time, ".repeat(3);
    private static final double MOST_FIRST_MS = 5;
    private static final long MOST_HEAP_BYTES = 300L << 20;
    private static final int MOST_THREADS_MORE = 16;
    private static final long LONGEST_S = 120;

    private static final String GRAPH = """
            graph: streamed
            version: 1.0.0
            start: ask
            tasks:
              ask: {type: llm, prompt: "${input.prompt}"}
            edges:
              - ask -> END [FINAL]
            """;

    /**
     * One listener's.
     *
     * @param firstNanos when the first word was heard; 0 for never
     */
    private record Heard(long firstNanos, String text) {}

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(FULL + 16));
    private URI server;

    @AfterEach
    void stop() {
        Awaiting.result(vertx.close());
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void wordsAreHeardAsTheModelSaysThem() throws Exception {
        ScriptedModelServer model = Awaiting.result(
                ScriptedModelServer.start(vertx, 0, request -> Reply.says(WORDS).pausing(PAUSE)));
        try (JarProcess serving = JarProcess.start(
                folder,
                "serve",
                "--set",
                "llm.providers.default.base_url=" + model.url(),
                "--set",
                "llm.providers.default.model=scripted")) {
            serving.awaitReady();
            Matcher told = Pattern.compile("http://\\S+").matcher(serving.out());
            assertTrue(told.find(), serving::out);
            server = URI.create(told.group());
            Client.await(send(HttpMethod.POST, "/v1/graphs", Buffer.buffer(GRAPH), 201));
            if (CALLS >= FULL) {
                Client.await(calls("warm", FULL / 4));
            }
            long threadsBefore = serving.threads();
            Future<List<Heard>> hearing = calls("call", CALLS);
            awaitOpen(model, hearing);
            long threadsMore = serving.threads() - threadsBefore;
            long heapBytes = serving.heapBytes();
            say("%d calls open at once: %d threads more, heap %d MiB", CALLS, threadsMore, heapBytes >> 20);
            assertTrue(threadsMore < MOST_THREADS_MORE, () -> threadsMore + " threads more");
            assertTrue(heapBytes < MOST_HEAP_BYTES, () -> "heap of " + heapBytes);
            requireFirstWords(model, Client.await(hearing));
            serving.terminate();
        }
        Replays.requireAllAgree(folder);
    }

    private void requireFirstWords(ScriptedModelServer model, List<Heard> heard) {
        Map<String, Entry> entries =
                model.ledger().finished().stream().collect(Collectors.toMap(Entry::asked, Function.identity()));
        heard.forEach(one -> assertEquals(WORDS, one.text()));
        double[] millis = IntStream.range(0, CALLS)
                .mapToDouble(number -> (heard.get(number).firstNanos()
                                - entries.get("call " + number).firstWordNanos())
                        / 1e6)
                .sorted()
                .toArray();
        double p99 = millis[CALLS * 99 / 100];
        say(
                "from the first word of the model to who listens: p50 %.2f ms, p99 %.2f ms, longest %.2f ms",
                millis[CALLS / 2], p99, millis[CALLS - 1]);
        if (CALLS >= FULL) {
            assertTrue(p99 < MOST_FIRST_MS, () -> "p99 is " + p99 + " ms");
        }
    }

    /** Until the model has been asked by all of them, and has ended none. */
    private static void awaitOpen(ScriptedModelServer model, Future<?> hearing) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_S);
        long open = 0;
        while (open < CALLS) {
            assertFalse(hearing.failed(), () -> "a listener failed: " + hearing.cause());
            assertTrue(System.nanoTime() < deadlineNanos, "not all calls were open at once");
            Thread.sleep(10);
            open = model.ledger().entries().stream()
                    .filter(entry -> entry.outcome() == Outcome.OPEN)
                    .count();
        }
    }

    /** Started one after the other, since a server takes few starts at once. */
    private Future<List<Heard>> calls(String name, int count) {
        List<Future<Heard>> heard = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            heard.add(listen(Client.await(start(name + " " + number))));
        }
        return Future.all(heard).timeout(LONGEST_S, TimeUnit.SECONDS).map(all -> all.list());
    }

    private Future<String> start(String prompt) {
        Buffer body = Buffer.buffer("{\"graph\": \"streamed\", \"input\": {\"prompt\": \"" + prompt + "\"}}");
        return send(HttpMethod.POST, "/v1/lifetimes", body, 201).map(response -> response.getHeader("Location"));
    }

    private Future<Heard> listen(String lifetime) {
        return request(HttpMethod.GET, lifetime + "/events?deltas=true")
                .compose(HttpClientRequest::send)
                .compose(ModelStreamsIT::hear);
    }

    private static Future<Heard> hear(HttpClientResponse response) {
        assertEquals(200, response.statusCode());
        Promise<Heard> ended = Promise.promise();
        long[] firstNanos = new long[1];
        StringBuilder text = new StringBuilder();
        response.handler(RecordParser.newDelimited("\n\n", event -> {
                    if (!event.toString().contains("event: delta\n")) {
                        return;
                    }
                    if (firstNanos[0] == 0) {
                        firstNanos[0] = System.nanoTime();
                    }
                    text.append(text(event));
                }))
                .exceptionHandler(ended::tryFail)
                .endHandler(end -> ended.tryComplete(new Heard(firstNanos[0], text.toString())));
        return ended.future();
    }

    private static String text(Buffer event) {
        return event.toString()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8))
                .map(data -> Json.parse(data).orElseThrow().get("text").asText())
                .collect(Collectors.joining());
    }

    private Future<HttpClientResponse> send(HttpMethod method, String path, Buffer body, int expected) {
        return request(method, path)
                .compose(request -> request.send(body))
                .compose(response -> response.body().map(answer -> {
                    assertEquals(expected, response.statusCode(), answer::toString);
                    return response;
                }));
    }

    private Future<HttpClientRequest> request(HttpMethod method, String path) {
        return http.request(new RequestOptions()
                .setMethod(method)
                .setHost(server.getHost())
                .setPort(server.getPort())
                .setURI(path));
    }

    private static void say(String format, Object... values) {
        System.out.println("streams: " + String.format(Locale.ROOT, format, values));
    }
}
