package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.json;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.proto.v1.WatchLifetimeResponse;
import io.ticktock.sdk.TaskHandler;
import io.ticktock.sdk.TaskOutcome;
import io.ticktock.sdk.worker.Worker;
import io.ticktock.sdk.worker.WorkerRefused;
import io.ticktock.testkit.TokenIssuer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and tokens as callers have them: what they open, and for how long. */
class CredentialsIT {

    /** Whatever counts no more ends within this. */
    private static final long LONGEST_S = 30;

    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");
    private static final RSAKey RSA = TokenIssuer.rsa("first");
    private static final ECKey P256 = TokenIssuer.elliptic("second", Curve.P_256);
    private static final String GARBAGE = "garbage";
    private static final AtomicInteger GARBAGE_TOLD = new AtomicInteger();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Vertx VERTX = Vertx.vertx();
    private static final GrpcClient GRPC = GrpcClient.client(VERTX);

    @TempDir
    private static Path folder;

    private static HttpServer issuer;
    private static ServedApi api;
    private static volatile String keys = TokenIssuer.publicSet(RSA);

    @BeforeAll
    static void start() throws Exception {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", CredentialsIT::tellKeys);
        issuer.start();
        api = ServedApi.start(
                folder.resolve("data"),
                "api.jwt.issuer=" + TokenIssuer.ISSUER,
                "api.jwt.audience=" + TokenIssuer.AUDIENCE,
                "api.jwt.key_address=http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys",
                "api.jwt.refresh=1s");
        api.register(api.tenant("acme"), APPROVAL);
        api.tenant("rival");
    }

    private static void tellKeys(HttpExchange exchange) throws IOException {
        String told = keys;
        if (told.equals(GARBAGE)) {
            GARBAGE_TOLD.incrementAndGet();
        }
        byte[] body = told.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterAll
    static void stop() {
        Client.await(VERTX.close());
        api.close();
        issuer.stop(0);
    }

    @Test
    void aTokenIsACallerOfItsTenantWithItsRoles() throws Exception {
        String operator = token("acme", "[\"operator\"]");
        String lifetime = api.start(operator, "{\"graph\": \"approval\", \"input\": {\"text\": \"Sign here.\"}}");
        assertEquals(200, api.get(operator, lifetime).statusCode());
        assertEquals(
                403,
                api.post(token("acme", "[\"reader\"]"), lifetime + ":abort", "").statusCode());
        assertEquals(404, api.get(token("rival", "[\"admin\"]"), lifetime).statusCode());
        JsonNode audit = json(api.get(token("acme", "[\"admin\"]"), "/v1/audit"));
        assertTrue(audit.findValuesAsText("actor").contains("jwt:alice"), audit::toString);
    }

    @Test
    void whatIsWrongWithACredentialIsNotTold() throws Exception {
        HttpResponse<byte[]> none = api.get("no-credential", "/v1/graphs");
        String good = token("acme", "[\"reader\"]");
        assertEquals(200, api.get(good, "/v1/graphs").statusCode());
        String[] refused = {
            good.substring(0, good.length() - 6),
            token("nobody", "[\"reader\"]"),
            token("acme", "[\"root\"]"),
            // It would administer the system.
            token("default", "[\"admin\"]"),
            TokenIssuer.token(TokenIssuer.rsa("first"), JWSAlgorithm.RS256, claims("acme", "[\"reader\"]", 60)),
            TokenIssuer.token(RSA, JWSAlgorithm.RS256, claims("acme", "[\"reader\"]", -1)),
            "tt_0123456789abcdef_" + "A".repeat(43)
        };
        for (String credential : refused) {
            HttpResponse<byte[]> answer = api.get(credential, "/v1/graphs");
            assertEquals(401, answer.statusCode(), credential);
            assertArrayEquals(none.body(), answer.body(), credential);
            assertEquals(
                    "Bearer", answer.headers().firstValue("WWW-Authenticate").orElseThrow());
        }
        assertEquals(
                200, api.get(token("default", "[\"reader\"]"), "/v1/graphs").statusCode());
    }

    @Test
    void aTokenThatExpiresEndsEveryStream() throws Exception {
        String lifetime = waiting();
        String token = TokenIssuer.token(RSA, JWSAlgorithm.RS256, claims("acme", "[\"operator\", \"worker\"]", 8));
        CompletableFuture<HttpResponse<Stream<String>>> events = follow(token, lifetime);
        Future<GrpcStatus> rpc = watch(token, lifetime);
        Worker worker = Worker.connect(address().getScheme() + "://" + address().getAuthority())
                .apiKey(token)
                .task("acme.idle", TaskHandler.blocking(context -> TaskOutcome.json(null)))
                .start();
        worker.connected().toCompletableFuture().get(LONGEST_S, TimeUnit.SECONDS);
        CompletableFuture<Void> working = CompletableFuture.runAsync(() -> awaitWorker(worker));

        assertEnds(events, 8 + LONGEST_S);
        assertEquals(
                GrpcStatus.UNAUTHENTICATED,
                rpc.toCompletionStage().toCompletableFuture().get(LONGEST_S, TimeUnit.SECONDS));
        ExecutionException refused =
                assertThrows(ExecutionException.class, () -> working.get(LONGEST_S, TimeUnit.SECONDS));
        assertTrue(refused.toString().contains("valid"), refused::toString);
        assertEquals(401, api.get(token, lifetime).statusCode());
    }

    @Test
    void aRevokedKeyEndsWithinHalfAMinuteAlsoItsStreams() throws Exception {
        String lifetime = waiting();
        JsonNode issued = json(api.post("", "/v1/tenants/acme/keys", "{\"roles\": [\"operator\"]}"));
        String key = issued.get("key").asText();
        // Known from now on, and streaming.
        assertEquals(200, api.get(key, lifetime).statusCode());
        CompletableFuture<HttpResponse<Stream<String>>> events = follow(key, lifetime);
        Future<GrpcStatus> rpc = watch(key, lifetime);
        events.get(LONGEST_S, TimeUnit.SECONDS);

        String revoke = "/v1/tenants/acme/keys/" + issued.get("key_id").asText() + ":revoke";
        assertEquals(200, api.post("", revoke, "").statusCode());
        Instant deadline = Instant.now().plusSeconds(LONGEST_S);

        awaitStatus(key, lifetime, 401, deadline);
        assertEnds(events, LONGEST_S);
        assertEquals(
                GrpcStatus.UNAUTHENTICATED,
                rpc.toCompletionStage().toCompletableFuture().get(LONGEST_S, TimeUnit.SECONDS));
        assertTrue(Instant.now().isBefore(deadline), "it took longer than " + LONGEST_S + " s");
    }

    @Test
    void keysOfTheIssuerComeAndGo() throws Exception {
        String second = TokenIssuer.token(P256, JWSAlgorithm.ES256, claims("acme", "[\"reader\"]", 600));
        Instant deadline = Instant.now().plusSeconds(LONGEST_S);
        assertEquals(401, api.get(second, "/v1/graphs").statusCode());
        keys = TokenIssuer.publicSet(RSA, P256);
        awaitStatus(second, "/v1/graphs", 200, deadline);
        keys = GARBAGE;
        // Whoever comes for more has done with what it got before.
        int told = GARBAGE_TOLD.get();
        while (GARBAGE_TOLD.get() < told + 2) {
            assertTrue(Instant.now().isBefore(deadline), "nobody comes for the keys");
            Thread.sleep(20);
        }
        assertEquals(200, api.get(second, "/v1/graphs").statusCode());
        keys = TokenIssuer.publicSet(RSA);
        awaitStatus(second, "/v1/graphs", 401, deadline);
        assertEquals(200, api.get(token("acme", "[\"reader\"]"), "/v1/graphs").statusCode());
    }

    @Test
    void aFileOfKeysThatIsNoneStopsTheStart() throws Exception {
        Path file = Files.writeString(folder.resolve("keys.json"), TokenIssuer.privateSet(RSA));
        RuntimeException refused = assertThrows(
                RuntimeException.class,
                () -> ServedApi.start(
                        folder.resolve("refused"),
                        "api.jwt.issuer=" + TokenIssuer.ISSUER,
                        "api.jwt.audience=" + TokenIssuer.AUDIENCE,
                        "api.jwt.key_file=" + file));
        assertEquals(
                "api.jwt.key_file " + file
                        + " must be a set of public keys (JWK set): the key 'first' is not public; only public keys belong"
                        + " there",
                CommandFailure.of(refused).getMessage());
    }

    /** A lifetime that waits for a person, so that its stream does not end by itself. */
    private static String waiting() throws Exception {
        return api.start(
                token("acme", "[\"operator\"]"), "{\"graph\": \"approval\", \"input\": {\"text\": \"Sign here.\"}}");
    }

    private static String token(String tenant, String roles) {
        return TokenIssuer.token(RSA, JWSAlgorithm.RS256, claims(tenant, roles, 600));
    }

    private static String claims(String tenant, String roles, long forSeconds) {
        long now = Instant.now().getEpochSecond();
        return TokenIssuer.claims(tenant, roles, now, now + forSeconds);
    }

    private static void awaitStatus(String credential, String path, int status, Instant deadline) throws Exception {
        while (api.get(credential, path).statusCode() != status) {
            assertTrue(Instant.now().isBefore(deadline), () -> "there was no " + status + " in time");
            Thread.sleep(100);
        }
    }

    private static CompletableFuture<HttpResponse<Stream<String>>> follow(String credential, String lifetime) {
        return HTTP.sendAsync(api.request(credential, lifetime + "/events").build(), BodyHandlers.ofLines());
    }

    private static void assertEnds(CompletableFuture<HttpResponse<Stream<String>>> events, long seconds)
            throws Exception {
        HttpResponse<Stream<String>> response = events.get(LONGEST_S, TimeUnit.SECONDS);
        assertEquals(200, response.statusCode());
        long lines =
                CompletableFuture.supplyAsync(() -> response.body().count()).get(seconds, TimeUnit.SECONDS);
        assertTrue(lines > 0);
    }

    private static Future<GrpcStatus> watch(String credential, String lifetime) {
        URI address = address();
        ServiceMethod<WatchLifetimeResponse, WatchLifetimeRequest> method = ServiceMethod.client(
                ServiceName.create("ticktock.v1.ControlPlaneService"),
                "WatchLifetime",
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(WatchLifetimeResponse.getDefaultInstance()));
        WatchLifetimeRequest request = WatchLifetimeRequest.newBuilder()
                .setLifetimeId(lifetime.substring("/v1/lifetimes/".length()))
                .build();
        Promise<GrpcStatus> ended = Promise.promise();
        GRPC.request(SocketAddress.inetSocketAddress(address.getPort(), address.getHost()), method)
                .compose(call -> {
                    call.headers().set("authorization", "Bearer " + credential);
                    call.end(request);
                    return call.response();
                })
                .onSuccess(response -> {
                    response.handler(event -> {});
                    response.endHandler(end -> ended.tryComplete(response.status()));
                    response.exceptionHandler(ended::tryFail);
                })
                .onFailure(ended::tryFail);
        return ended.future();
    }

    private static URI address() {
        return api.request("", "/").build().uri();
    }

    private static void awaitWorker(Worker worker) {
        try {
            worker.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (WorkerRefused refused) {
            throw new IllegalStateException(refused.getMessage(), refused);
        }
    }
}
