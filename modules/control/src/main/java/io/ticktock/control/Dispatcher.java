package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.graph.Plan;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.LifetimeEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands attempts out, no more than a bound at a time; the rest wait, and the lifetimes that they are of take turns. What
 * is out, waits or is not due yet is noted in its lifetime, once, until its record is accepted or nobody wants it any
 * more: so there is no more of it than the lifetimes in memory have open attempts, and it leaves memory with them.
 */
final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** After this long without word, the reconciler asks after an attempt. */
    static final Duration FIRST_CHECK = Duration.ofSeconds(1);

    private static final long FIRST_RETRY_MS = 50;
    private static final int RETRY_DOUBLINGS = 6;
    private static final long LONGEST_TIMER_MS = Duration.ofHours(1).toMillis();

    private final Vertx vertx;
    private final Bus bus;
    private final InstantSource clock;
    private final TaskRouter tasks;
    private final PlanRouter plans;
    private final int maxInFlight;
    /** The lifetimes of which attempts wait for room. */
    private final Set<Resident> waiting = new LinkedHashSet<>();

    private int inFlight;
    /** Of all lifetimes. */
    private int queued;

    Dispatcher(Vertx vertx, Bus bus, InstantSource clock, int maxInFlight) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.tasks = new TaskRouter(bus);
        this.plans = new PlanRouter(bus);
        this.maxInFlight = maxInFlight;
    }

    int inFlight() {
        return inFlight;
    }

    /** How many wait for room. */
    int waiting() {
        return queued;
    }

    /** Hands the attempt out as soon as it is due and there is room; does nothing when it is out already. */
    void dispatch(Resident resident, String execId) {
        Attempt attempt = wanted(resident, execId);
        if (attempt == null || resident.outings.containsKey(execId)) {
            return;
        }
        long delayMs = Duration.between(clock.instant(), attempt.notBefore()).toMillis();
        if (delayMs > 0) {
            delay(resident, execId, Math.min(delayMs, LONGEST_TIMER_MS));
        } else if (inFlight >= maxInFlight) {
            queued += resident.queued.add(execId) ? 1 : 0;
            waiting.add(resident);
        } else {
            hand(resident, attempt);
        }
    }

    private void delay(Resident resident, String execId, long delayMs) {
        resident.backoffs.computeIfAbsent(
                execId,
                delayed -> vertx.setTimer(delayMs, id -> {
                    resident.backoffs.remove(delayed);
                    dispatch(resident, delayed);
                }));
    }

    /** Takes an attempt for handed out that another process, or this one before a restart, may have handed out. */
    void adopt(Resident resident, String execId) {
        Attempt attempt = wanted(resident, execId);
        if (attempt == null || attempt.notBefore().isAfter(clock.instant())) {
            dispatch(resident, execId);
        } else if (resident.outings.putIfAbsent(execId, new Resident.Outing(clock.instant())) == null) {
            inFlight++;
        }
    }

    /** Hands out again, in its place, what no executor holds and no record exists of. */
    void repeat(Resident resident, String execId) {
        Resident.Outing outing = resident.outings.get(execId);
        Attempt attempt = wanted(resident, execId);
        if (attempt == null) {
            release(resident, execId);
        } else if (outing != null && !outing.offered) {
            outing.checks = 0;
            outing.checkAt = clock.instant().plus(FIRST_CHECK);
            offer(resident, attempt, outing);
        }
    }

    /** Tells the executors that nobody waits for these attempts any more. */
    void cancel(Resident resident, List<String> execIds) {
        execIds.forEach(execId -> release(resident, execId));
        if (!execIds.isEmpty()) {
            bus.publish(
                    Addresses.EXECUTOR_CANCEL,
                    CancelExecutions.newBuilder()
                            .setTenantId(resident.state.tenantId())
                            .setLifetimeId(resident.state.lifetimeId())
                            .addAllExecIds(execIds)
                            .build());
        }
    }

    /** The attempts that these events close, or let wait, are not out any more. */
    void releaseClosed(Resident resident, List<LifetimeEvent> events) {
        for (LifetimeEvent event : events) {
            if (event.hasAccepted()) {
                release(resident, event.getAccepted().getExecId());
            } else if (event.hasWaiting()) {
                release(resident, event.getWaiting().getExecId());
            }
        }
    }

    private void release(Resident resident, String execId) {
        if (resident.queued.remove(execId)) {
            queued--;
            if (resident.queued.isEmpty()) {
                waiting.remove(resident);
            }
        }
        if (resident.backoffs.containsKey(execId)) {
            vertx.cancelTimer(resident.backoffs.remove(execId));
        }
        if (resident.outings.remove(execId) != null) {
            inFlight--;
            fill();
        }
    }

    /** Nothing that waits is handed out any more: all of it is about to leave memory. */
    void holdBack() {
        waiting.forEach(resident -> resident.queued.clear());
        queued = 0;
        waiting.clear();
    }

    /** Nothing of the lifetime is out any more, or is to go out. */
    void releaseAll(Resident resident) {
        inFlight -= resident.outings.size();
        resident.outings.clear();
        queued -= resident.queued.size();
        resident.queued.clear();
        waiting.remove(resident);
        resident.backoffs.values().forEach(vertx::cancelTimer);
        resident.backoffs.clear();
        resident.dropped = true;
        fill();
    }

    /** One of each lifetime in turn, so that a large fan-out does not hold up everybody else. */
    private void fill() {
        while (inFlight < maxInFlight && !waiting.isEmpty()) {
            Resident next = removeFirst(waiting);
            String execId = removeFirst(next.queued);
            queued--;
            if (!next.queued.isEmpty()) {
                waiting.add(next);
            }
            dispatch(next, execId);
        }
    }

    private static <T> T removeFirst(Set<T> queue) {
        Iterator<T> queued = queue.iterator();
        T first = queued.next();
        queued.remove();
        return first;
    }

    private void hand(Resident resident, Attempt attempt) {
        inFlight++;
        Resident.Outing outing = new Resident.Outing(clock.instant().plus(FIRST_CHECK));
        resident.outings.put(attempt.execId(), outing);
        offer(resident, attempt, outing);
    }

    private void offer(Resident resident, Attempt attempt, Resident.Outing outing) {
        outing.offered = true;
        route(resident, attempt).onSuccess(taken -> outing.offered = false).onFailure(cause -> {
            LOG.debug("attempt {} was not taken, trying again", attempt.execId(), cause);
            vertx.setTimer(retryDelayMs(outing), id -> offerAgain(resident, attempt.execId(), outing));
        });
    }

    private void offerAgain(Resident resident, String execId, Resident.Outing outing) {
        if (resident.outings.get(execId) != outing) {
            return;
        }
        Attempt attempt = wanted(resident, execId);
        if (attempt == null) {
            release(resident, execId);
        } else {
            offer(resident, attempt, outing);
        }
    }

    private static long retryDelayMs(Resident.Outing outing) {
        return FIRST_RETRY_MS << Math.min(outing.refusals++, RETRY_DOUBLINGS);
    }

    private Future<DispatchResponse> route(Resident resident, Attempt attempt) {
        boolean isPlan = resident.state.graph().node(attempt.scheduled.getNodeId()) instanceof Plan;
        return isPlan ? plans.route(resident.state, attempt) : tasks.route(resident.state, attempt);
    }

    /** The attempt, if it is still to be dispatched. */
    private static Attempt wanted(Resident resident, String execId) {
        if (resident.dropped) {
            return null;
        }
        Attempt attempt = resident.state.openAttempt(execId);
        return attempt != null && resident.state.mayRun(attempt) ? attempt : null;
    }
}
