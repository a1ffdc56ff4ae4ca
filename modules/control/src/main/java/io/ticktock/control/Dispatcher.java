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
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands attempts out, no more than a bound at a time; the rest wait their turn in order. What is out is noted in its
 * lifetime until its record is accepted or nobody wants it any more.
 */
final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    /** After this long without word, the reconciler asks after an attempt. */
    static final Duration FIRST_CHECK = Duration.ofSeconds(1);

    private static final long FIRST_RETRY_MS = 50;
    private static final int RETRY_DOUBLINGS = 6;
    private static final long LONGEST_TIMER_MS = Duration.ofHours(1).toMillis();

    private record Order(Resident resident, String execId) {}

    private final Vertx vertx;
    private final Bus bus;
    private final InstantSource clock;
    private final TaskRouter tasks;
    private final PlanRouter plans;
    private final int maxInFlight;
    private final Deque<Order> queue = new ArrayDeque<>();
    private int inFlight;

    Dispatcher(Vertx vertx, Bus bus, InstantSource clock, int maxInFlight) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.tasks = new TaskRouter(bus);
        this.plans = new PlanRouter(bus);
        this.maxInFlight = maxInFlight;
    }

    /** Hands the attempt out as soon as it is due and there is room; does nothing when it is out already. */
    void dispatch(Resident resident, String execId) {
        Attempt attempt = wanted(resident, execId);
        if (attempt == null || resident.outings.containsKey(execId)) {
            return;
        }
        long delayMs = Duration.between(clock.instant(), attempt.notBefore()).toMillis();
        if (delayMs > 0) {
            vertx.setTimer(Math.min(delayMs, LONGEST_TIMER_MS), id -> dispatch(resident, execId));
        } else if (inFlight >= maxInFlight) {
            queue.add(new Order(resident, execId));
        } else {
            hand(resident, attempt);
        }
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

    /** Hands out again what no executor holds and no record exists of. */
    void repeat(Resident resident, String execId) {
        release(resident, execId);
        dispatch(resident, execId);
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
        if (resident.outings.remove(execId) != null) {
            inFlight--;
            fill();
        }
    }

    /** Nothing of the lifetime is out any more. */
    void releaseAll(Resident resident) {
        inFlight -= resident.outings.size();
        resident.outings.clear();
        resident.dropped = true;
        fill();
    }

    private void fill() {
        while (inFlight < maxInFlight && !queue.isEmpty()) {
            Order next = queue.poll();
            dispatch(next.resident(), next.execId());
        }
    }

    private void hand(Resident resident, Attempt attempt) {
        inFlight++;
        Instant checkAt = clock.instant().plus(FIRST_CHECK);
        resident.outings.put(attempt.execId(), new Resident.Outing(checkAt));
        send(resident, attempt);
    }

    private void send(Resident resident, Attempt attempt) {
        route(resident, attempt).onFailure(cause -> {
            LOG.debug("attempt {} was not taken, trying again", attempt.execId(), cause);
            vertx.setTimer(retryDelayMs(resident, attempt), id -> sendAgain(resident, attempt.execId()));
        });
    }

    private void sendAgain(Resident resident, String execId) {
        Attempt attempt = wanted(resident, execId);
        if (attempt != null && resident.outings.containsKey(execId)) {
            send(resident, attempt);
        }
    }

    private static long retryDelayMs(Resident resident, Attempt attempt) {
        Resident.Outing outing = resident.outings.get(attempt.execId());
        int doublings = outing == null ? 0 : Math.min(outing.refusals++, RETRY_DOUBLINGS);
        return FIRST_RETRY_MS << doublings;
    }

    private Future<DispatchResponse> route(Resident resident, Attempt attempt) {
        boolean isPlan = resident.state.graph().node(attempt.scheduled.getNodeId()) instanceof Plan;
        return isPlan ? plans.route(resident.state, attempt) : tasks.route(resident.state, attempt);
    }

    /** The attempt, if it is still to be dispatched. */
    private static Attempt wanted(Resident resident, String execId) {
        if (resident.dropped || !resident.state.isRunning()) {
            return null;
        }
        Attempt attempt = resident.state.openAttempt(execId);
        return attempt == null || attempt.isWaiting() ? null : attempt;
    }
}
