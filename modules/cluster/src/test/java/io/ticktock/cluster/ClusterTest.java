package io.ticktock.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Registration;
import io.ticktock.bus.Service;
import io.ticktock.bus.Topic;
import io.ticktock.bus.trace.TraceParent;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.ticktock.proto.v1.QuotaExcess;
import io.vertx.core.Future;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two members in one JVM, with real sockets between them. */
class ClusterTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String LIFETIME = "0197a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";
    private static final Tracing ON = Tracing.with(OpenTelemetry.noop().getTracer("test"), 1);

    private static final List<Endpoint> ENDPOINTS = new ArrayList<>();
    private static Cluster one;
    private static Cluster other;
    private static Bus asking;
    private static Bus serving;

    @BeforeAll
    static void start() throws IOException {
        ENDPOINTS.addAll(FreeEndpoints.of(3));
        one = join(0, MemberFacts.of("one", List.of("state"), true));
        other = join(1, MemberFacts.of("other", List.of("api", "control"), false));
        asking = new Bus(one.vertx(), Delivery.DIRECT, ON);
        serving = new Bus(other.vertx(), Delivery.DIRECT, ON);
    }

    @AfterAll
    static void stop() {
        other.leave();
        one.leave();
    }

    private static Cluster join(int index, MemberFacts facts) {
        return Cluster.join(
                FreeEndpoints.configuration(ENDPOINTS.get(index), ENDPOINTS, Duration.ofSeconds(5)),
                facts,
                new VertxOptions().setEventLoopPoolSize(2));
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void whoServesItselfAsksNobodyElseUntilItServesNoMore() throws Exception {
        Address<CheckRequest, CheckResponse> near = Addresses.BLOB_CHECK.at("near");
        Registration here = result(asking.serve(near, request -> said("here")));
        Registration there = result(serving.serve(near, request -> said("there")));
        try {
            for (int i = 0; i < 4; i++) {
                assertEquals("here", askedOf(near));
            }
            result(here.end());
            assertEquals("there", askedOf(near));
        } finally {
            result(there.end());
        }
    }

    /** What ends with its verticle is still taken for served here: whoever asks then, asks others instead. */
    @Test
    void allWhoFindThatNothingIsServedHereAnyMoreAskOthers() throws Exception {
        Address<CheckRequest, CheckResponse> near = Addresses.BLOB_CHECK.at("undeployed");
        Registration there = result(serving.serve(near, request -> said("there")));
        try {
            String verticle =
                    result(one.vertx().deployVerticle(context -> asking.serve(near, request -> said("here"))));
            assertEquals("here", askedOf(near));
            result(one.vertx().undeploy(verticle));
            Future<CheckResponse> one = asking.request(near, CheckRequest.getDefaultInstance());
            Future<CheckResponse> other = asking.request(near, CheckRequest.getDefaultInstance());
            assertEquals("there", result(one).getReason());
            assertEquals("there", result(other).getReason());
        } finally {
            result(there.end());
        }
    }

    private static Future<CheckResponse> said(String who) {
        return Future.succeededFuture(CheckResponse.newBuilder().setReason(who).build());
    }

    private static String askedOf(Address<CheckRequest, CheckResponse> address) throws Exception {
        return result(asking.request(address, CheckRequest.getDefaultInstance()))
                .getReason();
    }

    /** Members of one name listen at the same port, each at an address of its own. */
    @Test
    void membersAreFoundByAName() throws Exception {
        int port = FreeEndpoints.of(1).get(0).port();
        Cluster first = joinByName("127.0.0.1", port);
        Cluster second = joinByName("127.0.0.2", port);

        assertEquals("127.0.0.1", result(second.others()).get(0).instanceId());
        second.leave();
        first.leave();
    }

    private static Cluster joinByName(String host, int port) {
        ClusterConfiguration configuration = new ClusterConfiguration(
                host, port, 0, List.of(), Optional.of("localhost"), Optional.empty(), PATIENCE, Duration.ofSeconds(5));
        return Cluster.join(
                configuration, MemberFacts.of(host, List.of(), false), new VertxOptions().setEventLoopPoolSize(1));
    }

    @Test
    void membersTellOfThemselves() throws Exception {
        assertEquals(
                List.of(new MemberFacts(MemberFacts.PROTOCOL, "other", List.of("api", "control"), false)),
                result(one.others()));
        assertEquals(
                List.of(new MemberFacts(MemberFacts.PROTOCOL, "one", List.of("state"), true)), result(other.others()));
    }

    @Test
    void everyRequestAndItsAnswerArriveWhole() throws Exception {
        List<WholeRequest<?, ?>> requests = constants(Address.class).stream()
                .<WholeRequest<?, ?>>map(address -> new WholeRequest<>((Address<?, ?>) address))
                .toList();
        assertTrue(requests.size() > 80, () -> requests.size() + " addresses");
        Map<String, List<Service<?, ?>>> byDestination = requests.stream()
                .<Service<?, ?>>map(WholeRequest::service)
                .collect(Collectors.groupingBy(service -> service.address().destination()));
        result(Future.all(byDestination.values().stream().map(serving::serve).toList()));
        for (WholeRequest<?, ?> request : requests) {
            request.require();
        }
    }

    private static final class WholeRequest<Q extends Message, R extends Message> {

        private final Address<Q, R> address;
        private final CompletableFuture<Q> arrived = new CompletableFuture<>();

        WholeRequest(Address<Q, R> address) {
            this.address = address.at("whole");
        }

        Service<Q, R> service() {
            return new Service<>(address, request -> {
                arrived.complete(request);
                return Future.succeededFuture(FilledMessage.of(address.reply()));
            });
        }

        void require() throws Exception {
            Q request = FilledMessage.of(address.request());
            R answer = result(asking.request(address, request));
            assertEquals(FilledMessage.of(address.reply()), answer, address.name());
            assertEquals(request, arrived.getNow(null), address.name());
        }
    }

    @Test
    void everyPublishedMessageArrivesWholeAtEveryMember() throws Exception {
        for (Object constant : constants(Topic.class)) {
            requirePublished(((Topic<?>) constant).at("whole"));
        }
    }

    private static <M extends Message> void requirePublished(Topic<M> topic) throws Exception {
        CompletableFuture<M> here = new CompletableFuture<>();
        CompletableFuture<M> there = new CompletableFuture<>();
        var mine = result(asking.subscribe(topic, here::complete));
        var theirs = result(serving.subscribe(topic, there::complete));
        M message = FilledMessage.of(topic.message());

        asking.publish(topic, message);

        assertEquals(message, here.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), topic.name());
        assertEquals(message, there.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), topic.name());
        result(mine.end());
        result(theirs.end());
    }

    private static List<Object> constants(Class<?> type) {
        return Arrays.stream(Addresses.class.getFields())
                .filter(field -> field.getType() == type)
                .map(field -> {
                    try {
                        return field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new LinkageError(e.getMessage(), e);
                    }
                })
                .toList();
    }

    @Test
    void failuresArriveWithCodeMessageAndQuota() throws Exception {
        Address<CheckRequest, CheckResponse> address = Addresses.STATE_CHECK.at("failing");
        for (FailureCode code : FailureCode.values()) {
            QuotaExcess excess = QuotaExcess.newBuilder()
                    .setQuota("starts_per_second")
                    .setLimit(10)
                    .setObserved(10)
                    .setRetryAfterS(7)
                    .build();
            boolean isQuota = code == FailureCode.QUOTA_EXCEEDED;
            Failure sent = isQuota ? Failure.quotaExceeded(excess) : new Failure(code, "because of " + code);
            var served = result(serving.serve(address, request -> Future.failedFuture(sent)));

            Failure arrived = failure(asking.request(address, CheckRequest.getDefaultInstance()));

            assertEquals(code, arrived.code());
            assertEquals(sent.getMessage(), arrived.getMessage());
            assertEquals(isQuota ? Optional.of(excess) : Optional.empty(), arrived.quota());
            assertEquals(isQuota ? 7 : 1, arrived.retryAfterSeconds());
            result(served.end());
        }
    }

    private static Failure failure(Future<?> future) {
        return (Failure)
                assertThrows(ExecutionException.class, () -> result(future)).getCause();
    }

    @Test
    void whatNobodyServesFailsAtOnce() {
        assertEquals(
                FailureCode.UNAVAILABLE,
                failure(asking.request(Addresses.BLOB_CHECK.at("nowhere"), CheckRequest.getDefaultInstance()))
                        .code());
    }

    @Test
    void theTraceOfWhoAsksArrives() throws Exception {
        Address<CheckRequest, CheckResponse> address = Addresses.STATE_CHECK.at("traced");
        CompletableFuture<String> served = new CompletableFuture<>();
        result(serving.serve(address, request -> {
            served.complete(TraceParent.write(Context.current()));
            return Future.succeededFuture(CheckResponse.getDefaultInstance());
        }));
        Context trace = Tracing.lifetime(LIFETIME);

        result(Tracing.within(trace, () -> asking.request(address, CheckRequest.getDefaultInstance())));

        assertEquals(TraceParent.write(trace), served.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void aMemberOfAnotherProtocolIsRefused() {
        MemberFacts newer = new MemberFacts(MemberFacts.PROTOCOL + 1, "newer", List.of("api"), false);

        Failure refused = assertThrows(Failure.class, () -> join(2, newer).leave());

        assertEquals(FailureCode.FAILED_PRECONDITION, refused.code());
        assertEquals(
                ("the cluster has a member of protocol %d, and this process speaks protocol %d: start it once all of that"
                                + " release have stopped, or use that release")
                        .formatted(MemberFacts.PROTOCOL, MemberFacts.PROTOCOL + 1),
                refused.getMessage());
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        Failure refused = assertThrows(
                Failure.class,
                () -> join(0, MemberFacts.of("second", List.of(), false)).leave());

        assertEquals(
                "cluster.host 127.0.0.1 and cluster.port " + ENDPOINTS.get(0).port()
                        + " cannot be listened at: Address already in use",
                refused.getMessage());
    }
}
