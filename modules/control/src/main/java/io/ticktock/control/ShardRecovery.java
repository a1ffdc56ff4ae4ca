package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.FrequentFault;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListRunnableRequest;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the lifetimes of shards that were taken into memory: page by page, no faster than the data plane can bear it beside
 * its other work, and none for which there is no room yet.
 */
final class ShardRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(ShardRecovery.class);

    private static final int AT_ONCE = 64;
    private static final long NO_ROOM_PAUSE_MS = 100;
    private static final long RETRY_MS = 500;
    private static final long MS_PER_SECOND = 1_000;

    private final Vertx vertx;
    private final Bus bus;
    private final GraphOrchestrator orchestrator;
    private final CarefulRecovery careful;
    private final int mostPerSecond;
    private final RandomGenerator random;
    private final FrequentFault notRecovered = new FrequentFault(System::nanoTime);

    /** Counts the times that all was forgotten; what began before does not go on. */
    private int run;

    /** @param random so that owners which take over at the same moment do not keep in step */
    ShardRecovery(
            Vertx vertx,
            Bus bus,
            GraphOrchestrator orchestrator,
            CarefulRecovery careful,
            int mostPerSecond,
            RandomGenerator random) {
        this.vertx = vertx;
        this.bus = bus;
        this.orchestrator = orchestrator;
        this.careful = careful;
        this.mostPerSecond = mostPerSecond;
        this.random = random;
    }

    void stop() {
        run++;
        careful.forgetAll();
    }

    /** Brings every lifetime of these shards back that must be in memory. */
    Future<Void> recover(Collection<Integer> shards) {
        List<LifetimeKey> suspects = new ArrayList<>();
        int begun = run;
        return careful.learn()
                .compose(read -> recover(begun, ListRunnableRequest.newBuilder().addAllShards(shards), suspects))
                .compose(recovered -> {
                    suspects.sort(Comparator.comparingInt(careful::tries));
                    return recoverFrom(begun, suspects, 0);
                });
    }

    /** @param suspects where those are added that come last */
    private Future<Void> recover(int begun, ListRunnableRequest.Builder request, List<LifetimeKey> suspects) {
        return bus.request(Addresses.STATE_LIST_RUNNABLE, request.build()).compose(page -> {
            List<LifetimeKey> keys = page.getLifetimesList();
            if (keys.isEmpty() || begun != run) {
                return Future.succeededFuture();
            }
            suspects.addAll(keys.stream().filter(careful::isSuspect).toList());
            List<LifetimeKey> others =
                    keys.stream().filter(key -> !careful.isSuspect(key)).toList();
            return recoverFrom(begun, others, 0)
                    .compose(recovered -> recover(begun, request.setAfter(keys.get(keys.size() - 1)), suspects));
        });
    }

    /** A batch takes at least its part of a second, more or less. */
    private Future<Void> recoverFrom(int begun, List<LifetimeKey> keys, int from) {
        if (from >= keys.size() || begun != run) {
            return Future.succeededFuture();
        }
        int room = orchestrator.room();
        if (room <= 0) {
            return vertx.timer(NO_ROOM_PAUSE_MS).compose(over -> recoverFrom(begun, keys, from));
        }
        int to = Math.min(keys.size(), from + Math.min(AT_ONCE, room));
        List<Future<?>> batch = new ArrayList<>();
        batch.add(vertx.timer(pauseMs(to - from)));
        keys.subList(from, to).forEach(key -> batch.add(recover(begun, key)));
        return Future.join(batch).transform(tried -> recoverFrom(begun, keys, to));
    }

    private long pauseMs(int recovered) {
        long fullMs = recovered * MS_PER_SECOND / mostPerSecond;
        return 1 + fullMs / 2 + random.nextLong(fullMs + 1);
    }

    private Future<Void> recover(int begun, LifetimeKey key) {
        return careful.isNeededFor(key)
                ? careful.bring(key, () -> bringIn(key)).recover(cause -> recoverAgain(begun, key, cause))
                : orchestrator.recover(key);
    }

    /** What cannot be caught up with now is looked for again soon, as of all that is in memory. */
    private Future<Void> bringIn(LifetimeKey key) {
        return orchestrator
                .recover(key)
                .compose(in -> orchestrator.catchUp(key).otherwise(cause -> {
                    LOG.debug("lifetime {}: not caught up with yet: {}", key.getLifetimeId(), cause.getMessage());
                    return null;
                }));
    }

    /** Until it is in memory, or this owner has lost its shards: nobody else looks for it. */
    private Future<Void> recoverAgain(int begun, LifetimeKey key, Throwable cause) {
        if (begun != run) {
            return Future.succeededFuture();
        }
        LOG.atLevel(notRecovered.level())
                .log("lifetime {}: not recovered, trying again: {}", key.getLifetimeId(), cause.getMessage());
        return vertx.timer(RETRY_MS).compose(over -> begun == run ? recover(begun, key) : Future.succeededFuture());
    }
}
