package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.ticktock.bus.trace.Sampling;
import io.ticktock.bus.trace.TraceIds;
import io.ticktock.bus.trace.TraceParent;
import io.ticktock.bus.trace.Tracing;
import io.ticktock.proto.v1.CheckRequest;
import io.ticktock.proto.v1.CheckResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TraceOnBusTest {

    private static final String LIFETIME = "0197a1b2-c3d4-7e5f-8a6b-0c1d2e3f4a5b";
    private static final Tracing ON = Tracing.with(OpenTelemetry.noop().getTracer("test"), 1);

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String current() {
        return TraceParent.write(Context.current());
    }

    @Test
    void whoServesAndWhoGetsTheAnswerAreInTheTraceOfWhoAsked() throws Exception {
        Bus bus = new Bus(vertx, Delivery.DIRECT, ON);
        CompletableFuture<String> served = new CompletableFuture<>();
        CompletableFuture<String> answered = new CompletableFuture<>();
        result(bus.serve(Addresses.STATE_CHECK, request -> {
            served.complete(current());
            return vertx.timer(1).map(CheckResponse.getDefaultInstance());
        }));
        Context trace = Tracing.lifetime(LIFETIME);
        vertx.runOnContext(turn -> {
            Future<CheckResponse> asked =
                    Tracing.within(trace, () -> bus.request(Addresses.STATE_CHECK, CheckRequest.getDefaultInstance()));
            asked.onComplete(done -> answered.complete(current()));
            // Travels in the same parcel, and has none.
            bus.request(Addresses.STATE_CHECK, CheckRequest.getDefaultInstance());
        });
        String expected = "00-0197a1b2c3d47e5f8a6b0c1d2e3f4a5b-8a6b0c1d2e3f4a5b-01";
        assertEquals(expected, served.get(10, TimeUnit.SECONDS));
        assertEquals(expected, answered.get(10, TimeUnit.SECONDS));
    }

    @Test
    void itGoesFromProcessToProcess() {
        Letter traced = Letter.of(CheckRequest.getDefaultInstance(), Tracing.lifetime(LIFETIME));
        Letter untraced = Letter.of(CheckRequest.getDefaultInstance(), Context.root());
        Requests arrived = Requests.of(new Requests("test.echo", List.of(traced, untraced)).toProto());
        assertEquals(
                TraceParent.write(Tracing.lifetime(LIFETIME)),
                TraceParent.write(arrived.letters().get(0).trace()));
        assertEquals("", TraceParent.write(arrived.letters().get(1).trace()));
    }

    @Test
    void whereItIsOffNothingTravels() {
        Letter letter = Letter.of(CheckRequest.getDefaultInstance(), null);
        Requests arrived = Requests.of(new Requests("test.echo", List.of(letter)).toProto());
        assertEquals(0, new Requests("test.echo", List.of(letter)).toProto().getTraceParentsCount());
        assertNull(arrived.letters().get(0).trace());
    }

    @Test
    void whatCannotBeReadIsNoTrace() {
        for (String header :
                List.of("", "nonsense", "00-0-0-01", "00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-01")) {
            assertTrue(
                    !Span.fromContext(TraceParent.read(header)).getSpanContext().isValid(), header);
        }
    }

    @Test
    void aPartOfLifetimesIsTaken() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < 10_000; i++) {
            // As ids of lifetimes are made: by time, with a version and a variant, the rest random.
            UUID id = new UUID(
                    (1L << 62) | (random.nextLong() & 0xfffL) | 0x7000L, random.nextLong() >>> 2 | Long.MIN_VALUE);
            taken += Sampling.takes(TraceIds.trace(id.toString()), 0.1) ? 1 : 0;
        }
        int count = taken;
        assertTrue(count > 850 && count < 1_150, () -> count + " of 10,000 with seed " + seed);
        assertTrue(Sampling.takes(TraceIds.trace(LIFETIME), 1));
        assertTrue(!Sampling.takes(TraceIds.trace(LIFETIME), 0));
    }
}
