package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import java.io.IOException;
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
import java.util.EnumSet;
import java.util.UUID;
import java.util.function.Predicate;

/** A whole system in this process, asked over HTTP on its real port. */
final class ServedApi implements AutoCloseable {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /** Of its own, so that nothing is sent over a connection to a system that was before it at the same port. */
    private final HttpClient client = HttpClient.newHttpClient();

    private final LocalSystem system;
    private final ApiContract contract;

    private ServedApi(LocalSystem system) throws Exception {
        this.system = system;
        URI document = URI.create(system.address().orElseThrow() + "/openapi.json");
        this.contract = new ApiContract(
                json(client.send(HttpRequest.newBuilder(document).build(), BodyHandlers.ofByteArray())));
    }

    /** @param settings such as {@code api.host=127.0.0.1} */
    static ServedApi start(Path folder, String... settings) throws Exception {
        Settings all = Settings.shipped()
                .with("launcher.data_folder", folder.toString(), "--data")
                .with("api.port", "0", "--set");
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            all = all.with(setting.substring(0, equals), setting.substring(equals + 1), "--set");
        }
        return new ServedApi(LocalSystem.start(Configuration.of(all), EnumSet.allOf(SystemModule.class)));
    }

    @Override
    public void close() {
        try (system) {
            Replays.requireAllAgree(system);
        }
    }

    /** A key of a new tenant for operators and authors. */
    String tenant(String id) throws Exception {
        return tenant(id, "{}");
    }

    /** @param quotas of the tenant, as JSON */
    String tenant(String id, String quotas) throws Exception {
        HttpResponse<byte[]> made =
                post("", "/v1/tenants", "{\"tenant_id\": \"" + id + "\", \"quotas\": " + quotas + "}");
        assertEquals(201, made.statusCode(), () -> text(made));
        HttpResponse<byte[]> issued =
                post("", "/v1/tenants/" + id + "/keys", "{\"roles\": [\"operator\", \"author\"]}");
        assertEquals(201, issued.statusCode(), () -> text(issued));
        return json(issued).get("key").asText();
    }

    void register(String key, Path graph) throws Exception {
        HttpResponse<byte[]> registered = post(key, "/v1/graphs", Files.readString(graph));
        assertEquals(201, registered.statusCode(), () -> text(registered));
    }

    /** Starts a lifetime; where it is. */
    String start(String key, String body) throws Exception {
        HttpResponse<byte[]> started = post(key, "/v1/lifetimes", body);
        assertEquals(201, started.statusCode(), () -> text(started));
        return started.headers().firstValue("Location").orElseThrow();
    }

    JsonNode awaitStatus(String key, String lifetime, String status) throws Exception {
        return await(key, lifetime, shown -> shown.get("status").asText().equals(status));
    }

    JsonNode await(String key, String path, Predicate<JsonNode> condition) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (true) {
            JsonNode shown = json(get(key, path));
            if (condition.test(shown)) {
                return shown;
            }
            assertTrue(Instant.now().isBefore(deadline), shown::toString);
            Thread.sleep(10);
        }
    }

    HttpResponse<byte[]> get(String key, String path) throws Exception {
        return send(request(key, path));
    }

    HttpResponse<byte[]> post(String key, String path, String body) throws Exception {
        HttpResponse<byte[]> response = send(request(key, path).POST(BodyPublishers.ofString(body)));
        if (response.statusCode() < 300) {
            contract.requireRequest("POST", path, body.getBytes(StandardCharsets.UTF_8));
        }
        return response;
    }

    /** Whatever is answered keeps to the contract. */
    HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        HttpRequest asked = request.build();
        HttpResponse<byte[]> response = client.send(asked, BodyHandlers.ofByteArray());
        contract.requireAnswer(asked.method(), asked.uri().getRawPath(), response.statusCode(), response.body());
        return response;
    }

    /** Without a key where it is empty. */
    HttpRequest.Builder request(String key, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(system.address().orElseThrow() + path))
                .timeout(LONGEST_WAIT);
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    /** That a stranger gets the same bytes for an id of another's, one of nobody's, and what is no id. */
    void assertNothingThere(String stranger, String before, String foreign, String after) throws Exception {
        HttpResponse<byte[]> absent = get(stranger, before + UUID.randomUUID() + after);
        assertEquals(404, absent.statusCode(), () -> text(absent));
        assertArrayEquals(absent.body(), get(stranger, before + foreign + after).body());
        assertArrayEquals(
                absent.body(), get(stranger, before + "nonsense" + after).body());
    }

    static void assertProblem(int status, String detail, HttpResponse<byte[]> response) throws IOException {
        assertEquals(status, response.statusCode(), () -> text(response));
        assertTrue(json(response).get("detail").asText().contains(detail), () -> text(response));
    }

    static JsonNode json(HttpResponse<byte[]> response) throws IOException {
        return Json.parse(response.body()).orElseThrow(() -> new IOException(text(response)));
    }

    static String text(HttpResponse<byte[]> response) {
        return response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8);
    }
}
