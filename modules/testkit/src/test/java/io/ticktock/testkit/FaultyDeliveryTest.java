package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Delivery;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultyDeliveryTest {

    private static final Duration LONGEST = Duration.ofMillis(20);
    private static final int MESSAGES = 200;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whatIsLostIsNotServedAndTheAskerLearnsThatNoAnswerCame() throws Exception {
        Bus bus = serving(new FaultyDelivery(vertx, 1, new FaultRates(1, 0, 0, LONGEST), address -> true));

        Failure failure = failure(bus.request(Addresses.STATE_GET_GRAPH, request("lost")));

        assertEquals(FailureCode.UNAVAILABLE, failure.code());
        assertTrue(served.isEmpty());
    }

    @Test
    void whatIsRepeatedIsServedTwiceAndAnsweredOnce() throws Exception {
        Bus bus = serving(new FaultyDelivery(vertx, 1, new FaultRates(0, 1, 0, LONGEST), address -> true));

        GetGraphResponse answer = await(bus.request(Addresses.STATE_GET_GRAPH, request("twice")));

        assertEquals(GetGraphResponse.getDefaultInstance(), answer);
        assertEquals("twice", served.poll(10, TimeUnit.SECONDS));
        assertEquals("twice", served.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void whatIsDelayedArrivesInAnotherOrder() throws Exception {
        Bus bus = serving(new FaultyDelivery(vertx, 1, new FaultRates(0, 0, 1, LONGEST), address -> true));
        List<String> sent = new ArrayList<>();
        List<Future<GetGraphResponse>> answers = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            sent.add("message " + i);
            answers.add(bus.request(Addresses.STATE_GET_GRAPH, request(sent.get(i))));
        }

        await(Future.join(answers));

        assertNotEquals(sent, List.copyOf(served));
        assertEquals(sent.stream().sorted().toList(), served.stream().sorted().toList());
    }

    @Test
    void publishedMessagesAreAffectedToo() throws Exception {
        FaultyDelivery delivery = new FaultyDelivery(vertx, 1, new FaultRates(0, 1, 0, LONGEST), address -> true);
        Bus bus = new Bus(vertx, delivery);
        await(bus.subscribe(Addresses.EXECUTOR_CANCEL, message -> served.add(message.getLifetimeId())));

        bus.publish(
                Addresses.EXECUTOR_CANCEL,
                CancelExecutions.newBuilder().setLifetimeId("id").build());

        assertEquals("id", served.poll(10, TimeUnit.SECONDS));
        assertEquals("id", served.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void otherAddressesAreSpared() throws Exception {
        FaultRates always = new FaultRates(1, 0, 0, LONGEST);
        FaultyDelivery elsewhere = new FaultyDelivery(vertx, 1, always, address -> address.startsWith("blob."));
        await(serving(elsewhere).request(Addresses.STATE_GET_GRAPH, request("other")));
        assertEquals(0, elsewhere.lost());
    }

    @Test
    void healingEndsTheFaults() throws Exception {
        FaultyDelivery delivery = new FaultyDelivery(vertx, 1, new FaultRates(1, 0, 0, LONGEST), address -> true);
        Bus bus = serving(delivery);
        failure(bus.request(Addresses.STATE_GET_GRAPH, request("before")));

        delivery.heal();

        await(bus.request(Addresses.STATE_GET_GRAPH, request("after")));
        assertEquals("after", served.poll());
        assertEquals(1, delivery.lost());
    }

    @Test
    void theSeedFixesWhatHappens() throws Exception {
        List<Long> first = outcome(7);

        assertEquals(first, outcome(7));
        assertTrue(first.stream().allMatch(count -> count > 0), "every kind of fault occurs: " + first);
    }

    @Test
    void sharesOfMoreThanEverythingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new FaultRates(0.5, 0.5, 0.1, LONGEST));
        assertThrows(IllegalArgumentException.class, () -> new FaultRates(-0.1, 0, 0, LONGEST));
        assertThrows(IllegalArgumentException.class, () -> new FaultRates(0, 0, 0, Duration.ZERO));
    }

    /** One message after the other, none of them answered, so that each is one draw. */
    private List<Long> outcome(long seed) {
        FaultyDelivery delivery =
                new FaultyDelivery(vertx, seed, new FaultRates(0.2, 0.2, 0.2, LONGEST), address -> true);
        for (int i = 0; i < MESSAGES; i++) {
            delivery.deliver(Delivery.Leg.PUBLICATION, "topic", () -> {}, () -> {});
        }
        return List.of(delivery.lost(), delivery.repeated(), delivery.delayed());
    }

    private Bus serving(FaultyDelivery delivery) throws Exception {
        Bus bus = new Bus(vertx, delivery);
        await(bus.serve(Addresses.STATE_GET_GRAPH, request -> {
            served.add(request.getName());
            return Future.succeededFuture(GetGraphResponse.getDefaultInstance());
        }));
        return bus;
    }

    private static GetGraphRequest request(String name) {
        return GetGraphRequest.newBuilder().setName(name).build();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static Failure failure(Future<?> future) {
        return Failure.of(assertThrows(java.util.concurrent.ExecutionException.class, () -> await(future))
                .getCause());
    }
}
