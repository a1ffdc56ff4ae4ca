package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.control.LiveExecutors.Held;
import io.ticktock.proto.v1.HeldExecutionsResponse;
import io.ticktock.proto.v1.OpenWork;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveExecutorsTest {

    private static final List<String> ASKED = List.of("a", "b", "c");

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static void holds(Bus bus, String executorId, String... execIds) throws Exception {
        result(bus.serve(
                Addresses.EXECUTOR_HELD.at(executorId),
                request -> Future.succeededFuture(HeldExecutionsResponse.newBuilder()
                        .addAllExecIds(List.of(execIds))
                        .build())));
    }

    private static OpenWork from(String executorId) {
        return OpenWork.newBuilder().setExecutorId(executorId).build();
    }

    @Test
    void inOneProcessTheOneThereIsSpeaksForAll() throws Exception {
        Bus bus = new Bus(vertx);
        result(bus.serve(
                Addresses.EXECUTOR_HELD,
                request -> Future.succeededFuture(
                        HeldExecutionsResponse.newBuilder().addExecIds("a").build())));

        assertEquals(new Held(Set.of("a"), true), result(new LiveExecutors(bus, false, nanos::get).held(ASKED)));
    }

    @Test
    void allThatLiveAreAsked() throws Exception {
        Bus bus = new Bus(vertx);
        LiveExecutors executors = new LiveExecutors(bus, true, nanos::get);
        holds(bus, "one", "a");
        holds(bus, "other", "c");
        executors.heard(from("one"));
        assertEquals(new Held(Set.of("a"), false), result(executors.held(ASKED)), "others may not have spoken yet");

        pass(LiveExecutors.HEARING);
        executors.heard(from("other"));
        assertEquals(new Held(Set.of("a", "c"), true), result(executors.held(ASKED)));
    }

    @Test
    void oneThatLivesAndDoesNotAnswerMayHoldAnything() throws Exception {
        Bus bus = new Bus(vertx);
        LiveExecutors executors = new LiveExecutors(bus, true, nanos::get);
        pass(LiveExecutors.HEARING);
        holds(bus, "one", "a");
        result(bus.serve(
                Addresses.EXECUTOR_HELD.at("other"),
                request -> Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "not now"))));
        executors.heard(from("one"));
        executors.heard(from("other"));
        assertEquals(new Held(Set.of("a"), false), result(executors.held(ASKED)));

        pass(LiveExecutors.SILENCE.plusMillis(1));
        executors.heard(from("one"));
        assertEquals(new Held(Set.of("a"), true), result(executors.held(ASKED)), "it has been silent for long");
    }
}
