package io.ticktock.control;

import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes good what the bus lost of attempts: looks in the tables for records that no reference announced, and hands out again
 * what no executor holds.
 */
final class Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

    private static final int MOST_KEYS = 10_000;
    private static final int CHECK_DOUBLINGS = 3;

    private final Vertx vertx;
    private final InstantSource clock;
    private final Duration interval;
    private final GraphOrchestrator orchestrator;
    private final Dispatcher dispatcher;
    private final LiveExecutors executors;
    private final RecordFinder records;

    private long sweepTimer = -1;
    /** Counts starts and stops; what began in an earlier one does not go on. */
    private int run;

    Reconciler(
            Vertx vertx,
            Bus bus,
            InstantSource clock,
            Duration interval,
            GraphOrchestrator orchestrator,
            Dispatcher dispatcher,
            LiveExecutors executors) {
        this.vertx = vertx;
        this.clock = clock;
        this.interval = interval;
        this.orchestrator = orchestrator;
        this.dispatcher = dispatcher;
        this.executors = executors;
        this.records = new RecordFinder(bus);
    }

    void start() {
        stop();
        sweep();
    }

    void stop() {
        run++;
        vertx.cancelTimer(sweepTimer);
    }

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
