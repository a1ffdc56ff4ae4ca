package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.assertProblem;
import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that come again, or too late. */
class RepeatedRequestsIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");
    private static final String REQUEST =
            "{\"graph\": \"newton\", \"input\": {\"n\": 2, \"of\": {\"a\": 1, \"b\": 5}}, \"labels\": {\"team\": \"red\"}}";

    @TempDir
    private Path folder;

    @Test
    void aKeyIsForOneRequestAlsoAfterARestart() throws Exception {
        String key;
        String lifetime;
        String id;
        try (ServedApi api = ServedApi.start(folder)) {
            key = api.tenant("once");
            api.register(key, NEWTON);
            HttpResponse<byte[]> first = start(api, key, "order-1", REQUEST);
            assertEquals(201, first.statusCode());
            id = json(first).get("lifetime_id").asText();
            lifetime = "/v1/lifetimes/" + id;
            api.awaitStatus(key, lifetime, "completed");
            requireOnlyTheSame(api, key, lifetime, id);
        }
        try (ServedApi api = ServedApi.start(folder)) {
            requireOnlyTheSame(api, key, lifetime, id);
            String stranger = api.tenant("elsewhere");
            api.register(stranger, NEWTON);
            HttpResponse<byte[]> foreign = start(api, stranger, "order-1", REQUEST.replace("2", "3"));
            assertEquals(201, foreign.statusCode(), () -> ServedApi.text(foreign));
            assertNotEquals(id, json(foreign).get("lifetime_id").asText());
        }
    }

    private static void requireOnlyTheSame(ServedApi api, String key, String lifetime, String id) throws Exception {
        HttpResponse<byte[]> again = start(api, key, "order-1", REQUEST);
        assertEquals(200, again.statusCode());
        assertEquals(id, json(again).get("lifetime_id").asText());
        HttpResponse<byte[]> reordered = start(
                api,
                key,
                "order-1",
                REQUEST.replace("{\"n\": 2, \"of\": {\"a\": 1, \"b\": 5}}", "{\"of\":{\"b\":5,\"a\":1},\"n\":2}"));
        assertEquals(200, reordered.statusCode(), () -> ServedApi.text(reordered));
        assertEquals(id, json(reordered).get("lifetime_id").asText());
        assertProblem(409, "they differ in input", start(api, key, "order-1", REQUEST.replace("2", "3")));
        assertProblem(409, "they differ in input, labels", start(api, key, "order-1", "{\"graph\": \"newton\"}"));
        assertProblem(
                409,
                "they differ in version",
                start(api, key, "order-1", REQUEST.replace("\"input\"", "\"version\": \"1.0.0\", \"input\"")));
        assertProblem(
                409,
                "they differ in lifetime_id",
                start(
                        api,
                        key,
                        "order-1",
                        REQUEST.replace("\"input\"", "\"lifetime_id\": \"" + UUID.randomUUID() + "\", \"input\"")));
        String chosen = REQUEST.replace("\"input\"", "\"lifetime_id\": \"" + id + "\", \"input\"");
        assertEquals(200, api.post(key, "/v1/lifetimes", chosen).statusCode());
        assertProblem(409, "they differ in labels", api.post(key, "/v1/lifetimes", chosen.replace("red", "blue")));
        String execId = json(api.get(key, lifetime + "/executions?page_size=1"))
                .get("executions")
                .get(0)
                .get("exec_id")
                .asText();
        assertProblem(
                409,
                "they differ in exec_id",
                api.send(api.request(key, lifetime + ":fork")
                        .header("Idempotency-Key", "order-1")
                        .POST(BodyPublishers.ofString("{\"exec_id\": \"" + execId + "\"}"))));
    }

    private static HttpResponse<byte[]> start(ServedApi api, String key, String idempotencyKey, String body)
            throws Exception {
        return api.send(api.request(key, "/v1/lifetimes")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString(body)));
    }

    @Test
    void whatWasMeantForAnEarlierStateIsNotDone() throws Exception {
        try (ServedApi api = ServedApi.start(folder)) {
            String key = api.tenant("careful");
            api.register(key, APPROVAL);
            String lifetime =
                    api.start(key, "{\"graph\": \"approval\", \"input\": {\"request\": \"a new desk\", \"cost\": 10}}");
            // Nothing of it is on its way then, so that it changes only when somebody changes it.
            api.await(key, "/v1/human-tasks", page -> page.get("human_tasks").size() == 1);
            String running = etag(api.get(key, lifetime));
            HttpResponse<byte[]> paused = api.post(key, lifetime + ":pause", "");
            assertEquals(200, paused.statusCode());
            assertEquals(etag(paused), etag(api.get(key, lifetime)));

            assertEquals(
                    412, conditional(api, key, lifetime + ":abort", running).statusCode());
            assertEquals(
                    412,
                    conditional(api, key, lifetime + ":abort", "W/" + etag(paused))
                            .statusCode());
            assertEquals(
                    "paused",
                    api.awaitStatus(key, lifetime, "paused").get("status").asText());
            assertEquals(etag(paused), etag(api.get(key, lifetime)));

            assertEquals(
                    List.of(200, 412, 412, 412, 412, 412, 412, 412), resumedAtOnce(api, key, lifetime, etag(paused)));
            assertEquals(200, conditional(api, key, lifetime + ":pause", "*").statusCode());
            String again = etag(api.get(key, lifetime));
            assertEquals(
                    200,
                    conditional(api, key, lifetime + ":abort", running + ", " + again)
                            .statusCode());
            requireForkedAsItWas(api, key, lifetime, again);
            String unknown = "/v1/lifetimes/" + UUID.randomUUID();
            assertEquals(404, conditional(api, key, unknown + ":abort", again).statusCode());
        }
    }

    @Test
    void aCommandThatComesAgainWithItsKeyIsDoneOnce() throws Exception {
        try (ServedApi api = ServedApi.start(folder)) {
            String key = api.tenant("insistent");
            api.register(key, APPROVAL);
            String lifetime =
                    api.start(key, "{\"graph\": \"approval\", \"input\": {\"request\": \"a new desk\", \"cost\": 10}}");
            api.await(key, "/v1/human-tasks", page -> page.get("human_tasks").size() == 1);
            assertEquals(200, keyed(api, key, lifetime + ":pause", "p", "{}").statusCode());
            String added = "{\"add_budget\": {\"cost_usd\": 1}}";
            HttpResponse<byte[]> resumed = keyed(api, key, lifetime + ":resume", "r", added);
            assertEquals(200, resumed.statusCode(), () -> ServedApi.text(resumed));
            HttpResponse<byte[]> again = keyed(api, key, lifetime + ":resume", "r", added);
            assertEquals(200, again.statusCode(), () -> ServedApi.text(again));
            assertEquals(etag(resumed), etag(again));
            assertEquals(
                    409, keyed(api, key, lifetime + ":resume", "another", added).statusCode());
            assertEquals(
                    409,
                    keyed(api, key, lifetime + ":resume", "r", added.replace("1", "2"))
                            .statusCode());
            assertEquals(200, keyed(api, key, lifetime + ":abort", "a", "{}").statusCode());
            assertEquals(200, keyed(api, key, lifetime + ":abort", "a", "{}").statusCode());
            assertEquals(409, keyed(api, key, lifetime + ":abort", "b", "{}").statusCode());
        }
    }

    private static HttpResponse<byte[]> keyed(
            ServedApi api, String key, String path, String idempotencyKey, String body) throws Exception {
        return api.send(
                api.request(key, path).header("Idempotency-Key", idempotencyKey).POST(BodyPublishers.ofString(body)));
    }

    private static void requireForkedAsItWas(ServedApi api, String key, String lifetime, String before)
            throws Exception {
        String execId = json(api.get(key, lifetime + "/executions?page_size=1"))
                .get("executions")
                .get(0)
                .get("exec_id")
                .asText();
        String body = "{\"exec_id\": \"" + execId + "\"}";
        assertEquals(
                412, conditional(api, key, lifetime + ":fork", before, body).statusCode());
        String now = etag(api.get(key, lifetime));
        HttpResponse<byte[]> forked = conditional(api, key, lifetime + ":fork", now, body);
        assertEquals(201, forked.statusCode(), () -> ServedApi.text(forked));
        assertEquals(now, etag(api.get(key, lifetime)));
    }

    /** The statuses of eight who all looked at the same state, in order. */
    private static List<Integer> resumedAtOnce(ServedApi api, String key, String lifetime, String etag)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asked.add(threads.submit(
                        () -> conditional(api, key, lifetime + ":resume", etag).statusCode()));
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> answer : asked) {
                statuses.add(answer.get(30, TimeUnit.SECONDS));
            }
            return statuses.stream().sorted().toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static HttpResponse<byte[]> conditional(ServedApi api, String key, String path, String etags)
            throws Exception {
        return conditional(api, key, path, etags, "{}");
    }

    private static HttpResponse<byte[]> conditional(ServedApi api, String key, String path, String etags, String body)
            throws Exception {
        return api.send(api.request(key, path).header("If-Match", etags).POST(BodyPublishers.ofString(body)));
    }

    private static String etag(HttpResponse<byte[]> response) {
        return response.headers().firstValue("ETag").orElseThrow();
    }
}
