package io.ticktock.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.CheckResponse;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a process without the way in tells whoever watches over it. */
class HealthVerticleTest {

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client = HttpClient.newHttpClient();
    private final AtomicInteger port = new AtomicInteger();
    private volatile boolean stuck;
    private volatile CheckResponse said = CheckResponse.getDefaultInstance();

    @BeforeEach
    void start() {
        Awaiting.result(vertx.deployVerticle(new HealthVerticle(
                "127.0.0.1",
                0,
                () -> Future.succeededFuture(Map.of("state", said)),
                () -> stuck,
                () -> "counted 1\n",
                port::set)));
    }

    @AfterEach
    void stop() {
        Awaiting.result(vertx.close());
    }

    @Test
    void itIsReadyWhenWhatItAsksSaysSo() throws Exception {
        said = CheckResponse.newBuilder().setReason("no database").build();
        HttpResponse<String> before = get("/health/ready");
        assertEquals(503, before.statusCode());
        assertEquals(
                "{\"status\":\"not_ready\",\"components\":{\"state\":{\"ready\":false,\"reason\":\"no database\"}}}",
                before.body());
        assertEquals(200, get("/health/live").statusCode());

        said = CheckResponse.newBuilder().setReady(true).build();
        assertEquals(200, get("/health/ready").statusCode());
    }

    @Test
    void whatIsStuckIsToBeStartedAnew() throws Exception {
        stuck = true;
        HttpResponse<String> answer = get("/health/live");
        assertEquals(503, answer.statusCode());
        assertEquals("{\"status\":\"stuck\"}", answer.body());
    }

    @Test
    void itTellsMetricsAndNothingElse() throws Exception {
        assertEquals("counted 1\n", get("/metrics").body());
        assertEquals(404, get("/v1/lifetimes").statusCode());
        assertEquals(
                405,
                send(request("/metrics").POST(BodyPublishers.ofString("x"))).statusCode());
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        Failure failure = Awaiting.failure(vertx.deployVerticle(new HealthVerticle(
                "127.0.0.1",
                port.get(),
                () -> Future.succeededFuture(Map.of()),
                () -> false,
                () -> "",
                listening -> {})));
        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertTrue(failure.getMessage().contains("launcher.health_port"), failure::getMessage);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.get() + path))
                .timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }
}
