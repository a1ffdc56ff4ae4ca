package io.ticktock.api.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.api.access.Caller;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
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

    private static final Caller CALLER = new Caller(FakeLog.TENANT, "somebody", Set.of(Role.ROLE_READER), "127.0.0.1");

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final FakeLog log = new FakeLog(bus);
    private final Context context = vertx.getOrCreateContext();
    private EventFeed feed = feed(Duration.ofSeconds(20));

    /** @param slow how long one may be full */
    private EventFeed feed(Duration slow) {
        return new EventFeed(vertx, bus, new FeedBounds(3, 2, Duration.ofMillis(50), slow));
    }

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void theWholeLogIsSentInOrderAndEnds() {
        log.start(FakeLog.A);
        log.appendMany(FakeLog.A, 730);
        log.append(FakeLog.A, FakeLog.completed());
        RecordingSink sink = RecordingSink.roomy();

        watch(FakeLog.A, 0, sink);

        sink.awaitEnd();
        sink.awaitSeqs(1, 731);
        assertEquals(0, listeners());
    }

    @Test
    void whatIsToldAndWhatIsNotIsSentOnce() {
        log.start(FakeLog.A);
        RecordingSink first = RecordingSink.roomy();
        watch(FakeLog.A, 0, first);
        for (int i = 1; i <= 500; i++) {
            if (i % 3 == 0) {
                log.append(FakeLog.A, FakeLog.accepted("e"));
            } else {
                log.tell(FakeLog.A, FakeLog.accepted("e"));
            }
        }
        RecordingSink second = RecordingSink.roomy();
        watch(FakeLog.A, 250, second);
        log.append(FakeLog.A, FakeLog.completed());

        first.awaitEnd();
        second.awaitEnd();
        first.awaitSeqs(1, 501);
        second.awaitSeqs(251, 501);
        assertEquals(0, listeners());
    }

    @Test
    void whoGoesOnMustNameAnEventThatThereIs() {
        log.start(FakeLog.A);
        log.appendMany(FakeLog.A, 3);

        Failure tooFar = Awaiting.failure(open(FakeLog.A, 4));
        Failure negative = Awaiting.failure(open(FakeLog.A, -1));

        assertEquals(FailureCode.INVALID_ARGUMENT, tooFar.code());
        assertEquals(FailureCode.INVALID_ARGUMENT, negative.code());
        assertFalse(Awaiting.result(open(FakeLog.A, 3)).isOver());
        assertEquals(1, listeners());
    }

    @Test
    void afterTheEndThereIsNothingToHear() {
        log.start(FakeLog.A);
        log.append(FakeLog.A, FakeLog.completed());

        assertTrue(Awaiting.result(open(FakeLog.A, 1)).isOver());
    }

    @Test
    void whatIsNotThereIsRefusedAtOnce() {
        assertEquals(FailureCode.NOT_FOUND, Awaiting.failure(open("nothing", 0)).code());
        assertEquals(FailureCode.NOT_FOUND, Awaiting.failure(open("nothing", 7)).code());
        assertEquals(0, listeners());
    }

    @Test
    void thereIsRoomForSoManyOfATenantAndSoManyInAll() {
        log.start(FakeLog.A);
        List<Watch> open = new ArrayList<>();
        open.add(Awaiting.result(open(FakeLog.A, 0)));
        open.add(Awaiting.result(open(FakeLog.A, 0)));
        assertEquals(
                FailureCode.OVERLOADED, Awaiting.failure(open(FakeLog.A, 0)).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                Awaiting.failure(openOf("other", FakeLog.A)).code());

        open.forEach(watch -> onLoop(watch::close));
        open.forEach(watch -> onLoop(watch::close));

        assertEquals(0, listeners());
        assertFalse(Awaiting.result(open(FakeLog.A, 0)).isOver());
    }

    @Test
    void whoIsFullGetsTheRestOnceThereIsRoom() {
        log.start(FakeLog.A);
        log.appendMany(FakeLog.A, 20);
        log.append(FakeLog.A, FakeLog.completed());
        RecordingSink sink = new RecordingSink(7);

        watch(FakeLog.A, 0, sink);
        sink.awaitFull();
        sink.awaitSeqs(1, 7);
        onLoop(sink.makeRoom(100));

        sink.awaitEnd();
        sink.awaitSeqs(1, 21);
    }

    @Test
    void whoDoesNotReadIsCutOffAndNobodyElse() {
        feed = feed(Duration.ofMillis(300));
        log.start(FakeLog.A);
        log.appendMany(FakeLog.A, 20);
        RecordingSink slow = new RecordingSink(3);
        RecordingSink other = RecordingSink.roomy();
        watch(FakeLog.A, 0, slow);
        watch(FakeLog.A, 0, other);

        slow.awaitCut();
        log.tell(FakeLog.A, FakeLog.completed());

        other.awaitEnd();
        other.awaitSeqs(1, 21);
        slow.awaitSeqs(1, 3);
        assertEquals(0, listeners());
    }

    @Test
    void whoHearsNothingHearsHeartbeatsUntilRefused() {
        log.start(FakeLog.A);
        AtomicBoolean isRevoked = new AtomicBoolean();
        RecordingSink sink = RecordingSink.roomy();
        Watch watch = Awaiting.result(open(FakeLog.A, 0));
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
        log.start(FakeLog.A);
        RecordingSink sink = RecordingSink.roomy();
        watch(FakeLog.A, 0, sink);
        log.setAway(true);
        int before = log.reads();
        log.tell(FakeLog.A, FakeLog.completed());
        sink.awaitHeartbeats(3);
        assertTrue(log.reads() > before);
        log.setAway(false);

        sink.awaitEnd();
        sink.awaitSeqs(1, 1);
    }

    @Test
    void whoHasGoneIsNotReadFor() {
        log.start(FakeLog.A);
        log.start(FakeLog.B);
        RecordingSink gone = RecordingSink.roomy();
        RecordingSink stays = RecordingSink.roomy();
        Watch watch = watch(FakeLog.A, 0, gone);
        watch(FakeLog.B, 0, stays);
        onLoop(watch::close);
        log.tell(FakeLog.A, FakeLog.completed());
        log.tell(FakeLog.B, FakeLog.completed());
        stays.awaitEnd();
        int reads = log.reads();
        log.tell(FakeLog.A, FakeLog.accepted("late"));
        Awaiting.result(bus.request(
                Addresses.STATE_LIST_EVENTS,
                io.ticktock.proto.v1.ListEventsRequest.newBuilder()
                        .setTenantId(FakeLog.TENANT)
                        .setLifetimeId(FakeLog.A)
                        .build()));

        assertEquals(reads + 1, log.reads());
        gone.awaitSeqs(1, 0);
    }

    @Test
    void anothersWordIsNoHint() {
        log.start(FakeLog.A);
        log.append(FakeLog.A, FakeLog.completed());
        log.start(FakeLog.B);
        RecordingSink sink = RecordingSink.roomy();
        watch(FakeLog.B, 0, sink);
        sink.awaitHeartbeats(1);
        int before = log.reads();
        for (int i = 0; i < 1_000; i++) {
            bus.publish(
                    Addresses.CONTROL_PROGRESS.at(Shard.of(FakeLog.B)),
                    LifetimeProgress.newBuilder()
                            .setTenantId("other")
                            .setLifetimeId(FakeLog.B)
                            .addEvents(FakeLog.accepted("e").setSeq(1))
                            .build());
        }
        sink.awaitHeartbeats(3);

        assertTrue(log.reads() - before < 10, () -> log.reads() - before + " reads");
    }

    @Test
    void deltasAreHeardByTheirTenantWhereTheyWereAskedFor() {
        log.start(FakeLog.A);
        RecordingSink asking = RecordingSink.roomy();
        RecordingSink notAsking = RecordingSink.roomy();
        watch(request(FakeLog.TENANT, FakeLog.A, 0).toBuilder().setDeltas(true).build(), asking);
        watch(FakeLog.A, 0, notAsking);
        say("other", FakeLog.A, 1);
        say(FakeLog.TENANT, FakeLog.B, 2);
        say(FakeLog.TENANT, FakeLog.A, 3);
        log.tell(FakeLog.A, FakeLog.accepted("e"));
        say(FakeLog.TENANT, FakeLog.A, 4);
        asking.awaitDeltas(3L, 4L);
        log.tell(FakeLog.A, FakeLog.completed());
        asking.awaitEnd();
        notAsking.awaitEnd();

        asking.awaitSeqs(1, 2);
        notAsking.awaitSeqs(1, 2);
        notAsking.awaitDeltas();
    }

    @Test
    void whoIsFullMissesDeltasButNoEvents() {
        log.start(FakeLog.A);
        RecordingSink sink = new RecordingSink(1);
        watch(request(FakeLog.TENANT, FakeLog.A, 0).toBuilder().setDeltas(true).build(), sink);
        say(FakeLog.TENANT, FakeLog.A, 1);
        sink.awaitDeltas(1L);
        for (int number = 2; number <= 10_000; number++) {
            say(FakeLog.TENANT, FakeLog.A, number);
        }
        log.tell(FakeLog.A, FakeLog.accepted("e"));
        sink.awaitFull();
        context.runOnContext(nothing -> sink.makeRoom(10).run());
        sink.awaitSeqs(1, 1);
        say(FakeLog.TENANT, FakeLog.A, 10_001);

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
        log.start(FakeLog.A);
        log.appendMany(FakeLog.A, 3);
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                Awaiting.failure(openStream(WatchEventsRequest.newBuilder().setPosition("nowhere")))
                        .code());
        RecordingSink fromNow = RecordingSink.roomy();
        RecordingSink goesOn = RecordingSink.roomy();
        follow(WatchEventsRequest.newBuilder(), fromNow);
        follow(WatchEventsRequest.newBuilder().setPosition("p1"), goesOn);
        log.appendMany(FakeLog.A, 500);

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
        log.start(FakeLog.A);
        RecordingSink sink = RecordingSink.roomy();
        follow(WatchEventsRequest.newBuilder().addTypes("completed"), sink);
        log.appendMany(FakeLog.A, 7);

        sink.awaitPosition("p7");
        log.append(FakeLog.A, FakeLog.completed());
        sink.awaitSeqs(8, 8);
    }

    @Test
    void aStreamUntilNowEnds() {
        log.start(FakeLog.A);
        log.appendMany(FakeLog.A, 730);
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
