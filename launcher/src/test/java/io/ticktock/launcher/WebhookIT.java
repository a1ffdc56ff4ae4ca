package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks of a process of its own, with a real server at the other end. */
class WebhookIT {

    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(40);
    private static final int CRASHED_LIFETIMES = 20;

    @TempDir
    private static Path folder;

    private static Vertx vertx;
    private static HttpServer server;
    private static final List<Received> RECEIVED = new CopyOnWriteArrayList<>();

    private static HttpClient client;
    private static JarProcess serving;
    private static String address;
    private static ApiContract contract;

    /** A request as it came to the server. */
    private record Received(String path, String id, String timestamp, String signature, String type, String body) {

        JsonNode json() {
            return Json.parse(body.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        }

        boolean isSignedBy(String secret) throws Exception {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            String expected =
                    "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
            return List.of(signature.split(" ")).contains(expected);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        vertx = Vertx.vertx();
        server = Client.await(
                vertx.createHttpServer().requestHandler(WebhookIT::receive).listen(0, "127.0.0.1"));
        serve();
    }

    private static void serve() throws Exception {
        serving = JarProcess.start(
                folder,
                "serve",
                "--set",
                "api.webhooks.allow_http=true",
                "--set",
                "api.webhooks.allowed_addresses=127.0.0.1",
                "--set",
                "api.webhooks.retries=200ms,300ms,10m",
                "--set",
                "api.webhooks.lease=5s");
        serving.awaitReady();
        Matcher told = Pattern.compile("http://\\S+").matcher(serving.out());
        assertTrue(told.find(), serving::out);
        address = told.group();
        client = HttpClient.newHttpClient();
        contract = new ApiContract(json(client.send(
                HttpRequest.newBuilder(URI.create(address + "/openapi.json")).build(), BodyHandlers.ofByteArray())));
    }

    @AfterAll
    static void stop() {
        if (serving != null) {
            serving.close();
        }
        Client.await(vertx.close());
    }

    /** By its path: takes everything, nothing at first, nothing more, or everything slowly. */
    private static void receive(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        request.body().onSuccess(body -> {
            Received received = new Received(
                    request.path(),
                    request.getHeader("webhook-id"),
                    request.getHeader("webhook-timestamp"),
                    request.getHeader("webhook-signature"),
                    request.getHeader("content-type"),
                    body.toString());
            boolean isFirst = RECEIVED.stream()
                    .noneMatch(other ->
                            other.path().equals(received.path()) && other.id().equals(received.id()));
            RECEIVED.add(received);
            switch (request.path().split("/")[1]) {
                case "flaky" -> response.setStatusCode(isFirst ? 500 : 200).end("x".repeat(20_000));
                case "gone" -> response.setStatusCode(410).end();
                case "moved" ->
                    response.setStatusCode(302)
                            .putHeader("Location", url("/ok/moved"))
                            .end();
                case "slow" ->
                    vertx.setTimer(10, fired -> response.setStatusCode(204).end());
                default -> response.setStatusCode(204).end();
            }
        });
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + server.actualPort() + path;
    }

    @Test
    void whatHappensIsSentSignedAndTakenOnce() throws Exception {
        String key = tenant("signed");
        JsonNode webhook = webhook(key, "/ok/signed", "[\"started\", \"completed\"]");
        String secret = webhook.get("secret").asText();
        String lifetime = lifetime(key);
        await(() -> at("/ok/signed").size() == 2, () -> at("/ok/signed").toString());

        List<String> told = events(key, lifetime);
        for (Received received : at("/ok/signed")) {
            assertEquals("application/cloudevents+json", received.type());
            assertTrue(received.isSignedBy(secret));
            JsonNode json = received.json();
            assertEquals("1.0", json.get("specversion").asText());
            assertEquals(received.id(), json.get("id").asText());
            assertEquals(lifetime, json.get("subject").asText());
            assertEquals("/tenants/signed", json.get("source").asText());
            String type = json.at("/data/type").asText();
            assertEquals("io.ticktock.lifetime." + type, json.get("type").asText());
            assertEquals("evt_" + lifetime + "_" + json.at("/data/seq").asText(), received.id());
            assertTrue(told.contains(Json.text(json.get("data"))), () -> json + " is none of " + told);
        }
        JsonNode deliveries =
                await(key, deliveries(webhook), shown -> shown.get("deliveries").size() == 2);
        for (JsonNode delivery : deliveries.get("deliveries")) {
            assertEquals("delivered", delivery.get("state").asText());
            assertEquals(204, delivery.get("last_status").asInt());
        }
        JsonNode shown = json(send(key, "GET", path(webhook), ""));
        assertFalse(shown.has("secret"), shown::toString);
    }

    @Test
    void whatIsNotTakenIsSentAgainTheSame() throws Exception {
        String key = tenant("flaky");
        JsonNode webhook = webhook(key, "/flaky/one", "[\"completed\"]");
        lifetime(key);
        JsonNode delivery = await(
                        key,
                        deliveries(webhook),
                        shown -> shown.at("/deliveries/0/state").asText().equals("delivered"))
                .at("/deliveries/0");
        assertEquals(2, delivery.get("attempts").asInt());
        List<Received> tries = at("/flaky/one");
        assertEquals(2, tries.size());
        assertEquals(tries.get(0).id(), tries.get(1).id());
        assertEquals(tries.get(0).body(), tries.get(1).body());
        assertEquals(delivery.get("event_id").asText(), tries.get(0).id());

        String retry = deliveries(webhook) + "/" + tries.get(0).id() + ":retry";
        assertEquals(
                "waiting", json(send(key, "POST", retry, "{}")).get("state").asText());
        await(() -> at("/flaky/one").size() == 3, () -> at("/flaky/one").toString());
    }

    @Test
    void bothSecretsSignAfterARotation() throws Exception {
        String key = tenant("rotated");
        JsonNode webhook = webhook(key, "/ok/rotated", "[]");
        JsonNode rotated = json(send(key, "POST", path(webhook) + ":rotate-secret", "{}"));
        assertNotEquals(webhook.get("secret"), rotated.get("secret"));
        send(key, "POST", path(webhook) + ":test", "{}");
        await(() -> at("/ok/rotated").size() == 1, () -> at("/ok/rotated").toString());
        Received received = at("/ok/rotated").get(0);
        assertEquals(2, received.signature().split(" ").length);
        assertTrue(received.isSignedBy(webhook.get("secret").asText()));
        assertTrue(received.isSignedBy(rotated.get("secret").asText()));
        assertEquals("io.ticktock.webhook.test", received.json().get("type").asText());
    }

    @Test
    void aServerThatWantsNothingMoreIsLeftAlone() throws Exception {
        String key = tenant("gone");
        JsonNode webhook = webhook(key, "/gone/one", "[]");
        send(key, "POST", path(webhook) + ":test", "{}");
        JsonNode disabled =
                await(key, path(webhook), shown -> !shown.get("enabled").asBoolean());
        assertEquals("gone", disabled.get("disabled_reason").asText());
        assertEquals(409, send(key, "POST", path(webhook) + ":test", "{}").statusCode());
        JsonNode audit = json(send("", "GET", "/v1/audit?tenant=gone", ""));
        assertTrue(audit.get("entries").findValuesAsText("action").contains("webhooks.disable"), audit::toString);

        HttpRequest.Builder change = request(key, path(webhook));
        HttpResponse<byte[]> stale = send(
                change.header("If-Match", "\"1\"").method("PATCH", BodyPublishers.ofString("{\"enabled\": true}")));
        assertEquals(412, stale.statusCode());
        assertEquals(204, send(key, "DELETE", path(webhook), "").statusCode());
        assertEquals(404, send(key, "GET", path(webhook), "").statusCode());
    }

    @Test
    void onlyWhatMayBeReachedIs() throws Exception {
        String key = tenant("guarded");
        JsonNode inside = json(send(
                key, "POST", "/v1/webhooks", "{\"url\": \"http://127.0.0.2:" + server.actualPort() + "/ok/inside\"}"));
        send(key, "POST", path(inside) + ":test", "{}");
        JsonNode moved = webhook(key, "/moved/one", "[]");
        send(key, "POST", path(moved) + ":test", "{}");

        Predicate<JsonNode> isTried =
                shown -> shown.at("/deliveries/0/attempts").asInt() > 0;
        JsonNode refused = await(key, deliveries(inside), isTried);
        assertEquals(
                "the host is not at a public address",
                refused.at("/deliveries/0/last_error").asText());
        JsonNode notFollowed = await(key, deliveries(moved), isTried);
        assertEquals(302, notFollowed.at("/deliveries/0/last_status").asInt());
        assertEquals(List.of(), at("/ok/inside"));
        assertEquals(List.of(), at("/ok/moved"));
        assertEquals(
                400,
                send(key, "POST", "/v1/webhooks", "{\"url\": \"http://a:b@example.com\"}")
                        .statusCode());
    }

    /** Some events are sent by the one process, and those that it had not noted, or not begun, by the next. */
    @Test
    void nothingIsMissingAfterTheProcessWasKilled() throws Exception {
        String key = tenant("killed");
        webhook(key, "/slow/killed", "[]");
        List<String> lifetimes = new ArrayList<>();
        for (int i = 0; i < CRASHED_LIFETIMES; i++) {
            lifetimes.add(start(key));
        }
        await(
                () -> at("/slow/killed").size() > 30,
                () -> "there are " + at("/slow/killed").size());
        serving.kill();
        int before = at("/slow/killed").size();
        serve();

        Set<String> expected = new TreeSet<>();
        for (String lifetime : lifetimes) {
            awaitCompleted(key, lifetime);
            int events = events(key, lifetime).size();
            for (int seq = 1; seq <= events; seq++) {
                expected.add("evt_" + lifetime + "_" + seq);
            }
        }
        await(
                () -> ids("/slow/killed").containsAll(expected),
                () -> "of " + expected.size() + " events, "
                        + ids("/slow/killed").size() + " arrived");
        assertEquals(expected, ids("/slow/killed"));
        System.out.println("of " + expected.size() + " events " + before + " tries came before the kill, and "
                + (at("/slow/killed").size() - expected.size()) + " came twice");
    }

    private static Set<String> ids(String path) {
        return at(path).stream().map(Received::id).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Received> at(String path) {
        return RECEIVED.stream().filter(each -> each.path().equals(path)).toList();
    }

    // requests

    private static String tenant(String id) throws Exception {
        send("", "POST", "/v1/tenants", "{\"tenant_id\": \"" + id + "\"}");
        String key = json(send("", "POST", "/v1/tenants/" + id + "/keys", "{\"roles\": [\"operator\", \"author\"]}"))
                .get("key")
                .asText();
        assertEquals(
                201, send(key, "POST", "/v1/graphs", Files.readString(NEWTON)).statusCode());
        return key;
    }

    private static JsonNode webhook(String key, String path, String types) throws Exception {
        HttpResponse<byte[]> made =
                send(key, "POST", "/v1/webhooks", "{\"url\": \"" + url(path) + "\", \"event_types\": " + types + "}");
        assertEquals(201, made.statusCode(), () -> ServedApi.text(made));
        return json(made);
    }

    private static String path(JsonNode webhook) {
        return "/v1/webhooks/" + webhook.get("webhook_id").asText();
    }

    private static String deliveries(JsonNode webhook) {
        return path(webhook) + "/deliveries";
    }

    /** One that has ended. */
    private static String lifetime(String key) throws Exception {
        String id = start(key);
        awaitCompleted(key, id);
        return id;
    }

    private static String start(String key) throws Exception {
        return json(send(key, "POST", "/v1/lifetimes", "{\"graph\": \"newton\", \"input\": {\"n\": 2}}"))
                .get("lifetime_id")
                .asText();
    }

    private static void awaitCompleted(String key, String lifetime) throws Exception {
        await(
                key,
                "/v1/lifetimes/" + lifetime,
                shown -> shown.get("status").asText().equals("completed"));
    }

    /** The data of its events, as they are streamed. */
    private static List<String> events(String key, String lifetime) throws Exception {
        HttpResponse<String> stream = client.send(
                request(key, "/v1/lifetimes/" + lifetime + "/events").build(), BodyHandlers.ofString());
        return stream.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring("data: ".length()))
                .toList();
    }

    private static HttpResponse<byte[]> send(String key, String method, String path, String body) throws Exception {
        return send(request(key, path)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    /** Whatever is answered keeps to the contract. */
    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        HttpRequest asked = request.build();
        HttpResponse<byte[]> response = client.send(asked, BodyHandlers.ofByteArray());
        contract.requireAnswer(asked.method(), asked.uri().getRawPath(), response.statusCode(), response.body());
        return response;
    }

    private static HttpRequest.Builder request(String key, String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address + path)).timeout(LONGEST_WAIT);
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        return Json.parse(response.body()).orElseThrow(() -> new AssertionError(ServedApi.text(response)));
    }

    private static JsonNode await(String key, String path, Predicate<JsonNode> condition) throws Exception {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (true) {
            JsonNode shown = json(send(key, "GET", path, ""));
            if (condition.test(shown)) {
                return shown;
            }
            assertTrue(Instant.now().isBefore(deadline), shown::toString);
            Thread.sleep(20);
        }
    }

    private static void await(BooleanSupplier condition, Supplier<String> what) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), what);
            Thread.sleep(20);
        }
    }
}
