package io.ticktock.api.operation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.SignalLifetimeRequest;
import io.ticktock.proto.v1.SignalLifetimeResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriversTest {

    private static final Address<SignalLifetimeRequest, SignalLifetimeResponse> ADDRESS =
            Addresses.CONTROL_SIGNAL.at(new Shard(0));

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final Drivers drivers = new Drivers(vertx, bus);

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    @Test
    void itIsAskedAgainUntilSomebodyDrivesIt() throws Exception {
        Deque<FailureCode> left = serve(FailureCode.UNAVAILABLE, FailureCode.UNAVAILABLE);
        assertEquals(SignalLifetimeResponse.getDefaultInstance(), result(ask()));
        assertEquals(0, left.size());
    }

    @Test
    void whatIsRefusedAtOnceIsRefused() throws Exception {
        serve(FailureCode.FAILED_PRECONDITION);
        assertEquals(FailureCode.FAILED_PRECONDITION, codeOf(ask()));
    }

    @Test
    void whatMayHaveBeenDoneIsNotRefused() throws Exception {
        serve(FailureCode.UNAVAILABLE, FailureCode.FAILED_PRECONDITION);
        assertEquals(FailureCode.UNAVAILABLE, codeOf(ask()));
    }

    @Test
    void whereNobodyDrivesItThatIsToldInTheEnd() throws Exception {
        assertEquals(FailureCode.UNAVAILABLE, codeOf(ask()));
    }

    @Test
    void whoIsAskedWhileItGoesAwayIsNotWaitedFor() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        result(bus.serve(
                ADDRESS,
                request -> asked.incrementAndGet() == 1
                        ? Promise.<SignalLifetimeResponse>promise().future()
                        : Future.succeededFuture(SignalLifetimeResponse.getDefaultInstance())));
        assertEquals(SignalLifetimeResponse.getDefaultInstance(), result(ask().timeout(5, TimeUnit.SECONDS)));
        assertEquals(2, asked.get());
    }

    @Test
    void aRefusalIsNotBelievedWhileTheFirstTimeMayHaveBeenTheCause() throws Exception {
        Promise<SignalLifetimeResponse> first = Promise.promise();
        AtomicInteger asked = new AtomicInteger();
        result(bus.serve(ADDRESS, request -> {
            if (asked.incrementAndGet() == 1) {
                return first.future();
            }
            vertx.setTimer(50, id -> first.complete(SignalLifetimeResponse.getDefaultInstance()));
            return Future.failedFuture(new Failure(FailureCode.FAILED_PRECONDITION, "it was done already"));
        }));
        assertEquals(SignalLifetimeResponse.getDefaultInstance(), result(ask()));
        assertEquals(2, asked.get());
    }

    /** Fails so, one after the other, then answers. */
    private Deque<FailureCode> serve(FailureCode... failures) throws Exception {
        Deque<FailureCode> left = new ArrayDeque<>(List.of(failures));
        result(bus.serve(
                ADDRESS,
                request -> left.isEmpty()
                        ? Future.succeededFuture(SignalLifetimeResponse.getDefaultInstance())
                        : Future.failedFuture(new Failure(left.poll(), "for the test"))));
        return left;
    }

    private Future<SignalLifetimeResponse> ask() {
        return drivers.ask("acme", ADDRESS, SignalLifetimeRequest.getDefaultInstance());
    }

    private static FailureCode codeOf(Future<?> failing) throws Exception {
        return Failure.of(result(failing.map(done -> (Throwable) null).otherwise(Function.identity())))
                .code();
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
