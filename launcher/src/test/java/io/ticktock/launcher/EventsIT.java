package io.ticktock.launcher;

import static io.ticktock.launcher.ServedApi.assertProblem;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.ticktock.proto.v1.WatchEventsResponse;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.proto.v1.WatchLifetimeResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events of lifetimes as they happen, over HTTP/1, HTTP/2 and gRPC. */
class EventsIT {

    private static final Path APPROVAL = Path.of("..", "conf", "graphs", "approval.yaml");
    private static final Path NEWTON = Path.of("..", "conf", "graphs", "newton.yaml");
    private static final long LONGEST_WAIT_S = 30;
    private static final HttpClient HTTP1 =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final HttpClient HTTP2 =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

    private static final Vertx VERTX = Vertx.vertx();
    private static final GrpcClient GRPC = GrpcClient.client(VERTX);

    @TempDir
    private static Path folder;

    private static ServedApi api;

    /** One event as it arrives. */
    private record Heard(String id, String type, JsonNode data) {}

    @BeforeAll
    static void start() throws Exception {
        api = ServedApi.start(folder);
    }

    @AfterAll
    static void stop() {
        Client.await(VERTX.close());
        api.close();
    }

    @Test
    void aLifetimeIsFollowedFromItsStartToItsEnd() throws Exception {
        String key = api.tenant("followed");
        api.register(key, NEWTON);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");

        List<Heard> live = heard(follow(HTTP1, key, lifetime, ""));

        assertEquals("started", live.get(0).type());
        assertEquals("newton", live.get(0).data().get("graph").asText());
        assertEquals("scheduled", live.get(1).type());
        assertEquals("guess", live.get(1).data().get("node").asText());
        assertEquals("completed", live.get(live.size() - 1).type());
        assertNumbered(live, 1);
        assertEquals(
                10,
                live.stream().filter(event -> event.type().equals("accepted")).count());
        live.forEach(
                event -> assertEquals(event.type(), event.data().get("type").asText()));
    }

    @Test
    void listenersHearTheSameWheneverTheyCome() throws Exception {
        String key = api.tenant("heard");
        api.register(key, APPROVAL);
        String lifetime = api.start(key, "{\"graph\": \"approval\", \"input\": {\"text\": \"TOP SECRET\"}}");
        api.await(key, lifetime + "/executions", EventsIT::hasSubmitted);
        CompletableFuture<Stream<String>> first = follow(HTTP1, key, lifetime, "");
        CompletableFuture<Stream<String>> second = follow(HTTP2, key, lifetime, "");
        CompletableFuture<Stream<String>> third = follow(HTTP2, key, lifetime, "3");
        try (Socket silent =
                new Socket(InetAddress.getLoopbackAddress(), address().getPort())) {
            silent.getOutputStream().write(request(key, lifetime).getBytes(StandardCharsets.UTF_8));
            assertEquals(
                    200,
                    api.post(key, lifetime + ":abort", "{\"reason\": \"enough\"}")
                            .statusCode());

            List<Heard> all = heard(first);
            assertNumbered(all, 1);
            assertEquals("aborted", all.get(all.size() - 1).type());
            assertEquals("enough", all.get(all.size() - 1).data().get("reason").asText());
            assertEquals(all, heard(second));
            assertEquals(all.subList(3, all.size()), heard(third));
            assertEquals(all, heard(follow(HTTP2, key, lifetime, "")));
            assertFalse(all.toString().contains("TOP SECRET"), all::toString);
            assertEquals(
                    204,
                    send(HTTP1, key, lifetime, all.get(all.size() - 1).id())
                            .get()
                            .statusCode());
        }
    }

    private static boolean hasSubmitted(JsonNode listed) {
        return listed.get("executions").size() >= 2;
    }

    @Test
    void whatIsNotTheCallersIsNotThere() throws Exception {
        String owner = api.tenant("eventful");
        api.register(owner, NEWTON);
        String lifetime = api.start(owner, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        api.awaitStatus(owner, lifetime, "completed");
        String id = lifetime.substring("/v1/lifetimes/".length());
        String stranger = api.tenant("curious");

        api.assertNothingThere(stranger, "/v1/lifetimes/", id, "/events");
        api.assertNothingThere(stranger, "/v1/lifetimes/", id, "/events?after=2");
        assertProblem(400, "not after 999", api.get(owner, lifetime + "/events?after=999"));
        assertProblem(400, "after must be the id of an event", api.get(owner, lifetime + "/events?after=two"));
        assertEquals(
                GrpcStatus.NOT_FOUND,
                watched(stranger, id, 0, new ArrayList<>()).get(LONGEST_WAIT_S, TimeUnit.SECONDS));
    }

    @Test
    void anRpcStreamsTheEvents() throws Exception {
        String key = api.tenant("called");
        api.register(key, NEWTON);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        String id = lifetime.substring("/v1/lifetimes/".length());
        List<LifetimeEvent> events = new ArrayList<>();
        List<LifetimeEvent> rest = new ArrayList<>();

        assertEquals(GrpcStatus.OK, watched(key, id, 0, events).get(LONGEST_WAIT_S, TimeUnit.SECONDS));
        assertEquals(GrpcStatus.OK, watched(key, id, 5, rest).get(LONGEST_WAIT_S, TimeUnit.SECONDS));

        assertTrue(events.get(0).hasStarted());
        assertTrue(events.get(events.size() - 1).hasCompleted());
        assertEquals(events.subList(5, events.size()), rest);
    }

    @Test
    void aTenantsStreamHasEveryEventOfEveryLifetime() throws Exception {
        String key = api.tenant("streamed");
        api.register(key, NEWTON);
        String stranger = api.tenant("stranger");
        api.register(stranger, NEWTON);
        List<String> lifetimes = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            lifetimes.add(api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": " + i + "}}"));
            api.start(stranger, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        }
        for (String lifetime : lifetimes) {
            api.awaitStatus(key, lifetime, "completed");
        }

        List<Heard> all = heard(stream(key, "?position=oldest&until_now=true", ""));

        int count = 0;
        for (String lifetime : lifetimes) {
            List<JsonNode> alone = heard(follow(HTTP1, key, lifetime, "")).stream()
                    .map(Heard::data)
                    .toList();
            String id = lifetime.substring("/v1/lifetimes/".length());
            assertEquals(
                    alone,
                    all.stream()
                            .map(Heard::data)
                            .filter(data -> data.get("lifetime_id").asText().equals(id))
                            .toList());
            count += alone.size();
        }
        assertEquals(count, all.size());
        assertEquals(
                all.subList(7, all.size()),
                heard(stream(key, "?until_now=true", all.get(6).id())));
        assertEquals(
                5,
                heard(stream(key, "?position=oldest&until_now=true&type=completed&graph=newton", ""))
                        .size());
        assertEquals(List.of(), heard(stream(key, "?position=oldest&until_now=true&graph=other", "")));
        assertEquals(List.of(), heard(stream(key, "?until_now=true", "")));
        assertProblem(
                400,
                "position must be one that this stream has told",
                api.get(stranger, "/v1/events?position=" + all.get(0).id()));
        assertProblem(400, "there is no type of events 'finished'", api.get(key, "/v1/events?type=finished"));
    }

    @Test
    void aTenantsStreamGoesOnAsThingsHappen() throws Exception {
        String key = api.tenant("ongoing");
        api.register(key, NEWTON);
        try (Stream<String> lines = stream(key, "?type=completed", "").get(LONGEST_WAIT_S, TimeUnit.SECONDS)) {
            Iterator<String> heard = lines.iterator();
            String first = next(heard, "id: ");
            String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
            assertTrue(next(heard, "data: ").contains(lifetime.substring("/v1/lifetimes/".length())));

            List<Heard> again = heard(stream(key, "?until_now=true", first.substring("id: ".length())));

            assertEquals("started", again.get(0).type());
            assertEquals("completed", again.get(again.size() - 1).type());
        }
    }

    private static String next(Iterator<String> lines, String start) {
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith(start)) {
                return line;
            }
        }
        throw new AssertionError("the stream ended before '" + start + "'");
    }

    @Test
    void anRpcStreamsTheEventsOfATenant() throws Exception {
        String key = api.tenant("ringing");
        api.register(key, NEWTON);
        String lifetime = api.start(key, "{\"graph\": \"newton\", \"input\": {\"n\": 2}}");
        api.awaitStatus(key, lifetime, "completed");
        List<WatchEventsResponse> told = new ArrayList<>();

        assertEquals(GrpcStatus.OK, streamed(key, "oldest", told).get(LONGEST_WAIT_S, TimeUnit.SECONDS));

        List<WatchEventsResponse> events =
                told.stream().filter(WatchEventsResponse::hasEvent).toList();
        assertTrue(events.get(0).getEvent().hasStarted());
        assertTrue(events.get(events.size() - 1).getEvent().hasCompleted());
        List<WatchEventsResponse> rest = new ArrayList<>();
        assertEquals(
                GrpcStatus.OK, streamed(key, events.get(2).getPosition(), rest).get(LONGEST_WAIT_S, TimeUnit.SECONDS));
        assertEquals(
                events.subList(3, events.size()),
                rest.stream().filter(WatchEventsResponse::hasEvent).toList());
        assertEquals(
                GrpcStatus.INVALID_ARGUMENT,
                streamed(api.tenant("curious-caller"), events.get(2).getPosition(), rest)
                        .get(LONGEST_WAIT_S, TimeUnit.SECONDS));
    }

    private static CompletableFuture<GrpcStatus> streamed(String key, String position, List<WatchEventsResponse> told) {
        ServiceMethod<WatchEventsResponse, WatchEventsRequest> method = ServiceMethod.client(
                ServiceName.create("ticktock.v1.ControlPlaneService"),
                "WatchEvents",
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(WatchEventsResponse.getDefaultInstance()));
        return GRPC.request(
                        SocketAddress.inetSocketAddress(
                                address().getPort(), address().getHost()),
                        method)
                .compose(request -> {
                    request.headers().set("authorization", "Bearer " + key);
                    Future<GrpcStatus> status = request.response().compose(response -> {
                        Promise<GrpcStatus> ended = Promise.promise();
                        response.handler(told::add)
                                .exceptionHandler(ended::tryFail)
                                .endHandler(end -> ended.complete(response.status()));
                        return ended.future();
                    });
                    return request.end(WatchEventsRequest.newBuilder()
                                    .setTenantId("somebody else's")
                                    .setPosition(position)
                                    .setUntilNow(true)
                                    .build())
                            .compose(sent -> status);
                })
                .toCompletionStage()
                .toCompletableFuture();
    }

    private static CompletableFuture<Stream<String>> stream(String key, String query, String lastId) {
        HttpRequest.Builder request = api.request(key, "/v1/events" + query);
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        return HTTP1.sendAsync(request.build(), BodyHandlers.ofLines()).thenApply(response -> {
            assertEquals(200, response.statusCode());
            return response.body();
        });
    }

    private static void assertNumbered(List<Heard> events, int first) {
        assertEquals(
                IntStream.range(first, first + events.size())
                        .mapToObj(Integer::toString)
                        .toList(),
                events.stream().map(Heard::id).toList());
    }

    private static CompletableFuture<Stream<String>> follow(
            HttpClient client, String key, String lifetime, String lastId) {
        return send(client, key, lifetime, lastId).thenApply(response -> {
            assertEquals(200, response.statusCode());
            return response.body();
        });
    }

    /** @param lastId empty: from the start */
    private static CompletableFuture<HttpResponse<Stream<String>>> send(
            HttpClient client, String key, String lifetime, String lastId) {
        HttpRequest.Builder request = api.request(key, lifetime + "/events");
        if (!lastId.isEmpty()) {
            request.header("Last-Event-ID", lastId);
        }
        return client.sendAsync(request.build(), BodyHandlers.ofLines());
    }

    /** All there are until the stream ends. */
    private static List<Heard> heard(CompletableFuture<Stream<String>> stream) throws Exception {
        List<Heard> events = new ArrayList<>();
        String id = "";
        String type = "";
        for (String line : stream.get(LONGEST_WAIT_S, TimeUnit.SECONDS).toList()) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("data: ")) {
                byte[] data = line.substring(6).getBytes(StandardCharsets.UTF_8);
                events.add(new Heard(id, type, Json.parse(data).orElseThrow()));
            }
        }
        return events;
    }

    private static String request(String key, String lifetime) {
        return "GET " + lifetime + "/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n\r\n";
    }

    private static URI address() {
        return api.request("", "/").build().uri();
    }

    private static CompletableFuture<GrpcStatus> watched(
            String key, String lifetimeId, long afterSeq, List<LifetimeEvent> events) {
        ServiceMethod<WatchLifetimeResponse, WatchLifetimeRequest> method = ServiceMethod.client(
                ServiceName.create("ticktock.v1.ControlPlaneService"),
                "WatchLifetime",
                GrpcMessageEncoder.encoder(),
                GrpcMessageDecoder.decoder(WatchLifetimeResponse.getDefaultInstance()));
        return GRPC.request(
                        SocketAddress.inetSocketAddress(
                                address().getPort(), address().getHost()),
                        method)
                .compose(request -> {
                    request.headers().set("authorization", "Bearer " + key);
                    Future<GrpcStatus> status = request.response().compose(response -> read(response, events));
                    return request.end(WatchLifetimeRequest.newBuilder()
                                    .setTenantId("somebody else's")
                                    .setLifetimeId(lifetimeId)
                                    .setAfterSeq(afterSeq)
                                    .build())
                            .compose(sent -> status);
                })
                .toCompletionStage()
                .toCompletableFuture();
    }

    private static Future<GrpcStatus> read(
            GrpcClientResponse<WatchLifetimeRequest, WatchLifetimeResponse> response, List<LifetimeEvent> events) {
        Promise<GrpcStatus> status = Promise.promise();
        response.handler(message -> events.add(message.getEvent()))
                .exceptionHandler(status::tryFail)
                .endHandler(end -> status.complete(response.status()));
        return status.future();
    }
}
