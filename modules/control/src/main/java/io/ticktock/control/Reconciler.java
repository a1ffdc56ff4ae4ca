package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Deadline;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.DuePosition;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.ListDueRequest;
import io.ticktock.proto.v1.ListDueResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes good what the bus lost: looks in the tables for due timers, waiting signals and records that no reference
 * announced, and hands out again what no executor holds.
 */
final class Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private static final int MOST_KEYS = 10_000;
    private static final int LOADED_AT_ONCE = 64;
    private static final int CHECK_DOUBLINGS = 3;

    private final Vertx vertx;
    private final Bus bus;
    private final InstantSource clock;
    private final Duration interval;
    private final ShardLease lease;
    private final GraphOrchestrator orchestrator;
    private final Dispatcher dispatcher;
    private final LiveExecutors executors;
    private final CarefulRecovery careful;
    private final RecordFinder records;

    /** What was due of these is being decided. */
    private final Set<LifetimeKey> waking = new HashSet<>();

    /** Up to where this round of looks has come; null at its start. */
    private DuePosition lookedAt;
    /** Whether all that was due in this round was woken. */
    private boolean wokeAll;
    /** Tenants of whose lifetimes some were not decided in time; the rest of what is due of them is left to the next round. */
    private final Set<String> slow = new HashSet<>();

    private long sweepTimer = -1;
    private long dueTimer = -1;
    /** Counts starts and stops; what began in an earlier one does not go on. */
    private int run;

    Reconciler(
            Vertx vertx,
            Bus bus,
            InstantSource clock,
            Duration interval,
            ShardLease lease,
            GraphOrchestrator orchestrator,
            Dispatcher dispatcher,
            LiveExecutors executors,
            CarefulRecovery careful) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.interval = interval;
        this.lease = lease;
        this.orchestrator = orchestrator;
        this.dispatcher = dispatcher;
        this.executors = executors;
        this.careful = careful;
        this.records = new RecordFinder(bus);
    }

    void start() {
        stop();
        beginRound();
        sweep();
        pollDue();
    }

    void stop() {
        run++;
        waking.clear();
        vertx.cancelTimer(sweepTimer);
        vertx.cancelTimer(dueTimer);
    }

    // timers and signals

    /** Page by page, and then from the first one again: what cannot be woken is in the way of nothing behind it. */
    private void pollDue() {
        int begun = run;
        bus.request(Addresses.STATE_LIST_DUE, nextPage())
                .compose(due -> wakeFrom(due.getLifetimesList(), 0, true)
                        .map(allWoken -> begun == run ? turnPage(due, allWoken) : interval.toMillis()))
                .otherwise(cause -> {
                    LOG.warn("timers were not read, trying again: {}", cause.getMessage());
                    return interval.toMillis();
                })
                .onSuccess(delayMs -> {
                    if (begun == run) {
                        dueTimer = vertx.setTimer(delayMs, id -> pollDue());
                    }
                });
    }

    private ListDueRequest nextPage() {
        ListDueRequest.Builder page = ListDueRequest.newBuilder().addAllShards(lease.shards());
        if (lookedAt != null) {
            page.setAfter(lookedAt);
        }
        return page.build();
    }

    /** In how many milliseconds to look at the next one. */
    private long turnPage(ListDueResponse due, boolean allWoken) {
        wokeAll &= allWoken;
        if (due.hasNext()) {
            lookedAt = due.getNext();
            return orchestrator.room() > 0 ? 1 : interval.toMillis();
        }
        long delayMs = wokeAll ? delayMs(due) : interval.toMillis();
        beginRound();
        return delayMs;
    }

    private void beginRound() {
        lookedAt = null;
        slow.clear();
        wokeAll = true;
    }

    /** Wakes these from there on, one batch after the other; tells whether that and the earlier ones went well. */
    private Future<Boolean> wakeFrom(List<LifetimeKey> due, int from, boolean allWoken) {
        if (from >= due.size()) {
            return Future.succeededFuture(allWoken);
        }
        int to = Math.min(due.size(), from + LOADED_AT_ONCE);
        List<Future<Boolean>> batch =
                due.subList(from, to).stream().map(this::wake).toList();
        return Future.join(batch)
                .map(woken -> allWoken && woken.list().stream().allMatch(Boolean.TRUE::equals))
                .otherwise(cause -> {
                    LOG.warn("some lifetimes were not woken, trying again: {}", cause.getMessage());
                    return false;
                })
                .compose(wokenSoFar -> wakeFrom(due, to, wokenSoFar));
    }

    /**
     * False where it has to wait until others have left memory: however much is due at once, memory has its bound. And where it
     * is not decided soon, as for a tenant that waits for its budget: nobody else's timers wait for that.
     */
    private Future<Boolean> wake(LifetimeKey key) {
        if (waking.contains(key) || slow.contains(key.getTenantId()) || !orchestrator.hasRoomFor(key)) {
            return Future.succeededFuture(false);
        }
        waking.add(key);
        Future<Void> woken = Future.succeededFuture()
                .compose(due -> careful.isNeededFor(key)
                        ? careful.bring(key, () -> orchestrator.wake(key))
                        : orchestrator.wake(key))
                .onComplete(done -> waking.remove(key));
        return Deadline.within(vertx, interval, woken)
                .map(true)
                .recover(cause ->
                        cause instanceof TimeoutException ? takesLong(key.getTenantId()) : Future.failedFuture(cause));
    }

    private Future<Boolean> takesLong(String tenantId) {
        slow.add(tenantId);
        return Future.succeededFuture(false);
    }

    private long delayMs(ListDueResponse due) {
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

    // attempts without word

    private void sweep() {
        int begun = run;
        dispatcher.fill();
        Map<ExecutionKey, Resident> silent = silentAttempts();
        (silent.isEmpty() ? Future.<Void>succeededFuture() : ask(silent)).onComplete(done -> {
            if (done.failed()) {
                LOG.warn(
                        "attempts were not asked after, trying again: {}",
                        done.cause().getMessage());
            }
            if (begun == run) {
                sweepTimer = vertx.setTimer(interval.toMillis(), id -> sweep());
            }
        });
    }

    private Map<ExecutionKey, Resident> silentAttempts() {
        Instant now = clock.instant();
        Map<ExecutionKey, Resident> silent = new LinkedHashMap<>();
        for (Resident resident : orchestrator.residents()) {
            for (Map.Entry<String, Resident.Outing> outing : resident.outings.entrySet()) {
                if (!now.isBefore(outing.getValue().checkAt) && silent.size() < MOST_KEYS) {
                    postpone(outing.getValue(), now);
                    silent.put(RecordFinder.key(resident, outing.getKey()), resident);
                }
            }
        }
        return silent;
    }

    private static void postpone(Resident.Outing outing, Instant now) {
        int doublings = Math.min(outing.checks++, CHECK_DOUBLINGS);
        outing.checkAt = now.plus(Dispatcher.FIRST_CHECK.multipliedBy(1L << doublings));
    }

    /** First the executors, then the tables: what is let go between the two questions is found by the second. */
    private Future<Void> ask(Map<ExecutionKey, Resident> silent) {
        List<String> execIds =
                silent.keySet().stream().map(ExecutionKey::getExecId).toList();
        return executors.held(execIds).compose(held -> {
            List<ExecutionKey> loose = silent.keySet().stream()
                    .filter(key -> !held.execIds().contains(key.getExecId()))
                    .toList();
            return records.find(loose).map(found -> {
                settle(silent, loose, found, held.areAll());
                return null;
            });
        });
    }

    /** @param isLoose whether no executor can have what is loose; else it is asked after again */
    private void settle(
            Map<ExecutionKey, Resident> silent,
            List<ExecutionKey> loose,
            List<ExecutionReference> found,
            boolean isLoose) {
        Set<String> recorded = new HashSet<>();
        for (ExecutionReference reference : found) {
            recorded.add(reference.getHeaders().getExecId());
            orchestrator.recorded(reference);
        }
        for (ExecutionKey key : loose) {
            if (recorded.contains(key.getExecId())) {
                continue;
            }
            if (isLoose) {
                dispatcher.repeat(silent.get(key), key.getExecId());
            } else {
                dispatcher.askAgain(silent.get(key), key.getExecId());
            }
        }
    }
}
