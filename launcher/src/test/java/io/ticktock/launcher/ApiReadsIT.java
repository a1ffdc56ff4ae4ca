package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be read of lifetimes over HTTP, on a real port and a real database. */
class ApiReadsIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");

    @TempDir
    private static Path folder;

    private static ServedApi api;

    @BeforeAll
    static void start() throws Exception {
        api = ServedApi.start(folder);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void graphsAndTheirVersionsAreListed() throws Exception {
        String key = api.tenant("graphs");
        String newton = Files.readString(NEWTON);
        for (String version : List.of("1.9.0", "1.10.0", "1.10.0-rc.1")) {
            assertEquals(
                    201,
                    api.post(key, "/v1/graphs", newton.replace("version: 1.0.0", "version: " + version))
                            .statusCode());
        }
        api.register(key, Path.of("..", "conf", "graphs", "approval.yaml"));
        JsonNode first = json(api.get(key, "/v1/graphs?page_size=1"));
        assertEquals(List.of("approval 1.0.0"), named(first.get("graphs")));
        String token = first.get("next_page_token").asText();
        JsonNode second = json(api.get(key, "/v1/graphs?page_token=" + token));
        assertEquals(List.of("newton 1.10.0"), named(second.get("graphs")));
        assertEquals("", second.get("next_page_token").asText());
        assertEquals(
                List.of("newton 1.10.0", "newton 1.10.0-rc.1", "newton 1.9.0"),
                named(json(api.get(key, "/v1/graphs/newton/versions")).get("versions")));
        ServedApi.assertProblem(
                400, "page_token must be", api.get(key, "/v1/graphs/newton/versions?page_token=" + token));

        String stranger = api.tenant("graphless");
        assertEquals(0, json(api.get(stranger, "/v1/graphs")).get("graphs").size());
        api.assertNothingThere(stranger, "/v1/graphs/", "newton", "/versions");
    }

    private static List<String> named(JsonNode graphs) {
        List<String> named = new ArrayList<>();
        graphs.forEach(graph -> named.add(
                graph.get("graph").asText() + " " + graph.get("version").asText()));
        return named;
    }

    @Test
    void lifetimesAreFoundByLabelTimeStatusAndGraph() throws Exception {
        String key = api.tenant("labels");
        api.register(key, NEWTON);
        List<String> started = new ArrayList<>();
        for (String team : List.of("red", "blue", "red")) {
            started.add(api.start(
                    key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}, \"labels\": {\"team\": \"" + team + "\"}}"));
        }
        JsonNode last = api.awaitStatus(key, started.get(2), "completed");
        api.awaitStatus(key, started.get(0), "completed");
        assertEquals("{\"team\":\"red\"}", last.get("labels").toString());
        String list = "/v1/lifetimes?label=team%3Dred";
        assertEquals(List.of(started.get(2), started.get(0)), found(key, list));
        assertEquals(List.of(started.get(2), started.get(0)), found(key, list + "&status=completed&graph=newton"));
        assertEquals(List.of(), found(key, list + "&label=tier=1"));
        assertEquals(List.of(), found(key, list + "&created_before=2020-01-01T00:00:00Z"));
        assertEquals(
                started.size(),
                found(key, "/v1/lifetimes?created_after=2020-01-01T00:00:00Z").size());

        String token =
                json(api.get(key, list + "&page_size=1")).get("next_page_token").asText();
        assertEquals(List.of(started.get(0)), found(key, list + "&page_token=" + token));
        for (String other : List.of("label=team=blue", "status=completed", "label=team=red&graph=newton", "")) {
            ServedApi.assertProblem(
                    400, "page_token must be", api.get(key, "/v1/lifetimes?" + other + "&page_token=" + token));
        }
        ServedApi.assertProblem(400, "such as team=red", api.get(key, "/v1/lifetimes?label=team"));
        ServedApi.assertProblem(400, "given twice", api.get(key, "/v1/lifetimes?label=team=red&label=team=blue"));
        ServedApi.assertProblem(
                400,
                "not a name of a label",
                api.post(key, "/v1/lifetimes", "{\"graph\": \"newton\", \"labels\": {\"Team\": \"red\"}}"));
        assertEquals(List.of(), found(api.tenant("labelless"), list));
    }

    /** Where they are. */
    private static List<String> found(String key, String list) throws Exception {
        HttpResponse<byte[]> page = api.get(key, list);
        assertEquals(200, page.statusCode(), () -> ServedApi.text(page));
        return json(page).findValuesAsText("lifetime_id").stream()
                .map(id -> "/v1/lifetimes/" + id)
                .toList();
    }

    @Test
    void anExecutionIsShownWithItsResult() throws Exception {
        String key = api.tenant("results");
        api.register(key, NEWTON);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        JsonNode ended = api.awaitStatus(key, lifetime, "completed");
        JsonNode listed = json(api.get(key, lifetime + "/executions")).get("executions");

        JsonNode guess = json(api.get(key, executionOf(lifetime, listed.get(0))));
        assertEquals("{\"n\":2,\"x\":2}", guess.get("result").toString());
        listed.get(0).fields().forEachRemaining(field -> assertEquals(field.getValue(), guess.get(field.getKey())));

        JsonNode last = json(api.get(key, executionOf(lifetime, listed.get(listed.size() - 1))));
        assertEquals("plan", last.get("kind").asText());
        JsonNode chosen = last.get("result").get("next").get(0);
        assertEquals("END", chosen.get("task").asText());
        assertEquals(ended.get("output"), chosen.get("input"));
        assertEquals(1, last.get("arrived_exec_ids").size());
    }

    /** Bigger than what a message carries, so that it is kept as a blob. */
    @Test
    void aLargeResultIsReadFromItsBlob() throws Exception {
        String key = api.tenant("large");
        String text = "0123456789abcdef".repeat(30_000);
        JsonNode result = largeResult(key, text);
        String href = result.get("href").asText();
        String whole = "{\"text\":\"" + text.repeat(3) + "\"}";
        assertEquals(whole.length(), result.get("size_bytes").asInt());

        HttpResponse<byte[]> all = api.get(key, href);
        assertEquals(200, all.statusCode());
        assertEquals(whole, new String(all.body(), StandardCharsets.UTF_8));
        assertEquals("application/json", header(all, "Content-Type"));
        String etag = header(all, "ETag");
        assertEquals(
                304,
                api.send(api.request(key, href).header("If-None-Match", etag)).statusCode());

        assertPart(key, href, "bytes=5-24", whole, 5, 25);
        assertPart(key, href, "bytes=1000000-", whole, 1_000_000, whole.length());
        assertPart(key, href, "bytes=-7", whole, whole.length() - 7, whole.length());
        assertEquals(200, ranged(key, href, "bytes=nonsense").statusCode());
        HttpResponse<byte[]> behind = ranged(key, href, "bytes=" + whole.length() + "-");
        assertEquals(416, behind.statusCode());
        assertEquals("bytes */" + whole.length(), header(behind, "Content-Range"));
        ServedApi.assertProblem(400, "media_type must be", api.get(key, href + "%0d%0aX"));

        String stranger = api.tenant("small");
        HttpResponse<byte[]> absent = api.get(stranger, "/v1/blobs/" + "0".repeat(64));
        assertEquals(404, absent.statusCode());
        assertArrayEquals(absent.body(), api.get(stranger, href).body());
        assertArrayEquals(absent.body(), api.get(stranger, "/v1/blobs/nonsense").body());
    }

    private static JsonNode largeResult(String key, String text) throws Exception {
        String graph = """
                graph: grow
                version: 1.0.0
                start: grow
                tasks:
                  grow: {type: transform, output: {text: "${input.text + input.text + input.text}"}}
                edges:
                  - grow -> END [FINAL]
                """;
        assertEquals(201, api.post(key, "/v1/graphs", graph).statusCode());
        String lifetime = api.start(key, "{\"graph\": \"grow\", \"input\": {\"text\": \"" + text + "\"}}");
        JsonNode ended = api.awaitStatus(key, lifetime, "completed");
        JsonNode listed = json(api.get(key, lifetime + "/executions")).get("executions");
        JsonNode result =
                json(api.get(key, executionOf(lifetime, listed.get(0)))).get("result");
        assertEquals(ended.get("output"), result);
        return result;
    }

    private static void assertPart(String key, String href, String range, String whole, int from, int to)
            throws Exception {
        HttpResponse<byte[]> part = ranged(key, href, range);
        assertEquals(206, part.statusCode());
        assertEquals(whole.substring(from, to), new String(part.body(), StandardCharsets.UTF_8));
        assertEquals("bytes " + from + "-" + (to - 1) + "/" + whole.length(), header(part, "Content-Range"));
    }

    private static HttpResponse<byte[]> ranged(String key, String href, String range) throws Exception {
        return api.send(api.request(key, href).header("Range", range));
    }

    private static String header(HttpResponse<byte[]> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String executionOf(String lifetime, JsonNode listed) {
        return lifetime + "/executions/" + listed.get("exec_id").asText();
    }

    @Test
    void anExecutionOfAnotherTenantIsNotThere() throws Exception {
        String owner = api.tenant("shown");
        api.register(owner, NEWTON);
        String lifetime = api.start(owner, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        api.awaitStatus(owner, lifetime, "completed");
        String execId = json(api.get(owner, lifetime + "/executions?page_size=1"))
                .get("executions")
                .get(0)
                .get("exec_id")
                .asText();
        String stranger = api.tenant("looker");
        api.register(stranger, NEWTON);
        String other = api.start(stranger, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");

        assertTrue(lifetime.startsWith("/v1/lifetimes/"));
        String id = lifetime.substring("/v1/lifetimes/".length());
        api.assertNothingThere(stranger, "/v1/lifetimes/", id, "/executions/" + execId);
        api.assertNothingThere(stranger, other + "/executions/", execId, "");
    }
}
