package io.ticktock.api.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ExecutionDelta;
import io.ticktock.proto.v1.LifetimeProgress;
import io.ticktock.proto.v1.Role;
import io.ticktock.proto.v1.WatchEventsRequest;
import io.ticktock.proto.v1.WatchLifetimeRequest;
import io.ticktock.testkit.Awaiting;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventFeedTest {

    private static final FeedBounds BOUNDS = new FeedBounds(3, 2, Duration.ofMillis(50), Duration.ofMillis(300));
    private static final Caller CALLER = new Caller(FakeLog.TENANT, "somebody", Set.of(Role.ROLE_READER), "127.0.0.1");

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final FakeLog log = new FakeLog(bus);
    private final Context context = vertx.getOrCreateContext();
    private final EventFeed feed = new EventFeed(vertx, bus, BOUNDS);

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void theWholeLogIsSentInOrderAndEnds() {
        log.start("a");
        log.appendMany("a", 730);
        log.append("a", FakeLog.completed());
        RecordingSink sink = RecordingSink.roomy();

        watch("a", 0, sink);

        sink.awaitEnd();
        sink.awaitSeqs(1, 731);
        assertEquals(0, listeners());
    }

    @Test
    void whatIsToldAndWhatIsNotIsSentOnce() {
        log.start("a");
        RecordingSink first = RecordingSink.roomy();
        watch("a", 0, first);
        for (int i = 1; i <= 500; i++) {
            if (i % 3 == 0) {
                log.append("a", FakeLog.accepted("e"));
            } else {
                log.tell("a", FakeLog.accepted("e"));
            }
        }
        RecordingSink second = RecordingSink.roomy();
        watch("a", 250, second);
        log.append("a", FakeLog.completed());

        first.awaitEnd();
        second.awaitEnd();
        first.awaitSeqs(1, 501);
        second.awaitSeqs(251, 501);
        assertEquals(0, listeners());
    }

    @Test
    void whoGoesOnMustNameAnEventThatThereIs() {
        log.start("a");
        log.appendMany("a", 3);

        Failure tooFar = Awaiting.failure(open("a", 4));
        Failure negative = Awaiting.failure(open("a", -1));

        assertEquals(FailureCode.INVALID_ARGUMENT, tooFar.code());
        assertEquals(FailureCode.INVALID_ARGUMENT, negative.code());
        assertFalse(Awaiting.result(open("a", 3)).isOver());
        assertEquals(1, listeners());
    }

    @Test
    void afterTheEndThereIsNothingToHear() {
        log.start("a");
        log.append("a", FakeLog.completed());

        assertTrue(Awaiting.result(open("a", 1)).isOver());
    }

    @Test
    void whatIsNotThereIsRefusedAtOnce() {
        assertEquals(FailureCode.NOT_FOUND, Awaiting.failure(open("nothing", 0)).code());
        assertEquals(FailureCode.NOT_FOUND, Awaiting.failure(open("nothing", 7)).code());
        assertEquals(0, listeners());
    }

    @Test
    void thereIsRoomForSoManyOfATenantAndSoManyInAll() {
        log.start("a");
        List<Watch> open = new ArrayList<>();
        open.add(Awaiting.result(open("a", 0)));
        open.add(Awaiting.result(open("a", 0)));
        assertEquals(FailureCode.OVERLOADED, Awaiting.failure(open("a", 0)).code());
        assertEquals(
                FailureCode.NOT_FOUND, Awaiting.failure(openOf("other", "a")).code());

        open.forEach(watch -> onLoop(watch::close));
        open.forEach(watch -> onLoop(watch::close));

        assertEquals(0, listeners());
        assertFalse(Awaiting.result(open("a", 0)).isOver());
    }

    @Test
    void whoIsFullGetsTheRestOnceThereIsRoom() {
        log.start("a");
        log.appendMany("a", 20);
        log.append("a", FakeLog.completed());
        RecordingSink sink = new RecordingSink(7);

        watch("a", 0, sink);
        sink.awaitFull();
        sink.awaitSeqs(1, 7);
        onLoop(sink.makeRoom(100));

        sink.awaitEnd();
        sink.awaitSeqs(1, 21);
    }

    @Test
    void whoDoesNotReadIsCutOffAndNobodyElse() {
        log.start("a");
        log.appendMany("a", 20);
        RecordingSink slow = new RecordingSink(3);
        RecordingSink other = RecordingSink.roomy();
        watch("a", 0, slow);
        watch("a", 0, other);

        slow.awaitCut();
        log.tell("a", FakeLog.completed());

        other.awaitEnd();
        other.awaitSeqs(1, 21);
        slow.awaitSeqs(1, 3);
        assertEquals(0, listeners());
    }

    @Test
    void whoHearsNothingHearsHeartbeatsUntilRefused() {
        log.start("a");
        AtomicBoolean isRevoked = new AtomicBoolean();
        RecordingSink sink = RecordingSink.roomy();
        Watch watch = Awaiting.result(open("a", 0));
        onLoop(() -> watch.begin(
                sink,
                () -> isRevoked.get()
                        ? Future.failedFuture(new Failure(FailureCode.UNAUTHENTICATED, "revoked"))
                        : Future.succeededFuture(CALLER)));

        sink.awaitHeartbeats(3);
        isRevoked.set(true);

        assertEquals(FailureCode.UNAUTHENTICATED, sink.awaitFailure().code());
        assertEquals(0, listeners());
    }

    @Test
    void aDataPlaneThatIsAwayIsWaitedFor() {
        log.start("a");
        RecordingSink sink = RecordingSink.roomy();
        watch("a", 0, sink);
        log.setAway(true);
        int before = log.reads();
        log.tell("a", FakeLog.completed());
        sink.awaitHeartbeats(3);
        assertTrue(log.reads() > before);
        log.setAway(false);

        sink.awaitEnd();
        sink.awaitSeqs(1, 1);
    }

    @Test
    void whoHasGoneIsNotReadFor() {
        log.start("a");
        log.start("b");
        RecordingSink gone = RecordingSink.roomy();
        RecordingSink stays = RecordingSink.roomy();
        Watch watch = watch("a", 0, gone);
        watch("b", 0, stays);
        onLoop(watch::close);
        log.tell("a", FakeLog.completed());
        log.tell("b", FakeLog.completed());
        stays.awaitEnd();
        int reads = log.reads();
        log.tell("a", FakeLog.accepted("late"));
        Awaiting.result(bus.request(
                Addresses.STATE_LIST_EVENTS,
                io.ticktock.proto.v1.ListEventsRequest.newBuilder()
                        .setTenantId(FakeLog.TENANT)
                        .setLifetimeId("a")
                        .build()));

        assertEquals(reads + 1, log.reads());
        gone.awaitSeqs(1, 0);
    }

    @Test
    void anothersWordIsNoHint() {
        log.start("a");
        log.append("a", FakeLog.completed());
        log.start("b");
        RecordingSink sink = RecordingSink.roomy();
        watch("b", 0, sink);
        sink.awaitHeartbeats(1);
        int before = log.reads();
        for (int i = 0; i < 1_000; i++) {
            bus.publish(
                    Addresses.CONTROL_PROGRESS.at("b"),
                    LifetimeProgress.newBuilder()
                            .setTenantId("other")
                            .setLifetimeId("b")
                            .addEvents(FakeLog.accepted("e").setSeq(1))
                            .build());
        }
        sink.awaitHeartbeats(3);

        assertTrue(log.reads() - before < 10, () -> log.reads() - before + " reads");
    }

    @Test
    void deltasAreHeardByTheirTenantWhereTheyWereAskedFor() {
        log.start("a");
        RecordingSink asking = RecordingSink.roomy();
        RecordingSink notAsking = RecordingSink.roomy();
        watch(request(FakeLog.TENANT, "a", 0).toBuilder().setDeltas(true).build(), asking);
        watch("a", 0, notAsking);
        say("other", "a", 1);
        say(FakeLog.TENANT, "b", 2);
        say(FakeLog.TENANT, "a", 3);
        log.tell("a", FakeLog.accepted("e"));
        say(FakeLog.TENANT, "a", 4);
        asking.awaitDeltas(3L, 4L);
        log.tell("a", FakeLog.completed());
        asking.awaitEnd();
        notAsking.awaitEnd();

        asking.awaitSeqs(1, 2);
        notAsking.awaitSeqs(1, 2);
        notAsking.awaitDeltas();
    }

    @Test
    void whoIsFullMissesDeltasButNoEvents() {
        log.start("a");
        RecordingSink sink = new RecordingSink(1);
        watch(request(FakeLog.TENANT, "a", 0).toBuilder().setDeltas(true).build(), sink);
        say(FakeLog.TENANT, "a", 1);
        sink.awaitDeltas(1L);
        for (int number = 2; number <= 10_000; number++) {
            say(FakeLog.TENANT, "a", number);
        }
        log.tell("a", FakeLog.accepted("e"));
        sink.awaitFull();
        context.runOnContext(nothing -> sink.makeRoom(10).run());
        sink.awaitSeqs(1, 1);
        say(FakeLog.TENANT, "a", 10_001);

        sink.awaitDeltas(1L, 10_001L);
    }

    private void say(String tenantId, String lifetimeId, long number) {
        bus.publish(
                Addresses.EXECUTOR_DELTA.at(lifetimeId),
                ExecutionDelta.newBuilder()
                        .setTenantId(tenantId)
                        .setLifetimeId(lifetimeId)
                        .setNumber(number)
                        .setText("text")
                        .build());
    }

    @Test
    void aTenantsStreamGoesOnFromWhereItIsAskedTo() {
        log.start("a");
        log.appendMany("a", 3);
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                Awaiting.failure(openStream(WatchEventsRequest.newBuilder().setPosition("nowhere")))
                        .code());
        RecordingSink fromNow = RecordingSink.roomy();
        RecordingSink goesOn = RecordingSink.roomy();
        follow(WatchEventsRequest.newBuilder(), fromNow);
        follow(WatchEventsRequest.newBuilder().setPosition("p1"), goesOn);
        log.appendMany("a", 500);

        fromNow.awaitSeqs(4, 503);
        goesOn.awaitSeqs(2, 503);
        assertEquals(
                List.of("p3", "p4"),
                fromNow.positions().stream().distinct().limit(2).toList());
        assertEquals("p1", goesOn.positions().get(0));
        assertEquals(2, listeners());
    }

    @Test
    void whoHearsNothingOfAStreamHearsHowFarItIs() {
        log.start("a");
        RecordingSink sink = RecordingSink.roomy();
        follow(WatchEventsRequest.newBuilder().addTypes("completed"), sink);
        log.appendMany("a", 7);

        sink.awaitPosition("p7");
        log.append("a", FakeLog.completed());
        sink.awaitSeqs(8, 8);
    }

    @Test
    void aStreamUntilNowEnds() {
        log.start("a");
        log.appendMany("a", 730);
        RecordingSink sink = RecordingSink.roomy();
        follow(WatchEventsRequest.newBuilder().setPosition("p0").setUntilNow(true), sink);

        sink.awaitEnd();
        sink.awaitSeqs(1, 730);
        assertEquals(0, listeners());
    }

    private void follow(WatchEventsRequest.Builder request, RecordingSink sink) {
        Watch watch = Awaiting.result(openStream(request));
        onLoop(() -> watch.begin(sink, () -> Future.succeededFuture(CALLER)));
    }

    private Future<Watch> openStream(WatchEventsRequest.Builder request) {
        return onLoop(() -> feed.openStream(request.setTenantId(FakeLog.TENANT).build()));
    }

    private Watch watch(String lifetimeId, long afterSeq, RecordingSink sink) {
        Watch watch = Awaiting.result(open(lifetimeId, afterSeq));
        onLoop(() -> watch.begin(sink, () -> Future.succeededFuture(CALLER)));
        return watch;
    }

    private void watch(WatchLifetimeRequest request, RecordingSink sink) {
        Watch watch = Awaiting.result(onLoop(() -> feed.open(request)));
        Awaiting.result(onLoop(() -> {
            watch.begin(sink, () -> Future.succeededFuture(CALLER));
            return Future.<Void>succeededFuture();
        }));
    }

    private Future<Watch> open(String lifetimeId, long afterSeq) {
        return onLoop(() -> feed.open(request(FakeLog.TENANT, lifetimeId, afterSeq)));
    }

    private Future<Watch> openOf(String tenantId, String lifetimeId) {
        return onLoop(() -> feed.open(request(tenantId, lifetimeId, 0)));
    }

    private static WatchLifetimeRequest request(String tenantId, String lifetimeId, long afterSeq) {
        return WatchLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(lifetimeId)
                .setAfterSeq(afterSeq)
                .build();
    }

    private <T> Future<T> onLoop(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(nothing -> work.get().onComplete(done));
        return done.future();
    }

    private int listeners() {
        return Awaiting.result(onLoop(() -> Future.succeededFuture(feed.listeners())));
    }

    private void onLoop(Runnable work) {
        Awaiting.result(onLoop(() -> {
            work.run();
            return Future.succeededFuture();
        }));
    }
}
