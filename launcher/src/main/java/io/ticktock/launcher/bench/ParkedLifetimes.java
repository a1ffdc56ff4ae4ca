package io.ticktock.launcher.bench;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.ListRunnableRequest;
import io.ticktock.proto.v1.StartLifetimeRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Lifetimes that wait for a time far away: what lies in the tables of a system that has been used. */
public final class ParkedLifetimes extends VerticleBase {

    /** As a graph file. */
    public static final String GRAPH = """
            graph: bench-parked
            version: 1.0.0
            start: sleep
            tasks:
              sleep: {type: wait, for: 30d}
            plans:
              end: {type: next, next: END}
            edges:
              - sleep -> end
              - end -> END [FINAL]
            """;

    /** Fewer than a tenant may have by default. */
    private static final int MOST_OF_A_TENANT = 50_000;

    private static final int AT_ONCE = 512;
    private static final long RETRY_MS = 100;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private final Bus bus;
    private final int count;
    private final Supplier<UUID> ids;

    private final Promise<Void> done = Promise.promise();
    private int begun;
    private int started;

    /** @param ids names the lifetimes */
    public ParkedLifetimes(Bus bus, int count, Supplier<UUID> ids) {
        this.bus = bus;
        this.count = count;
        this.ids = ids;
    }

    /** How many tenants they belong to. */
    public static int tenants(int count) {
        return (count + MOST_OF_A_TENANT - 1) / MOST_OF_A_TENANT;
    }

    public static String tenant(int number) {
        return "bench-parked-" + number;
    }

    /** Completes when all of them wait, and none is in memory. */
    public Future<Void> done() {
        return done.future();
    }

    @Override
    public Future<?> start() {
        for (int i = 0; i < Math.min(AT_ONCE, count); i++) {
            startNext();
        }
        return Future.succeededFuture();
    }

    private void startNext() {
        if (begun == count) {
            return;
        }
        String tenantId = tenant(begun / MOST_OF_A_TENANT);
        begun++;
        start(StartLifetimeRequest.newBuilder()
                .setTenantId(tenantId)
                .setLifetimeId(ids.get().toString())
                .setGraphName("bench-parked")
                .setGraphVersion("1.0.0")
                .setActor("bench")
                .build());
    }

    /** Until it is taken. */
    private void start(StartLifetimeRequest request) {
        bus.request(Addresses.CONTROL_START.at(Shard.of(request.getLifetimeId())), request)
                .onSuccess(answer -> {
                    started++;
                    if (started == count) {
                        awaitParked(System.nanoTime() + LONGEST_WAIT.toNanos());
                    } else {
                        startNext();
                    }
                })
                .onFailure(cause -> {
                    FailureCode code = Failure.of(cause).code();
                    if (code.retryable()) {
                        vertx.setTimer(RETRY_MS, timer -> start(request));
                    } else {
                        done.tryFail(cause);
                    }
                });
    }

    private void awaitParked(long giveUpNanos) {
        bus.request(
                        Addresses.STATE_LIST_RUNNABLE,
                        ListRunnableRequest.newBuilder()
                                .addAllShards(
                                        IntStream.range(0, Shard.COUNT).boxed().toList())
                                .build())
                .onSuccess(runnable -> {
                    if (runnable.getLifetimesCount() == 0) {
                        done.tryComplete();
                    } else if (System.nanoTime() - giveUpNanos > 0) {
                        done.tryFail(new Failure(
                                FailureCode.UNAVAILABLE,
                                "lifetimes that should wait are still in memory, " + LONGEST_WAIT.toMinutes()
                                        + " minutes after the last of them was started"));
                    } else {
                        vertx.setTimer(RETRY_MS, timer -> awaitParked(giveUpNanos));
                    }
                })
                .onFailure(done::tryFail);
    }
}
