package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.HumanRequest;
import io.ticktock.proto.v1.Payload;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What askers and answerers may rely on, however their messages travel. */
class BusTest {

    private static final Address<Payload, Payload> ECHO =
            Address.of("test.echo", Payload.class, Payload.class, Duration.ofSeconds(5));
    private static final Address<Payload, Payload> OTHER =
            Address.of("test.other", Payload.class, Payload.class, Duration.ofSeconds(5));
    private static final Address<Payload, Payload> HURRIED =
            Address.of("test.hurried", Payload.class, Payload.class, Duration.ofSeconds(2));

    private static final Shard SHARD = new Shard(7);

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final AtomicInteger sent = new AtomicInteger();

    @AfterEach
    void close() throws TimeoutException {
        await(vertx.close());
    }

    @Test
    void whatIsAskedInOneTurnTravelsTogetherAndInOrder() throws TimeoutException {
        ConcurrentLinkedQueue<String> arrived = new ConcurrentLinkedQueue<>();
        await(bus.serve(ECHO, request -> {
            arrived.add(request.getMediaType());
            return Future.succeededFuture(request);
        }));
        countSent(ECHO.name());

        List<Payload> answers = await(inOneTurn(() -> askAll(ECHO, 100)));

        assertEquals(names(100), answers.stream().map(Payload::getMediaType).toList());
        assertEquals(names(100), List.copyOf(arrived));
        assertEquals(1, sent.get());
    }

    @Test
    void aParcelIsNotEndlesslyLarge() throws TimeoutException {
        await(bus.serve(ECHO, Future::succeededFuture));
        countSent(ECHO.name());

        List<Payload> answers = await(inOneTurn(() -> askAll(ECHO, 1_000)));

        assertEquals(names(1_000), answers.stream().map(Payload::getMediaType).toList());
        assertEquals(4, sent.get());
    }

    @Test
    void anAnswerDoesNotWaitForItsNeighbours() throws TimeoutException {
        Promise<Payload> slow = Promise.promise();
        await(bus.serve(
                ECHO, request -> request.getMediaType().equals("0") ? slow.future() : Future.succeededFuture(request)));

        List<Future<Payload>> answers = new ArrayList<>();
        await(inOneTurn(() -> {
            IntStream.range(0, 3).forEach(i -> answers.add(bus.request(ECHO, named(i))));
            return Future.all(answers.get(1), answers.get(2));
        }));

        assertFalse(answers.get(0).isComplete());
        slow.complete(named(0));
        assertEquals(named(0), await(answers.get(0)));
    }

    @Test
    void aFailureIsOfItsRequestOnly() throws TimeoutException {
        await(bus.serve(ECHO, request -> switch (request.getMediaType()) {
            case "0" -> Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "no such thing"));
            case "1" -> throw new IllegalStateException("a defect that is nobody's business");
            default -> Future.succeededFuture(request);
        }));

        List<Future<Payload>> answers = new ArrayList<>();
        await(inOneTurn(() -> {
            IntStream.range(0, 3).forEach(i -> answers.add(bus.request(ECHO, named(i))));
            return Future.join(answers).otherwiseEmpty();
        }));

        assertFailure(FailureCode.NOT_FOUND, "no such thing", answers.get(0));
        assertFailure(FailureCode.INTERNAL, "internal error", answers.get(1));
        assertEquals(named(2), answers.get(2).result());
    }

    @Test
    void aDefectIsOfItsRequestOnly() throws TimeoutException {
        await(bus.serve(ECHO, request -> switch (request.getMediaType()) {
            case "0" -> throw new AssertionError("an error is no exception");
            case "1" -> null;
            case "2" -> Future.succeededFuture(null);
            case "3" -> ofAnotherClass();
            default -> Future.succeededFuture(request);
        }));

        List<Future<Payload>> answers = new ArrayList<>();
        await(inOneTurn(() -> {
            IntStream.range(0, 5).forEach(i -> answers.add(bus.request(ECHO, named(i))));
            return Future.join(answers).otherwiseEmpty();
        }));

        IntStream.range(0, 4).forEach(i -> assertFailure(FailureCode.INTERNAL, "internal error", answers.get(i)));
        assertEquals(named(4), answers.get(4).result());
    }

    @Test
    void whoFailsOnItsAnswerDoesNotKeepTheNextFromIts() throws TimeoutException {
        await(bus.serve(ECHO, Future::succeededFuture));

        Payload next = await(inOneTurn(() -> {
            bus.request(ECHO, named(0)).onComplete(answer -> {
                throw new IllegalStateException("a defect of who asked");
            });
            return bus.request(ECHO, named(1));
        }));

        assertEquals(named(1), next);
    }

    @Test
    void answersThatLeaveTheProcessTravelInMessagesOfBoundedSize() throws TimeoutException {
        Vertx other = Vertx.vertx();
        Bus leaving = new Bus(other, Delivery.DIRECT, Tracing.OFF, true);
        ConcurrentLinkedQueue<Answers> parcels = new ConcurrentLinkedQueue<>();
        other.eventBus().<Object>addOutboundInterceptor(delivery -> {
            if (delivery.body() instanceof Answers parcel) {
                parcels.add(parcel);
            }
            delivery.next();
        });
        await(leaving.serve(ECHO, request -> Future.succeededFuture(large(request))));

        List<Payload> answers = await(inOneTurn(other, () -> askAll(leaving, ECHO, 10)));

        assertEquals(names(10), answers.stream().map(Payload::getMediaType).toList());
        assertEquals(
                List.of(2, 2, 2, 2, 2),
                parcels.stream().map(parcel -> parcel.answers().size()).toList());
        await(other.close());
    }

    /** Whoever serves for a short time at a time, such as each upload, leaves nothing behind. */
    @Test
    void whatIsServedNoMoreIsForgotten() throws TimeoutException {
        Vertx other = Vertx.vertx();
        NearDestinations near = new NearDestinations();
        Bus leaving = new Bus(other, other.eventBus(), Delivery.DIRECT, Tracing.OFF, true, System::nanoTime, near);
        Address<Payload, Payload> upload = ECHO.at("upload");
        Registration first = await(leaving.serve(upload, Future::succeededFuture));
        Registration second = await(leaving.serve(upload, Future::succeededFuture));
        await(first.end());
        await(first.end());
        assertTrue(near.has(upload.destination()));
        await(second.end());
        assertFalse(near.has(upload.destination()));
        await(other.close());
    }

    @Test
    void nobodyServing() {
        Failure failure = assertThrows(Failure.class, () -> await(bus.request(ECHO, named(0))));

        assertEquals(FailureCode.UNAVAILABLE, failure.code());
        assertTrue(failure.getMessage().startsWith("no answer"), failure::getMessage);
    }

    @Test
    void noAnswerInTime() throws TimeoutException {
        await(bus.serve(
                HURRIED,
                request -> request.getMediaType().equals("0")
                        ? Promise.<Payload>promise().future()
                        : Future.succeededFuture(request)));

        List<Future<Payload>> answers = new ArrayList<>();
        await(inOneTurn(() -> {
            IntStream.range(0, 2).forEach(i -> answers.add(bus.request(HURRIED, named(i))));
            return Future.join(answers).otherwiseEmpty();
        }));

        assertEquals(FailureCode.UNAVAILABLE, Failure.of(answers.get(0).cause()).code());
        assertEquals(named(1), answers.get(1).result());
    }

    @Test
    void whatHasNoTimeLeftIsNotAskedForAgain() throws TimeoutException {
        Vertx late = Vertx.vertx();
        try {
            AtomicLong nanos = new AtomicLong();
            AtomicInteger asked = new AtomicInteger();
            late.eventBus().<Object>addOutboundInterceptor(delivery -> {
                asked.addAndGet(delivery.body() instanceof Requests ? 1 : 0);
                delivery.next();
            });
            Bus lateBus = new Bus(late, late.eventBus(), nanos::get);
            await(lateBus.serve(HURRIED, request -> {
                nanos.addAndGet(HURRIED.timeout().toNanos());
                return request.getMediaType().equals("0")
                        ? Promise.<Payload>promise().future()
                        : Future.succeededFuture(request);
            }));

            List<Future<Payload>> answers = new ArrayList<>();
            await(inOneTurn(late, () -> {
                IntStream.range(0, 2).forEach(i -> answers.add(lateBus.request(HURRIED, named(i))));
                return Future.join(answers).otherwiseEmpty();
            }));

            assertFailure(FailureCode.UNAVAILABLE, "no answer within 2000 ms", answers.get(0));
            assertEquals(1, asked.get());
            assertEquals(named(1), answers.get(1).result());
        } finally {
            await(late.close());
        }
    }

    @Test
    void answersMayComeFromOtherThreads() throws TimeoutException {
        await(bus.serve(ECHO, request -> vertx.executeBlocking(() -> request, false)));

        List<Payload> answers = await(inOneTurn(() -> askAll(ECHO, 500)));

        assertEquals(names(500), answers.stream().map(Payload::getMediaType).toList());
    }

    @Test
    void whoIsNoVerticleMayAsk() throws TimeoutException {
        await(bus.serve(ECHO, Future::succeededFuture));

        assertEquals(named(7), await(bus.request(ECHO, named(7))));
    }

    @Test
    void nothingIsServedAfterItsEnd() throws TimeoutException {
        Registration serving = await(bus.serve(ECHO, Future::succeededFuture));
        await(serving.end());

        assertThrows(Failure.class, () -> await(bus.request(ECHO, named(0))));
    }

    @Test
    void severalKindsHaveOneDestination() throws TimeoutException {
        Address<Payload, Payload> echo = ECHO.at(SHARD);
        Address<Payload, Payload> other = OTHER.at(SHARD);
        countSent(echo.destination());
        Registration serving = await(bus.serve(List.of(
                new Service<>(echo, Future::succeededFuture),
                new Service<>(other, request -> Future.succeededFuture(named(9))))));

        for (int i = 0; i < 3; i++) {
            List<Payload> answers =
                    await(inOneTurn(() -> Future.all(bus.request(echo, named(1)), bus.request(other, named(2)))
                            .map(all -> all.<Payload>list())));
            assertEquals(List.of(named(1), named(9)), answers);
        }

        assertEquals(6, sent.get(), "one parcel for each kind");
        await(serving.end());
        requireUnserved(echo);
        requireUnserved(other);
    }

    @Test
    void aKindThatADestinationDoesNotServe() throws TimeoutException {
        await(bus.serve(ECHO.at(SHARD), Future::succeededFuture));

        requireUnserved(OTHER.at(SHARD));
    }

    @Test
    void onlyDifferentKindsOfOneDestinationAreServedTogether() {
        Service<?, ?> echo = new Service<>(ECHO, Future::succeededFuture);
        Service<?, ?> other = new Service<>(OTHER, Future::succeededFuture);

        assertThrows(IllegalArgumentException.class, () -> bus.serve(List.of(echo, other)));
        assertThrows(IllegalArgumentException.class, () -> bus.serve(List.of(echo, echo)));
        assertThrows(IllegalArgumentException.class, () -> bus.serve(List.of()));
    }

    private void requireUnserved(Address<Payload, Payload> address) {
        Failure failure = assertThrows(Failure.class, () -> await(bus.request(address, named(1))));
        assertEquals(FailureCode.UNAVAILABLE, failure.code());
        assertTrue(failure.getMessage().startsWith("no answer: "), failure::getMessage);
    }

    /** On one event loop, so that all requests are made in the same turn. */
    private <T> Future<T> inOneTurn(Supplier<Future<T>> work) {
        return inOneTurn(vertx, work);
    }

    private static <T> Future<T> inOneTurn(Vertx vertx, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        vertx.getOrCreateContext().runOnContext(nothing -> work.get().onComplete(done));
        return done.future();
    }

    private Future<List<Payload>> askAll(Address<Payload, Payload> address, int count) {
        return askAll(bus, address, count);
    }

    private static Future<List<Payload>> askAll(Bus bus, Address<Payload, Payload> address, int count) {
        List<Future<Payload>> answers = IntStream.range(0, count)
                .mapToObj(i -> bus.request(address, named(i)))
                .toList();
        return Future.all(answers)
                .map(all -> answers.stream().map(Future::result).toList());
    }

    private void countSent(String address) {
        vertx.eventBus().<Object>addOutboundInterceptor(delivery -> {
            if (delivery.message().address().equals(address)) {
                sent.incrementAndGet();
            }
            delivery.next();
        });
    }

    private static void assertFailure(FailureCode code, String message, Future<?> answer) {
        Failure failure = Failure.of(answer.cause());
        assertEquals(code, failure.code());
        assertEquals(message, failure.getMessage());
    }

    private static Payload named(int number) {
        return Payload.newBuilder()
                .setMediaType(Integer.toString(number))
                .setInline(ByteString.copyFromUtf8("content"))
                .build();
    }

    /** What a handler returns that outwits the compiler. */
    @SuppressWarnings("unchecked")
    private static Future<Payload> ofAnotherClass() {
        return (Future<Payload>) (Future<?>) Future.succeededFuture(HumanRequest.getDefaultInstance());
    }

    private static Payload large(Payload request) {
        return request.toBuilder()
                .setInline(ByteString.copyFrom(new byte[Outbox.MOST_BYTES * 2 / 5]))
                .build();
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(10, TimeUnit.SECONDS);
    }
}
