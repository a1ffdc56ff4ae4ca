package io.ticktock.api.delivery;

import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.webhook.WebhookSecret;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.Cancelled;
import io.ticktock.proto.v1.ClaimWebhooksRequest;
import io.ticktock.proto.v1.ClaimWebhooksResponse;
import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateWebhookRequest;
import io.ticktock.proto.v1.DeliveryState;
import io.ticktock.proto.v1.GetWebhookRequest;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.ListDeliveriesRequest;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.StreamedEvent;
import io.ticktock.proto.v1.Tenant;
import io.ticktock.proto.v1.Webhook;
import io.ticktock.proto.v1.WebhookChanged;
import io.ticktock.proto.v1.WebhookDelivery;
import io.ticktock.testkit.InMemoryStateStore;
import io.ticktock.testkit.SetClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deliveries to a real server, from a stream and a store in memory, with a clock to move. */
class WebhookVerticleTest {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);
    private static final String TENANT = "t";
    private static final int MOST_WAITING = 16;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final SetClock clock = new SetClock();
    private final InMemoryStateStore store = new InMemoryStateStore(clock);
    private final List<LifetimeEvent> stream = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final String lifetimeId = UUID.randomUUID().toString();
    private final AtomicInteger looks = new AtomicInteger();
    /** What a claim answers that was overtaken by a commit. */
    private volatile Optional<Instant> staleDue = Optional.empty();

    private volatile Consumer<HttpServerRequest> answering = request -> {};
    private HttpServer server;

    @BeforeEach
    void start() {
        result(bus.serve(Addresses.STATE_READ_STREAM, this::read));
        result(bus.serve(Addresses.STATE_CLAIM_WEBHOOKS, this::claim));
        result(bus.serve(Addresses.STATE_LIST_DUE_DELIVERIES, request -> {
            looks.incrementAndGet();
            return store.listDueDeliveries(request);
        }));
        result(bus.serve(Addresses.STATE_COMMIT_DELIVERIES, store::commitDeliveries));
        server = result(vertx.createHttpServer()
                .requestHandler(request -> {
                    asked.add(request.getHeader("webhook-id"));
                    answering.accept(request);
                })
                .listen(0, "127.0.0.1"));
        result(store.createTenant(CreateTenantRequest.newBuilder()
                .setTenant(Tenant.newBuilder().setTenantId(TENANT))
                .build()));
    }

    @AfterEach
    void stop() {
        result(vertx.close());
    }

    private Future<ClaimWebhooksResponse> claim(ClaimWebhooksRequest request) {
        return store.claimWebhooks(request).map(claimed -> {
            ClaimWebhooksResponse.Builder told = claimed.toBuilder();
            staleDue.ifPresent(
                    due -> told.getWebhooksBuilderList().forEach(held -> held.setNextDueAt(ProtoTime.timestamp(due))));
            return told.build();
        });
    }

    /** A position is how many events are before it. */
    private Future<ReadStreamResponse> read(ReadStreamRequest request) {
        List<LifetimeEvent> all = List.copyOf(stream);
        int from = Integer.parseInt(request.getPosition());
        int to = Math.min(all.size(), from + request.getPageSize());
        ReadStreamResponse.Builder page = ReadStreamResponse.newBuilder()
                .setPosition(Integer.toString(to))
                .setMore(to < all.size());
        for (int i = from; i < to; i++) {
            page.addEvents(StreamedEvent.newBuilder()
                    .setPosition(Integer.toString(i + 1))
                    .setEvent(all.get(i)));
        }
        return Future.succeededFuture(page.build());
    }

    @Test
    void aServerThatIsDownHoldsUpSoManyAndLosesNone() {
        answering = status(500);
        happen(100);
        String webhook = webhook("/");
        deploy();
        await(
                () -> shown(webhook).getWaiting() == MOST_WAITING,
                () -> shown(webhook).toString());
        pause(Duration.ofMillis(1_500));
        assertEquals(MOST_WAITING, asked.size(), "nothing new is tried, and nothing is due");
        assertTrue(shown(webhook).hasFailingSince());

        answering = status(200);
        clock.advance(Duration.ofMinutes(2));

        await(() -> asked.size() == MOST_WAITING + 100, () -> asked.size() + " tries");
        assertEquals(100, new HashSet<>(asked).size());
        await(() -> shown(webhook).getWaiting() == 0, () -> shown(webhook).toString());
        assertFalse(shown(webhook).hasFailingSince());
    }

    @Test
    void aWebhookThroughWhichNothingGetsIsDisabledSomeDay() {
        answering = status(503);
        happen(1);
        String webhook = webhook("/");
        deploy();
        await(() -> asked.size() == 1, asked::toString);
        await(() -> only(webhook).getAttempts() == 1, () -> only(webhook).toString());
        clock.advance(Duration.ofMinutes(2));
        await(() -> only(webhook).getAttempts() == 2, () -> only(webhook).toString());
        assertTrue(shown(webhook).getEnabled());
        clock.advance(Duration.ofHours(25));
        await(() -> !shown(webhook).getEnabled(), () -> shown(webhook).toString());

        assertEquals("failing", shown(webhook).getDisabledReason());
        assertEquals(DeliveryState.DELIVERY_STATE_FAILED, only(webhook).getState());
        assertEquals(3, asked.size());
        assertEquals(
                "failing",
                result(store.listAudit(ListAuditRequest.newBuilder()
                                .setTenantId(TENANT)
                                .build()))
                        .getEntries(0)
                        .getReason());
    }

    @Test
    void oneProcessDeliversAndAnotherGoesOnWhenItStops() {
        answering = status(204);
        happen(40);
        webhook("/");
        String first = deploy();
        await(() -> asked.size() == 40, () -> asked.size() + " tries");
        deploy();
        happen(40);
        await(() -> asked.size() == 80, () -> asked.size() + " tries");
        pause(Duration.ofMillis(500));
        result(vertx.undeploy(first));
        clock.advance(Duration.ofSeconds(1));
        happen(40);
        bus.publish(Addresses.API_WEBHOOK_CHANGED, WebhookChanged.getDefaultInstance());
        await(() -> asked.size() == 120, () -> asked.size() + " tries");
        assertEquals(120, new HashSet<>(asked).size(), "each once");
    }

    @Test
    void whatIsUnderWayWhenAProcessStopsIsNotSentAgain() {
        answering = request -> vertx.setTimer(
                200, timer -> request.response().setStatusCode(200).end());
        happen(40);
        String webhook = webhook("/");
        String first = deploy();
        await(() -> asked.size() >= 8, () -> asked.size() + " tries");
        result(vertx.undeploy(first));
        List<String> before = List.copyOf(asked);
        assertEquals(before.size(), deliveries(webhook).size(), "what was sent is known");

        clock.advance(Duration.ofSeconds(1));
        deploy();
        await(() -> asked.size() >= 40, () -> asked.size() + " tries");
        pause(Duration.ofMillis(500));
        assertEquals(40, asked.size(), "each once");
    }

    @Test
    void aSlowServerAndOneThatBreaksOffAreTriedAgain() {
        happen(1);
        answering = request -> {};
        String webhook = webhook("/");
        String hasty = deploy(Duration.ofMillis(500));
        await(() -> shown(webhook).getWaiting() == 1, () -> shown(webhook).toString());
        assertEquals("no answer in time", only(webhook).getLastError());
        assertEquals(0, only(webhook).getLastStatus());

        result(vertx.undeploy(hasty));
        answering = request -> request.connection().close();
        clock.advance(Duration.ofMinutes(2));
        deploy();
        await(() -> only(webhook).getAttempts() == 2, () -> only(webhook).toString());
        assertEquals("no connection, or it broke", only(webhook).getLastError());
    }

    @Test
    void aLongAnswerIsNotReadToItsEnd() {
        happen(2);
        answering = request -> {
            request.response().setChunked(true);
            vertx.setPeriodic(1, timer -> {
                if (request.response().closed() || request.response().ended()) {
                    vertx.cancelTimer(timer);
                } else {
                    request.response().write("x".repeat(1_024));
                }
            });
        };
        String webhook = webhook("/");
        deploy();
        await(() -> deliveries(webhook).size() == 2, () -> deliveries(webhook).toString());
        assertTrue(
                deliveries(webhook).stream()
                        .allMatch(delivery -> delivery.getState() == DeliveryState.DELIVERY_STATE_DELIVERED),
                () -> deliveries(webhook).toString());
    }

    @Test
    void whatIsSaidToBeDueAndIsNotIsNotAskedForOverAndOver() {
        answering = status(200);
        happen(1);
        webhook("/");
        deploy();
        await(() -> asked.size() == 1, asked::toString);
        staleDue = Optional.of(clock.instant().minusSeconds(1));
        bus.publish(Addresses.API_WEBHOOK_CHANGED, WebhookChanged.getDefaultInstance());
        await(() -> looks.get() > 0, () -> "nothing was looked for");
        pause(Duration.ofMillis(500));
        assertTrue(looks.get() < 5, () -> looks.get() + " looks");
    }

    @Test
    void aServerIsLeftAloneForAsLongAsItAsksFor() {
        happen(1);
        answering = request -> request.response()
                .setStatusCode(429)
                .putHeader("Retry-After", "600")
                .end();
        String webhook = webhook("/");
        deploy();
        await(() -> shown(webhook).getWaiting() == 1, () -> shown(webhook).toString());
        Instant next = ProtoTime.instant(only(webhook).getNextAttemptAt());
        assertEquals(clock.instant().plusSeconds(600), next);
    }

    private static Consumer<HttpServerRequest> status(int status) {
        return request -> request.response().setStatusCode(status).end();
    }

    private void happen(int events) {
        List<LifetimeEvent> more = new ArrayList<>();
        for (int i = 1; i <= events; i++) {
            more.add(LifetimeEvent.newBuilder()
                    .setTenantId(TENANT)
                    .setLifetimeId(lifetimeId)
                    .setSeq(stream.size() + i)
                    .setTime(ProtoTime.timestamp(clock.instant()))
                    .setCancelled(Cancelled.newBuilder().setExecId("e"))
                    .build());
        }
        stream.addAll(more);
    }

    private String deploy() {
        return deploy(Duration.ofSeconds(15));
    }

    /** @param timeout of an answer */
    private String deploy(Duration timeout) {
        WebhookConfiguration configuration = new WebhookConfiguration(
                20,
                true,
                List.of("127.0.0.1"),
                Optional.empty(),
                timeout,
                List.of(Duration.ofMinutes(1), Duration.ofHours(1)),
                Duration.ofDays(1),
                Duration.ofMinutes(1),
                MOST_WAITING);
        return result(vertx.deployVerticle(new WebhookVerticle(bus, configuration, clock, new SimpleMeterRegistry())));
    }

    private String webhook(String path) {
        String id = UUID.randomUUID().toString();
        result(store.createWebhook(CreateWebhookRequest.newBuilder()
                .setTenantId(TENANT)
                .setWebhook(
                        Webhook.newBuilder().setWebhookId(id).setUrl("http://127.0.0.1:" + server.actualPort() + path))
                .setPosition("0")
                .setSecret(WebhookSecret.random())
                .setMostWebhooks(20)
                .build()));
        return id;
    }

    private Webhook shown(String id) {
        return result(store.getWebhook(GetWebhookRequest.newBuilder()
                        .setTenantId(TENANT)
                        .setWebhookId(id)
                        .build()))
                .getWebhook();
    }

    private List<WebhookDelivery> deliveries(String id) {
        return result(store.listDeliveries(ListDeliveriesRequest.newBuilder()
                        .setTenantId(TENANT)
                        .setWebhookId(id)
                        .build()))
                .getDeliveriesList();
    }

    private WebhookDelivery only(String id) {
        List<WebhookDelivery> all = deliveries(id);
        return all.size() == 1 ? all.get(0) : WebhookDelivery.getDefaultInstance();
    }

    private static void pause(Duration duration) {
        Instant until = Instant.now().plus(duration);
        while (Instant.now().isBefore(until)) {
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static void await(BooleanSupplier condition, Supplier<String> what) {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), what);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }
}
