package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way in over HTTP, on a real port and a real database. */
class ApiIT {

    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");
    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    private static LocalSystem system;
    private static ApiContract contract;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        system = LocalSystem.start(
                Configuration.of(Settings.shipped()
                        .with("launcher.data_folder", folder.toString(), "--data")
                        .with("api.port", "0", "--set")),
                EnumSet.allOf(SystemModule.class));
        URI address = URI.create(system.address().orElseThrow() + "/openapi.json");
        contract =
                new ApiContract(json(CLIENT.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray())));
    }

    @AfterAll
    static void stop() {
        try (LocalSystem closing = system) {
            Replays.requireAllAgree(closing);
        }
    }

    @Test
    void aTenantRunsALifetimeAndSeesWhatItSpent() throws Exception {
        String admin = tenant("acme", "admin");
        String key = key(admin, "acme", "operator", "author");
        assertEquals(201, post(key, "/v1/graphs", Files.readString(NEWTON)).statusCode());

        HttpResponse<byte[]> started = post(key, "/v1/lifetimes", "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        assertEquals(201, started.statusCode(), () -> text(started));
        String path = started.headers().firstValue("Location").orElseThrow();
        JsonNode ended = await(key, path, "completed");
        assertTrue(Math.abs(ended.get("output").get("root").asDouble() - Math.sqrt(2)) < 1e-6, ended::toString);
        assertEquals(10, ended.get("totals").get("executions").asInt());

        JsonNode executions = json(get(key, path + "/executions?page_size=4"));
        assertEquals(4, executions.get("executions").size());
        JsonNode next = json(get(
                key,
                path + "/executions?page_token="
                        + executions.get("next_page_token").asText()));
        assertEquals(6, next.get("executions").size());
        assertEquals(
                10, json(get(key, "/v1/spend")).get("total").get("executions").asInt());
    }

    @Test
    void aPersonIsAskedAndAnswers() throws Exception {
        String key = key(tenant("people", "admin"), "people", "operator", "author");
        assertEquals(201, post(key, "/v1/graphs", Files.readString(APPROVAL)).statusCode());
        HttpResponse<byte[]> started = post(
                key,
                "/v1/lifetimes",
                "{\"graph\": \"approval\", \"input\": {\"request\": \"a new desk\", \"cost\": 10}}");
        assertEquals(201, started.statusCode(), () -> text(started));
        String path = started.headers().firstValue("Location").orElseThrow();

        assertEquals(
                "paused",
                json(post(key, path + ":pause", "{\"reason\": \"lunch\"}"))
                        .get("status")
                        .asText());
        assertEquals(
                "running", json(post(key, path + ":resume", "")).get("status").asText());
        assertEquals(
                "aborted",
                json(post(key, path + ":abort", "{\"reason\": \"enough\"}"))
                        .get("status")
                        .asText());
        assertEquals(409, post(key, path + ":pause", "{}").statusCode());
    }

    @Test
    void theSameKeyStartsOnce() throws Exception {
        String key = key(tenant("once", "admin"), "once", "operator", "author");
        post(key, "/v1/graphs", Files.readString(NEWTON));
        HttpRequest request = request(key, "/v1/lifetimes")
                .header("Idempotency-Key", "order-1")
                .POST(BodyPublishers.ofString("{\"graph\": \"newton\", \"input\": {\"n\": 2}}"))
                .build();
        HttpResponse<byte[]> first = CLIENT.send(request, BodyHandlers.ofByteArray());
        HttpResponse<byte[]> second = CLIENT.send(request, BodyHandlers.ofByteArray());
        assertEquals(201, first.statusCode());
        assertEquals(200, second.statusCode());
        assertEquals(json(first).get("lifetime_id"), json(second).get("lifetime_id"));
    }

    @Test
    void aForeignAnAbsentAndAMalformedIdGetTheSameBytes() throws Exception {
        String owner = key(tenant("owner", "admin"), "owner", "operator", "author");
        post(owner, "/v1/graphs", Files.readString(NEWTON));
        String path = post(owner, "/v1/lifetimes", "{\"graph\": \"newton\", \"input\": {\"n\": 2}}")
                .headers()
                .firstValue("Location")
                .orElseThrow();
        String stranger = key(tenant("stranger", "admin"), "stranger", "operator", "author", "admin");
        String unknown = "/v1/lifetimes/" + UUID.randomUUID();
        for (String more : new String[] {"", "/executions"}) {
            HttpResponse<byte[]> absent = get(stranger, unknown + more);
            assertEquals(404, absent.statusCode());
            assertArrayEquals(absent.body(), get(stranger, path + more).body());
            assertArrayEquals(
                    absent.body(),
                    get(stranger, "/v1/lifetimes/nonsense" + more).body());
        }
        for (String verb : new String[] {":pause", ":resume", ":abort"}) {
            HttpResponse<byte[]> absent = post(stranger, unknown + verb, "{}");
            assertEquals(404, absent.statusCode());
            assertArrayEquals(absent.body(), post(stranger, path + verb, "{}").body());
            assertArrayEquals(
                    absent.body(),
                    post(stranger, "/v1/lifetimes/nonsense" + verb, "{}").body());
        }
        HttpResponse<byte[]> noTenant = get(stranger, "/v1/tenants/nobody/keys");
        assertEquals(404, noTenant.statusCode());
        assertArrayEquals(
                noTenant.body(), get(stranger, "/v1/tenants/owner/keys").body());
        assertArrayEquals(
                noTenant.body(),
                post(stranger, "/v1/tenants/owner/keys", "{\"roles\": [\"admin\"]}")
                        .body());
        assertEquals(403, get(stranger, "/v1/tenants").statusCode());
        json(get(stranger, "/v1/audit"))
                .get("entries")
                .forEach(
                        entry -> assertEquals("stranger", entry.get("tenant_id").asText()));
    }

    @Test
    void whoMayNotIsRefusedAndNoted() throws Exception {
        String admin = tenant("strict", "admin");
        String reader = key(admin, "strict", "reader");
        HttpResponse<byte[]> refused = post(reader, "/v1/lifetimes", "{\"graph\": \"newton\"}");
        assertEquals(403, refused.statusCode());
        assertEquals(
                "urn:ticktock:problem:permission_denied",
                json(refused).get("type").asText());
        assertEquals(200, get(reader, "/v1/lifetimes").statusCode());

        JsonNode entries = json(get(admin, "/v1/audit")).get("entries");
        assertEquals("lifetimes.start", entries.get(0).get("action").asText(), entries::toString);
        assertEquals("denied", entries.get(0).get("outcome").asText());
        assertEquals("keys.create", entries.get(1).get("action").asText());
    }

    @Test
    void aRevokedKeyAndAnInventedOneAreRefusedAlike() throws Exception {
        String admin = tenant("revoked", "admin");
        JsonNode issued = json(post(admin, "/v1/tenants/revoked/keys", "{\"roles\": [\"reader\"]}"));
        String path = "/v1/tenants/revoked/keys/" + issued.get("key_id").asText() + ":revoke";
        assertEquals(200, post(admin, path, "").statusCode());
        HttpResponse<byte[]> revoked = get(issued.get("key").asText(), "/v1/lifetimes");
        assertEquals(401, revoked.statusCode());
        HttpResponse<byte[]> invented =
                get("tt_0123456789abcdef_0123456789012345678901234567890123456789012", "/v1/lifetimes");
        assertArrayEquals(revoked.body(), invented.body());
        assertEquals(401, invented.statusCode());
        assertFalse(text(get(admin, "/v1/tenants/revoked/keys"))
                .contains(issued.get("key").asText()));
    }

    @Test
    void badInputHasOneClearAnswer() throws Exception {
        assertProblem(400, "the body is not JSON: line 1, column 9", post("", "/v1/lifetimes", "nonsense"));
        assertProblem(400, "'graph' is missing", post("", "/v1/lifetimes", "{}"));
        assertProblem(400, "unknown field 'graf'", post("", "/v1/lifetimes", "{\"graf\": 1}"));
        assertProblem(400, "'graph' must be a string", post("", "/v1/lifetimes", "{\"graph\": 1}"));
        assertProblem(
                400, "nesting depth", post("", "/v1/lifetimes", "{\"graph\": \"g\", \"input\": " + "[".repeat(100)));
        assertProblem(400, "page_size must be 1 to 200", get("", "/v1/lifetimes?page_size=201"));
        assertProblem(400, "unknown query parameter 'state'", get("", "/v1/lifetimes?state=running"));
        assertProblem(400, "status must be", get("", "/v1/lifetimes?status=asleep"));
        assertProblem(400, "graph", post("", "/v1/graphs", "tasks: nonsense"));
        assertProblem(404, "there is no such thing", get("", "/v1/nothing"));
        assertProblem(
                405,
                "this path has other methods",
                send(request("", "/v1/spend").DELETE()));
        assertProblem(413, "larger than 1 MiB", post("", "/v1/graphs", "x".repeat(2 << 20)));
        assertEquals(
                431,
                send(request("", "/v1/spend").header("X-Long", "x".repeat(9_000)))
                        .statusCode());
    }

    /** As curl sends everything unless it is told otherwise. */
    @Test
    void whateverTheContentTypeTheBodyIsWhatItIs() throws Exception {
        String form = "application/x-www-form-urlencoded";
        String padded = Files.readString(APPROVAL) + "# " + "long ".repeat(4_000);
        HttpResponse<byte[]> graph =
                send(request("", "/v1/graphs").header("Content-Type", form).POST(BodyPublishers.ofString(padded)));
        assertEquals(201, graph.statusCode(), () -> text(graph));
    }

    @Test
    void itSaysWhetherItIsReady() throws Exception {
        HttpResponse<byte[]> ready = CLIENT.send(request("", "/health/ready").build(), BodyHandlers.ofByteArray());
        assertEquals(200, ready.statusCode(), () -> text(ready));
        json(ready)
                .get("components")
                .forEach(component -> assertTrue(component.get("ready").asBoolean()));
        assertEquals(5, json(ready).get("components").size());
        assertEquals(
                200,
                CLIENT.send(request("", "/health/live").build(), BodyHandlers.ofByteArray())
                        .statusCode());
    }

    @Test
    void webPagesNeedAKey() throws Exception {
        assertProblem(403, "need an API key", send(request("", "/v1/spend").header("Origin", "https://example.org")));
    }

    private static void assertProblem(int status, String detail, HttpResponse<byte[]> response) throws IOException {
        assertEquals(status, response.statusCode(), () -> text(response));
        assertEquals(
                "application/problem+json",
                response.headers().firstValue("Content-Type").orElse(""));
        assertTrue(json(response).get("detail").asText().contains(detail), () -> text(response));
    }

    @Test
    void whoeverAsksBeforeItSendsABodyIsToldToGoOnOrNot() throws Exception {
        String head = "POST /v1/lifetimes HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ";
        assertEquals("HTTP/1.1 100 Continue", firstLine(head + "2\r\n\r\n"));
        assertEquals("HTTP/1.1 413 Request Entity Too Large", firstLine(head + "2000000\r\n\r\n"));
    }

    @Test
    void whatTheHttpServerCannotReadIsNoDefect() throws Exception {
        for (String head : new String[] {
            "GET /v1/lifetimes HTTP/1.1",
            "GET /v1/lifetimes HTTP/1.1\r\nHost: a:b:c",
            "GET /v1/lifetimes?graph=%zz HTTP/1.1\r\nHost: localhost"
        }) {
            assertEquals("HTTP/1.1 400 Bad Request", firstLine(head + "\r\n\r\n"), head);
        }
    }

    @Test
    void aPortThatIsTakenIsToldByItsNumber(@TempDir Path other) {
        String port =
                Integer.toString(URI.create(system.address().orElseThrow()).getPort());
        Settings settings = Settings.shipped()
                .with("launcher.data_folder", other.toString(), "--data")
                .with("api.port", port, "--set");
        Exception refused = assertThrows(
                Exception.class,
                () -> LocalSystem.start(Configuration.of(settings), EnumSet.allOf(SystemModule.class)));
        assertTrue(
                refused.getMessage().contains("port " + port + " of 127.0.0.1 cannot be bound"), refused.getMessage());
    }

    private static String firstLine(String request) throws IOException {
        URI address = URI.create(system.address().orElseThrow());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    /** The key of an administrator of a new tenant. */
    private static String tenant(String id, String role) throws Exception {
        HttpResponse<byte[]> made = post("", "/v1/tenants", "{\"tenant_id\": \"" + id + "\"}");
        assertEquals(201, made.statusCode(), () -> text(made));
        return key("", id, role);
    }

    private static String key(String admin, String tenant, String... roles) throws Exception {
        String words = "[\"" + String.join("\", \"", roles) + "\"]";
        HttpResponse<byte[]> made = post(admin, "/v1/tenants/" + tenant + "/keys", "{\"roles\": " + words + "}");
        assertEquals(201, made.statusCode(), () -> text(made));
        return json(made).get("key").asText();
    }

    private static JsonNode await(String key, String path, String status) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (true) {
            JsonNode shown = json(get(key, path));
            if (shown.get("status").asText().equals(status)) {
                return shown;
            }
            assertTrue(Instant.now().isBefore(deadline), shown::toString);
            Thread.sleep(10);
        }
    }

    private static HttpResponse<byte[]> get(String key, String path) throws Exception {
        return send(request(key, path));
    }

    private static HttpResponse<byte[]> post(String key, String path, String body) throws Exception {
        HttpResponse<byte[]> response = send(request(key, path).POST(BodyPublishers.ofString(body)));
        if (response.statusCode() < 300) {
            contract.requireRequest("POST", path, body.getBytes(StandardCharsets.UTF_8));
        }
        return response;
    }

    /** Whatever is answered keeps to the contract. */
    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        HttpRequest asked = request.build();
        HttpResponse<byte[]> response = CLIENT.send(asked, BodyHandlers.ofByteArray());
        if (response.statusCode() != 431) {
            String path = asked.uri().getRawPath();
            contract.requireAnswer(asked.method(), path, response.statusCode(), response.body());
        }
        return response;
    }

    /** Without a key where it is empty. */
    private static HttpRequest.Builder request(String key, String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(system.address().orElseThrow() + path))
                .timeout(LONGEST_WAIT);
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private static JsonNode json(HttpResponse<byte[]> response) throws IOException {
        return Json.parse(response.body()).orElseThrow(() -> new IOException(text(response)));
    }

    private static String text(HttpResponse<byte[]> response) {
        return response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8);
    }
}
