package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Deadline;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.DuePosition;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListDueRequest;
import io.ticktock.proto.v1.ListDueResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes lifetimes whose timer is due or for which signals wait. It looks for them in rounds, page by page: what cannot
 * be woken is in the way of nothing behind it.
 */
final class Wakeups {

    private static final Logger LOG = LoggerFactory.getLogger(Wakeups.class);

    private static final int WOKEN_AT_ONCE = 64;
    private static final int LONGEST_PAUSE_INTERVALS = 10;
    private static final int MOST_LATE_OF_A_TENANT = 8;

    private final Vertx vertx;
    private final Bus bus;
    private final InstantSource clock;
    private final Duration interval;
    private final ShardLease lease;
    private final GraphOrchestrator orchestrator;
    private final CarefulRecovery careful;

    /** What was due of these is being decided. */
    private final Set<LifetimeKey> waking = new HashSet<>();

    /** How many of a tenant's are not decided in time: while they are many, its others are passed over. */
    private Map<String, Integer> late = new HashMap<>();

    /** The one under way; what belongs to an earlier one does not go on. Null while stopped. */
    private Round round;

    private long timer = -1;

    /** One look at all that was due when it began. */
    private static final class Round {
        private Instant begunAt;
        /** Null for the first page. */
        private DuePosition after;

        private boolean wokeAll = true;
    }

    /** @param interval the longest time between rounds while all is well, and how long others wait for one lifetime */
    Wakeups(
            Vertx vertx,
            Bus bus,
            InstantSource clock,
            Duration interval,
            ShardLease lease,
            GraphOrchestrator orchestrator,
            CarefulRecovery careful) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.interval = interval;
        this.lease = lease;
        this.orchestrator = orchestrator;
        this.careful = careful;
    }

    void start() {
        stop();
        beginRound();
    }

    void stop() {
        round = null;
        waking.clear();
        late = new HashMap<>();
        vertx.cancelTimer(timer);
    }

    /** Looks from the start on: of shards that came just now, something may be due since long ago. */
    void lookAgain() {
        if (round != null) {
            vertx.cancelTimer(timer);
            beginRound();
        }
    }

    private void beginRound() {
        round = new Round();
        look();
    }

    private void look() {
        Round current = round;
        if (current.after == null) {
            current.begunAt = clock.instant();
        }
        bus.request(Addresses.STATE_LIST_DUE, page(current))
                .compose(due -> wakeFrom(current, due.getLifetimesList(), 0).map(due))
                .onComplete(looked -> {
                    if (current == round) {
                        long pauseMs = looked.succeeded() ? turnPage(looked.result()) : pauseMs(looked.cause());
                        timer = vertx.setTimer(pauseMs, id -> look());
                    }
                });
    }

    private ListDueRequest page(Round of) {
        ListDueRequest.Builder page = ListDueRequest.newBuilder().addAllShards(lease.shards());
        if (of.after != null) {
            page.setAfter(of.after);
        }
        return page.build();
    }

    private long pauseMs(Throwable cause) {
        LOG.warn("timers were not read, trying again: {}", cause.getMessage());
        return interval.toMillis();
    }

    /** In how many milliseconds to look at the next one. What became due since the round began is for the next round. */
    private long turnPage(ListDueResponse due) {
        boolean goesOn =
                due.hasNext() && !ProtoTime.instant(due.getNext().getDueAt()).isAfter(round.begunAt);
        if (goesOn) {
            round.after = due.getNext();
            return orchestrator.room() > 0 ? 1 : interval.toMillis();
        }
        long pauseMs = round.wokeAll ? untilNextMs(due) : pauseMs(round);
        round = new Round();
        return pauseMs;
    }

    /** As long as the round took, within bounds: to look at what cannot be woken is not all that is done. */
    private long pauseMs(Round ended) {
        long tookMs = Duration.between(ended.begunAt, clock.instant()).toMillis();
        return Math.max(interval.toMillis(), Math.min(tookMs, LONGEST_PAUSE_INTERVALS * interval.toMillis()));
    }

    private long untilNextMs(ListDueResponse due) {
        if (due.getLifetimesCount() > 0) {
            return 1;
        }
        if (!due.hasNextDueAt()) {
            return interval.toMillis();
        }
        long untilDueMs = Duration.between(clock.instant(), ProtoTime.instant(due.getNextDueAt()))
                .toMillis();
        return Math.max(1, Math.min(untilDueMs, interval.toMillis()));
    }

    /** Wakes these from there on, one batch after the other. */
    private Future<Void> wakeFrom(Round current, List<LifetimeKey> due, int from) {
        if (from >= due.size() || current != round) {
            return Future.succeededFuture();
        }
        int to = Math.min(due.size(), from + WOKEN_AT_ONCE);
        List<Future<Void>> batch =
                due.subList(from, to).stream().map(key -> wake(current, key)).toList();
        return Future.join(batch)
                .<Void>mapEmpty()
                .otherwise(cause -> {
                    LOG.warn("some lifetimes were not woken, trying again: {}", cause.getMessage());
                    current.wokeAll = false;
                    return null;
                })
                .compose(woken -> wakeFrom(current, due, to));
    }

    /**
     * Not where it has to wait until others have left memory: however much is due at once, memory has its bound. Others wait
     * for it no longer than for an interval, and for a tenant with many that take longer, as for its budget, not at all.
     */
    private Future<Void> wake(Round current, LifetimeKey key) {
        boolean isPassedOver = late.getOrDefault(key.getTenantId(), 0) >= MOST_LATE_OF_A_TENANT;
        if (waking.contains(key) || isPassedOver || !orchestrator.hasRoomFor(key)) {
            current.wokeAll = false;
            return Future.succeededFuture();
        }
        waking.add(key);
        Future<Void> woken = Future.succeededFuture()
                .compose(due -> careful.isNeededFor(key)
                        ? careful.bring(key, () -> orchestrator.wake(key))
                        : orchestrator.wake(key))
                .onComplete(done -> waking.remove(key));
        return Deadline.within(vertx, interval, woken).recover(cause -> {
            if (!(cause instanceof TimeoutException)) {
                return Future.failedFuture(cause);
            }
            current.wokeAll = false;
            countLate(key.getTenantId(), woken);
            return Future.succeededFuture();
        });
    }

    private void countLate(String tenantId, Future<Void> woken) {
        Map<String, Integer> counts = late;
        counts.merge(tenantId, 1, Integer::sum);
        woken.onComplete(done -> counts.computeIfPresent(tenantId, (id, count) -> count == 1 ? null : count - 1));
    }
}
