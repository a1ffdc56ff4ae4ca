package io.ticktock.api.event;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.api.ApiLimits;
import io.ticktock.api.access.Authentication;
import io.ticktock.api.access.Authenticator;
import io.ticktock.api.grpc.GrpcApi;
import io.ticktock.api.http.HttpApi;
import io.ticktock.api.meter.ApiMeters;
import io.ticktock.api.operation.AuditLog;
import io.ticktock.api.operation.Gate;
import io.ticktock.api.operation.Operations;
import io.ticktock.api.operation.Readiness;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.worker.GatewayBounds;
import io.ticktock.api.worker.WorkerGateway;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.proto.v1.WatchLifetimeResponse;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events over HTTP and gRPC, on a real port, from the log of a fake. */
class EventStreamTest {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
    private static final FeedBounds BOUNDS = new FeedBounds(4, 3, Duration.ofMillis(100), Duration.ofSeconds(2));
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
    private static final int SEND_BUFFER_BYTES = 16 * 1024;
    private static final ServiceMethod<WatchLifetimeResponse, WatchLifetimeRequest> WATCH = ServiceMethod.client(
            ServiceName.create("ticktock.v1.ControlPlaneService"),
            "WatchLifetime",
            GrpcMessageEncoder.encoder(),
            GrpcMessageDecoder.decoder(WatchLifetimeResponse.getDefaultInstance()));

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final FakeLog log = new FakeLog(bus);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String id = UUID.randomUUID().toString();
    private final WayIn wayIn = new WayIn();

    /** What the verticle of the module does, with bounds that a test does not wait long for. */
    private final class WayIn extends VerticleBase {

        private EventFeed feed;
        private HttpServer server;

        @Override
        public Future<?> start() {
            feed = new EventFeed(vertx, bus, BOUNDS);
            WorkerGateway workers = new WorkerGateway(vertx, bus, "gateway", GatewayBounds.STANDARD);
            Operations operations =
                    Operations.over(vertx, bus, feed, workers, ApiLimits.standard(), WebhookConfiguration.standard());
            AuditLog audit = new AuditLog(bus, InstantSource.system());
            Gate gate = new Gate(vertx, audit, ApiLimits.standard());
            ApiMeters meters = new ApiMeters(new SimpleMeterRegistry());
            Authenticator authenticator = new Authenticator(bus, Authentication.NONE, Optional.empty());
            Handler<HttpServerRequest> http = new HttpApi(
                            operations,
                            authenticator,
                            Authentication.NONE,
                            gate,
                            audit,
                            new Readiness(bus),
                            meters,
                            Tracing.OFF,
                            () -> "")
                    .router(vertx);
            Handler<HttpServerRequest> grpc =
                    new GrpcApi(operations, authenticator, gate, audit, workers, meters, Tracing.OFF).server(vertx);
            return vertx.createHttpServer(new HttpServerOptions().setSendBufferSize(SEND_BUFFER_BYTES))
                    .requestHandler(request -> (GrpcApi.isFor(request) ? grpc : http).handle(request))
                    .listen(0, "127.0.0.1")
                    .onSuccess(listening -> server = listening);
        }

        private int listeners() {
            Promise<Integer> count = Promise.promise();
            context.runOnContext(nothing -> count.complete(feed.listeners()));
            return Awaiting.result(count.future());
        }
    }

    @BeforeEach
    void start() {
        Awaiting.result(vertx.deployVerticle(wayIn));
        log.start(id);
    }

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void eventsAreNumberedNamedAndEndTheStream() throws Exception {
        log.append(id, FakeLog.accepted("e1"));
        log.append(id, FakeLog.completed());

        HttpResponse<Stream<String>> response = get(path(), 0);

        assertEquals(200, response.statusCode());
        assertEquals(
                "text/event-stream",
                response.headers().firstValue("Content-Type").orElse(""));
        List<String> lines = response.body().toList();
        assertTrue(lines.get(0).matches("retry: [0-9]{4}"), lines::toString);
        assertEquals(List.of("", "id: 1", "event: accepted"), lines.subList(1, 4));
        assertTrue(
                lines.get(4)
                        .startsWith("data: {\"seq\":1,\"time\":\"1970-01-01T00:00:00Z\",\"type\":\"accepted\","
                                + "\"lifetime_id\":\"" + id + "\",\"exec_id\":\"e1\","),
                lines::toString);
        assertEquals(List.of("", "id: 2", "event: completed"), lines.subList(5, 8));
        awaitListeners(0);
    }

    @Test
    void whoComesAgainGoesOnAndStaysAwayAfterTheEnd() throws Exception {
        log.appendMany(id, 300);
        log.append(id, FakeLog.completed());

        List<String> ids = get(path() + "?after=3", 290)
                .body()
                .filter(line -> line.startsWith("id: "))
                .toList();
        HttpResponse<Stream<String>> over = get(path(), 301);

        assertEquals(11, ids.size());
        assertEquals("id: 291", ids.get(0));
        assertEquals(204, over.statusCode());
        assertEquals(400, get(path(), 302).statusCode());
        assertEquals(400, get(path() + "?after=x", 0).statusCode());
        assertEquals(400, get(path() + "?from=1", 0).statusCode());
        awaitListeners(0);
    }

    @Test
    void whatIsNotThereAndWhatIsNoIdGetTheSameBytes() throws Exception {
        byte[] absent = bytes("/v1/lifetimes/" + UUID.randomUUID() + "/events");

        assertArrayEquals(absent, bytes("/v1/lifetimes/nonsense/events"));
        assertArrayEquals(absent, bytes("/v1/lifetimes/" + UUID.randomUUID() + "/events?after=7"));
        assertTrue(new String(absent, StandardCharsets.UTF_8).contains("urn:ticktock:problem:not_found"));
    }

    @Test
    void heartbeatsAreHeardInBetween() throws Exception {
        try (Stream<String> lines = get(path(), 0).body()) {
            Iterator<String> heard = lines.iterator();
            next(heard, ": heartbeat");
            next(heard, ": heartbeat");
            log.tell(id, FakeLog.accepted("e"));
            next(heard, "id: 1");
            next(heard, ": heartbeat");
            log.tell(id, FakeLog.completed());
            next(heard, "event: completed");
        }
        awaitListeners(0);
    }

    @Test
    void deltasComeInBetweenWithoutAnIdSoThatWhoComesAgainGoesOnAfterTheLastEvent() throws Exception {
        log.append(id, FakeLog.accepted("e1"));
        try (Stream<String> lines = get(path() + "?deltas=true", 0).body()) {
            Iterator<String> heard = lines.iterator();
            next(heard, "event: accepted");
            heard.next();
            assertEquals("", heard.next());
            say(2, "two\n", 3);
            String line = heard.next();
            while (line.isEmpty() || line.equals(": heartbeat")) {
                line = heard.next();
            }
            assertEquals("event: delta", line);
            assertEquals(
                    "data: {\"lifetime_id\":\"" + id + "\",\"exec_id\":\"e2\",\"node_id\":\"a\",\"iteration\":1,"
                            + "\"attempt\":1,\"number\":2,\"text\":\"two\\n\",\"dropped_chars\":3}",
                    heard.next());
            assertEquals("", heard.next());
        }
        log.append(id, FakeLog.completed());
        List<String> ids = get(path() + "?deltas=true", 1)
                .body()
                .filter(line -> line.startsWith("id: "))
                .toList();
        assertEquals(List.of("id: 2"), ids);
        assertEquals(400, get(path() + "?deltas=perhaps", 0).statusCode());
        awaitListeners(0);
    }

    @Test
    void anRpcHasDeltasInAFieldOfTheirOwn() {
        GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> response =
                Awaiting.result(request(GrpcClient.client(vertx), 0).compose(request -> {
                    request.end(WatchLifetimeRequest.newBuilder()
                            .setLifetimeId(id)
                            .setDeltas(true)
                            .build());
                    return request.response().map(EventStreamTest::paused);
                }));
        Promise<LifetimeEvent> event = Promise.promise();
        Promise<ExecutionDelta> delta = Promise.promise();
        response.handler(message -> {
                    if (message.hasDelta()) {
                        delta.tryComplete(message.getDelta());
                    } else {
                        event.tryComplete(message.getEvent());
                    }
                })
                .resume();
        log.append(id, FakeLog.accepted("e1"));
        assertEquals(1, Awaiting.result(event.future()).getSeq());
        say(1, "one", 0);
        assertEquals("one", Awaiting.result(delta.future()).getText());
        log.tell(id, FakeLog.completed());
        awaitListeners(0);
    }

    private void say(long number, String text, long dropped) {
        bus.publish(
                Addresses.EXECUTOR_DELTA.at(id),
                ExecutionDelta.newBuilder()
                        .setTenantId(FakeLog.TENANT)
                        .setLifetimeId(id)
                        .setExecId("e2")
                        .setNodeId("a")
                        .setIteration(1)
                        .setAttempt(1)
                        .setNumber(number)
                        .setText(text)
                        .setDroppedChars(dropped)
                        .build());
    }

    @Test
    void whoGoesAwayLeavesNothing() throws Exception {
        for (int i = 0; i < 3; i++) {
            HttpResponse<Stream<String>> response = get(path(), 0);
            assertEquals(200, response.statusCode());
            assertTrue(wayIn.listeners() >= 1);
            response.body().close();
        }
        awaitListeners(0);
    }

    @Test
    void oneTooManyIsRefused() throws Exception {
        List<HttpResponse<Stream<String>>> open = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            open.add(get(path(), 0));
        }
        HttpResponse<Stream<String>> refused = get(path(), 0);

        assertEquals(429, refused.statusCode());
        assertTrue(refused.headers().firstValue("Retry-After").isPresent());
        assertTrue(refused.body().toList().toString().contains("3 streams of events are open"));
        open.forEach(response -> response.body().close());
        awaitListeners(0);
    }

    @Test
    void whoNeverReadsIsCutOffAndNobodyElse() throws Exception {
        for (int i = 0; i < 400; i++) {
            log.append(id, FakeLog.accepted("x".repeat(10_000)));
        }
        try (Socket socket = new Socket();
                Stream<String> lines = get(path(), 399).body()) {
            socket.setReceiveBufferSize(SEND_BUFFER_BYTES);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), wayIn.server.actualPort()));
            socket.getOutputStream()
                    .write(("GET " + path() + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            awaitListeners(2);
            awaitListeners(1);
            long got = socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            assertTrue(got < 4_000_000, () -> got + " bytes of 4 MB were waiting");

            log.tell(id, FakeLog.completed());
            next(lines.iterator(), "event: completed");
        }
        awaitListeners(0);
    }

    @Test
    void anRpcStreamsTheSameEventsAndEnds() {
        log.appendMany(id, 250);
        GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> response = Awaiting.result(call(id, 100, 0));
        Promise<Void> ended = Promise.promise();
        List<Long> seqs = new ArrayList<>();
        response.handler(message -> seqs.add(message.getEvent().getSeq()));
        response.endHandler(ended::complete);
        response.resume();
        log.tell(id, FakeLog.completed());
        Awaiting.result(ended.future());

        assertEquals(GrpcStatus.OK, response.status());
        assertEquals(151, seqs.size());
        assertEquals(101, seqs.get(0));
        assertEquals(251, seqs.get(150));
        assertEquals(0, Awaiting.result(statuses(id, 251)).size());
        awaitListeners(0);
    }

    @Test
    void anRpcIsRefusedBeforeItStreams() {
        assertEquals(GrpcStatus.NOT_FOUND, refusal(UUID.randomUUID().toString(), 0));
        assertEquals(GrpcStatus.NOT_FOUND, refusal("nonsense", 0));
        assertEquals(GrpcStatus.INVALID_ARGUMENT, refusal(id, 9));
        awaitListeners(0);
    }

    @Test
    void anRpcThatIsCancelledOrLateOrCutOffLeavesNothing() {
        GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> late = Awaiting.result(call(id, 0, 3_000));
        Promise<Void> ended = Promise.promise();
        late.endHandler(ended::complete).exceptionHandler(ended::tryFail);
        late.resume();
        awaitListeners(1);
        Awaiting.result(ended.future());
        assertEquals(GrpcStatus.DEADLINE_EXCEEDED, late.status());
        awaitListeners(0);

        GrpcClient grpc = GrpcClient.client(vertx);
        GrpcClientRequest<WatchLifetimeRequest, WatchLifetimeResponse> cancelled = Awaiting.result(request(grpc, 0));
        cancelled.end(watch(id, 0)).onFailure(cause -> {});
        awaitListeners(1);
        cancelled.cancel();
        awaitListeners(0);

        Awaiting.result(request(grpc, 0).compose(request -> {
            request.end(watch(id, 0)).onFailure(cause -> {});
            return request.response();
        }));
        awaitListeners(1);
        Awaiting.result(grpc.close());
        awaitListeners(0);
    }

    @Test
    void anRpcThatIsNotReadIsCutOff() {
        for (int i = 0; i < 400; i++) {
            log.append(id, FakeLog.accepted("x".repeat(10_000)));
        }
        Awaiting.result(call(id, 0, 0));
        awaitListeners(1);
        awaitListeners(0);
    }

    private String path() {
        return "/v1/lifetimes/" + id + "/events";
    }

    /** @param lastSeq 0 without the header */
    private HttpResponse<Stream<String>> get(String path, long lastSeq) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(LONGEST_WAIT);
        if (lastSeq > 0) {
            request.header("Last-Event-ID", Long.toString(lastSeq));
        }
        return client.send(request.build(), BodyHandlers.ofLines());
    }

    private byte[] bytes(String path) throws Exception {
        HttpResponse<InputStream> response =
                client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofInputStream());
        assertEquals(404, response.statusCode());
        return response.body().readAllBytes();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + wayIn.server.actualPort() + path);
    }

    /** Fails when the stream ends before. */
    private static void next(Iterator<String> lines, String wanted) {
        while (!lines.next().equals(wanted)) {
            assertTrue(lines.hasNext(), wanted);
        }
    }

    private Future<GrpcClientRequest<WatchLifetimeRequest, WatchLifetimeResponse>> request(GrpcClient grpc, long ms) {
        return grpc.request(SocketAddress.inetSocketAddress(wayIn.server.actualPort(), "127.0.0.1"), WATCH)
                .map(request -> ms > 0 ? request.timeout(ms, TimeUnit.MILLISECONDS) : request);
    }

    /** Its messages are not read before it is resumed. */
    private Future<GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse>> call(
            String lifetimeId, long after, long ms) {
        return request(GrpcClient.client(vertx), ms).compose(request -> {
            Future<GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse>> response =
                    request.response().map(EventStreamTest::paused);
            return request.end(watch(lifetimeId, after)).compose(sent -> response);
        });
    }

    private static GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> paused(
            GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> response) {
        response.pause();
        return response;
    }

    private Future<List<LifetimeEvent>> statuses(String lifetimeId, long after) {
        return call(lifetimeId, after, 0).compose(response -> {
            Promise<List<LifetimeEvent>> all = Promise.promise();
            List<LifetimeEvent> events = new ArrayList<>();
            response.handler(message -> events.add(message.getEvent()))
                    .endHandler(end -> all.complete(events))
                    .resume();
            return all.future();
        });
    }

    private GrpcStatus refusal(String lifetimeId, long after) {
        GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> response =
                Awaiting.result(call(lifetimeId, after, 0));
        Promise<Void> ended = Promise.promise();
        response.handler(message -> {}).endHandler(ended::complete).resume();
        Awaiting.result(ended.future());
        return response.status();
    }

    private static WatchLifetimeRequest watch(String lifetimeId, long after) {
        return WatchLifetimeRequest.newBuilder()
                .setLifetimeId(lifetimeId)
                .setAfterSeq(after)
                .build();
    }

    private void awaitListeners(int count) {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (wayIn.listeners() != count) {
            assertFalse(Instant.now().isAfter(deadline), () -> wayIn.listeners() + " listeners instead of " + count);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
