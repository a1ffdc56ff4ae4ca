package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Shard;
import io.ticktock.proto.v1.HoldShardsResponse;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListSuspectsResponse;
import io.ticktock.proto.v1.NoteRecoveriesResponse;
import io.ticktock.proto.v1.SetQuarantineResponse;
import io.ticktock.proto.v1.Suspect;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All shards are troubled; the data plane says who is a suspect when the test lets it. */
class CarefulRecoveryTest {

    private static final LifetimeKey CULPRIT = key();
    private static final LifetimeKey INNOCENT = key();

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Promise<ListSuspectsResponse> suspects = Promise.promise();
    private final List<LifetimeKey> setAside = Collections.synchronizedList(new ArrayList<>());
    private final List<LifetimeKey> broughtIn = Collections.synchronizedList(new ArrayList<>());
    private final List<List<LifetimeKey>> noted = Collections.synchronizedList(new ArrayList<>());
    private CarefulRecovery careful;

    @BeforeEach
    void takeTroubledShards() throws Exception {
        Bus bus = new Bus(vertx);
        List<Integer> all = IntStream.range(0, Shard.COUNT).boxed().toList();
        await(bus.serve(
                Addresses.STATE_HOLD_SHARDS,
                request -> Future.succeededFuture(HoldShardsResponse.newBuilder()
                        .setEpoch(1)
                        .setFairShare(Shard.COUNT)
                        .addAllShards(all)
                        .addAllTroubledShards(all)
                        .build())));
        await(bus.serve(Addresses.STATE_LIST_SUSPECTS, request -> suspects.future()));
        await(bus.serve(Addresses.STATE_NOTE_RECOVERIES, request -> {
            if (request.getBegunCount() > 0) {
                noted.add(request.getBegunList());
            }
            return Future.succeededFuture(NoteRecoveriesResponse.getDefaultInstance());
        }));
        await(bus.serve(Addresses.STATE_SET_QUARANTINE, request -> {
            setAside.add(request.getLifetime());
            return Future.succeededFuture(
                    SetQuarantineResponse.newBuilder().setChanged(true).build());
        }));
        ShardLease lease = new ShardLease(
                vertx,
                bus,
                new DatabaseClock(InstantSource.system(), System::nanoTime),
                "test",
                Duration.ofSeconds(30),
                false,
                () -> {},
                gained -> {},
                System::nanoTime);
        ControlMeters meters = new ControlMeters(new SimpleMeterRegistry());
        careful = new CarefulRecovery(vertx, new Quarantine(bus, lease, meters), lease);
        await(onContext(lease::take));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whatIsDueBeforeTheSuspectsAreKnownWaitsForThem() throws Exception {
        Future<Void> culprit = bring(CULPRIT);
        Future<Void> innocent = bring(INNOCENT);
        suspects.complete(suspected(4));
        await(culprit);
        await(innocent);
        assertEquals(List.of(CULPRIT), setAside);
        assertEquals(List.of(INNOCENT), broughtIn);
    }

    @Test
    void aSuspectIsBroughtInAlone() throws Exception {
        Future<Void> innocent = bring(INNOCENT);
        Future<Void> culprit = bring(CULPRIT);
        suspects.complete(suspected(2));
        await(culprit);
        await(innocent);
        assertEquals(List.of(List.of(INNOCENT), List.of(CULPRIT)), noted);
    }

    @Test
    void whoIsLeastSuspectedComesFirst() throws Exception {
        LifetimeKey less = key();
        Future<Void> culprit = bring(CULPRIT);
        Future<Void> other = bring(less);
        suspects.complete(suspected(3).toBuilder()
                .addSuspects(Suspect.newBuilder().setLifetime(less).setTries(1))
                .build());
        await(culprit);
        await(other);
        assertEquals(List.of(List.of(less), List.of(CULPRIT)), noted);
    }

    @Test
    void nothingIsBroughtInWhenAllWasForgottenBeforeTheSuspectsWereKnown() throws Exception {
        Future<Void> innocent = bring(INNOCENT);
        await(onContext(() -> {
            careful.forgetAll();
            return Future.succeededFuture();
        }));
        suspects.complete(suspected(1));
        await(innocent.otherwiseEmpty());
        assertTrue(innocent.failed());
        assertEquals(List.of(), broughtIn);
    }

    private static ListSuspectsResponse suspected(int tries) {
        return ListSuspectsResponse.newBuilder()
                .addSuspects(Suspect.newBuilder().setLifetime(CULPRIT).setTries(tries))
                .build();
    }

    private Future<Void> bring(LifetimeKey key) throws Exception {
        Promise<Future<Void>> asked = Promise.promise();
        context.runOnContext(nothing -> asked.complete(careful.bring(key, () -> {
            broughtIn.add(key);
            return Future.succeededFuture();
        })));
        return await(asked.future());
    }

    private <T> Future<T> onContext(Callable<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(nothing -> {
            try {
                work.call().onComplete(done);
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return done.future();
    }

    private static LifetimeKey key() {
        return LifetimeLoader.keyOf("acme", UUID.randomUUID().toString());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
