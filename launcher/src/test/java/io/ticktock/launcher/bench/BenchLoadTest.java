package io.ticktock.launcher.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AgentLifetime;
import io.ticktock.proto.v1.GetLifetimeRequest;
import io.ticktock.proto.v1.GetLifetimeResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.LifetimeStatus;
import io.ticktock.proto.v1.Payload;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A control plane that starts lifetimes and never makes known what becomes of them. */
class BenchLoadTest {

    private static final int LIFETIMES = 64;

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final Set<String> lookedAt = new HashSet<>();

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Test
    void whatIsNotHeardOfIsLookedFor() {
        await(bus.serve(Addresses.STATE_GET_LIFETIME, this::endedAtTheSecondLook));

        BenchPhase phase = await(load());

        assertEquals(LIFETIMES, phase.lifetimeIds().size());
        assertEquals(LIFETIMES, phase.unheard());
        assertEquals(Set.copyOf(phase.lifetimeIds()), lookedAt);
    }

    /** One half is not there yet at the first look, the other one is under way. */
    private Future<GetLifetimeResponse> endedAtTheSecondLook(GetLifetimeRequest request) {
        if (!lookedAt.add(request.getLifetimeId())) {
            return ended(LifetimeStatus.LIFETIME_STATUS_COMPLETED);
        }
        return lookedAt.size() % 2 == 0
                ? Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "not yet"))
                : Future.succeededFuture(GetLifetimeResponse.newBuilder()
                        .setLifetime(AgentLifetime.newBuilder().setStatus(LifetimeStatus.LIFETIME_STATUS_RUNNING))
                        .build());
    }

    @Test
    void oneThatFailedUnheardOfEndsTheLoad() {
        await(bus.serve(Addresses.STATE_GET_LIFETIME, request -> ended(LifetimeStatus.LIFETIME_STATUS_ABORTED)));

        Future<BenchPhase> done = load();

        Throwable failure =
                assertThrows(CompletionException.class, () -> await(done)).getCause();
        assertEquals("a lifetime of the load failed: too dear", failure.getMessage());
    }

    private static Future<GetLifetimeResponse> ended(LifetimeStatus status) {
        return Future.succeededFuture(GetLifetimeResponse.newBuilder()
                .setLifetime(AgentLifetime.newBuilder()
                        .setStatus(status)
                        .setReason("too dear")
                        .setEndedAt(Timestamp.getDefaultInstance()))
                .build());
    }

    private Future<BenchPhase> load() {
        BenchLoad load = new BenchLoad(
                bus,
                GraphReference.newBuilder().setTenantId("bench").build(),
                Payload.getDefaultInstance(),
                LIFETIMES,
                LIFETIMES,
                UUID::randomUUID,
                request -> Future.succeededFuture(),
                Duration.ofMillis(100));
        await(vertx.deployVerticle(load));
        return load.done();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
