package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long what handlers say takes to those who hear it over HTTP, in one process. A few in a build;
 * {@code -Ddeltas.attempts=256} for figures, which begin with "deltas:", and to hold the first word against 5 ms.
 */
class DeltasIT {

    private static final int ATTEMPTS = Integer.getInteger("deltas.attempts", 8);
    private static final int FULL = 256;
    private static final int TIMES = ATTEMPTS < FULL ? 10 : 250;
    private static final int WAIT_MS = ATTEMPTS < FULL ? 500 : 8_000;
    private static final double MOST_FIRST_MS = 5;

    private static final String SAYS = """
            graph: says
            version: 1.0.0
            start: say
            tasks:
              say: {type: test.saying}
            edges:
              - say -> END [FINAL]
            """;

    @TempDir
    private Path folder;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** When each word was heard that was said: the first of an attempt, and the last of each later delta. */
    private record Heard(double firstMillis, List<Double> laterMillis, int words, int events) {}

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void wordsAreHeardAsTheyAreSaid() throws Exception {
        try (ServedApi api = ServedApi.start(folder, "api.host=127.0.0.1")) {
            String key = api.tenant("acme");
            Path graph = folder.resolve("says.yaml");
            Files.writeString(graph, SAYS);
            api.register(key, graph);
            if (ATTEMPTS >= FULL) {
                listen(api, key, FULL / 4, 0);
            }
            List<Heard> all = listen(api, key, ATTEMPTS, WAIT_MS);
            for (Heard heard : all) {
                assertEquals(TIMES, heard.words());
                assertTrue(heard.events() >= 3, () -> heard.events() + " events");
            }
            double[] first =
                    all.stream().mapToDouble(Heard::firstMillis).sorted().toArray();
            double[] later = all.stream()
                    .flatMap(heard -> heard.laterMillis().stream())
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            tell("first", first);
            tell("last word of each later delta", later);
            if (ATTEMPTS >= FULL) {
                assertTrue(at(first, 99) < MOST_FIRST_MS, () -> "first words: " + Arrays.toString(first));
            }
        }
    }

    private List<Heard> listen(ServedApi api, String key, int attempts, int waitMillis) throws Exception {
        List<CompletableFuture<Heard>> heard = new ArrayList<>();
        for (int i = 0; i < attempts; i++) {
            String lifetime = api.start(
                    key,
                    "{\"graph\": \"says\", \"input\": {\"times\": " + TIMES + ", \"wait_ms\": " + waitMillis + "}}");
            heard.add(http.sendAsync(
                            api.request(key, lifetime + "/events?deltas=true").build(), BodyHandlers.ofLines())
                    .thenApplyAsync(response -> read(response.body()), work -> new Thread(work, "listener").start()));
        }
        List<Heard> all = new ArrayList<>();
        for (CompletableFuture<Heard> one : heard) {
            all.add(one.get(2, TimeUnit.MINUTES));
        }
        return all;
    }

    private static Heard read(Stream<String> lines) {
        List<Double> millis = new ArrayList<>();
        int[] counts = new int[2];
        boolean[] isDelta = new boolean[1];
        lines.forEach(line -> {
            long now = System.nanoTime();
            if (line.startsWith("event: ")) {
                isDelta[0] = line.equals("event: delta");
            } else if (line.startsWith("data: ") && isDelta[0]) {
                JsonNode delta = Json.parse(line.substring("data: ".length()).getBytes(StandardCharsets.UTF_8))
                        .orElseThrow();
                String[] words = delta.get("text").asText().split(" ");
                counts[0] += words.length;
                long said = Long.parseLong(words[words.length - 1]);
                millis.add((now - said) / 1e6);
            } else if (line.startsWith("data: ")) {
                counts[1]++;
            }
        });
        return new Heard(millis.get(0), millis.subList(1, millis.size()), counts[0], counts[1]);
    }

    private static double at(double[] sorted, int percent) {
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    private static void tell(String what, double[] sorted) {
        System.out.printf(
                Locale.ROOT,
                "deltas: %s of %d attempts at once: p50 %.2f ms, p99 %.2f ms, most %.2f ms (%d)%n",
                what,
                ATTEMPTS,
                at(sorted, 50),
                at(sorted, 99),
                sorted[sorted.length - 1],
                sorted.length);
    }
}
