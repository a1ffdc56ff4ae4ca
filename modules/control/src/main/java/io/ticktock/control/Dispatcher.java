package io.ticktock.control;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.TenantQuotas;
import io.ticktock.graph.GraphNode;
import io.ticktock.graph.Plan;
import io.ticktock.graph.Task;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.DispatchResponse;
import io.ticktock.proto.v1.LifetimeEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands attempts out, no more than a bound at a time; the rest wait, and the tenants and lifetimes that they are of take
 * turns. Attempts of authors' types have a bound of their own, since workers may keep them for hours. What is out, waits
 * or is not due yet is noted in its lifetime, once, until its record is accepted or nobody wants it any more: so there is
 * no more of it than the lifetimes in memory have open attempts, and it leaves memory with them.
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
    private final Outlet builtIn;
    private final Outlet authors;

    Dispatcher(Vertx vertx, Bus bus, InstantSource clock, ControlConfiguration configuration, TenantQuotas quotas) {
        this.vertx = vertx;
        this.bus = bus;
        this.clock = clock;
        this.tasks = new TaskRouter(bus);
        this.plans = new PlanRouter(bus);
        ControlQuotas defaults = configuration.quotas();
        this.builtIn = new Outlet(
                configuration.maxInFlight(),
                tenantId -> defaults.executionsInFlightOf(quotas.now(tenantId).getQuotas()));
        this.authors = new Outlet(
                configuration.maxRemoteInFlight(),
                tenantId ->
                        defaults.remoteExecutionsInFlightOf(quotas.now(tenantId).getQuotas()));
    }

    int inFlight() {
        return builtIn.inFlight() + authors.inFlight();
    }

    /** How many wait for room. */
    int waiting() {
        return builtIn.queued() + authors.queued();
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
            return;
        }
        Outlet outlet = outletOf(resident, attempt);
        if (outlet.hasRoomFor(resident.state.tenantId())) {
            hand(resident, attempt, outlet);
        } else {
            outlet.enqueue(resident, execId);
        }
    }

    private Outlet outletOf(Resident resident, Attempt attempt) {
        GraphNode node = resident.state.graph().node(attempt.scheduled.getNodeId());
        return node instanceof Task task && task.settings() instanceof CustomTaskSettings ? authors : builtIn;
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
        } else if (!resident.outings.containsKey(execId)) {
            Outlet outlet = outletOf(resident, attempt);
            resident.outings.put(execId, new Resident.Outing(outlet, clock.instant()));
            outlet.take(resident.state.tenantId());
        }
    }

    /** Hands out again, in its place, what no executor holds and no record exists of. */
    void repeat(Resident resident, String execId) {
        Resident.Outing outing = resident.outings.get(execId);
        Attempt attempt = wanted(resident, execId);
        if (attempt == null) {
            release(resident, execId);
        } else if (outing != null && !outing.offered) {
            outing.repeated = bus.leavesProcess();
            outing.checks = 0;
            outing.checkAt = clock.instant().plus(FIRST_CHECK);
            offer(resident, attempt, outing);
        }
    }

    /** It is not known yet who holds it. */
    void askAgain(Resident resident, String execId) {
        Resident.Outing outing = resident.outings.get(execId);
        if (outing != null) {
            outing.checkAt = clock.instant().plus(FIRST_CHECK);
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
        builtIn.unqueue(resident, execId);
        authors.unqueue(resident, execId);
        if (resident.backoffs.containsKey(execId)) {
            vertx.cancelTimer(resident.backoffs.remove(execId));
        }
        Resident.Outing outing = resident.outings.remove(execId);
        if (outing != null) {
            outing.outlet.giveBack(resident.state.tenantId());
            fill(outing.outlet);
        }
    }

    /** Nothing that waits is handed out any more: all of it is about to leave memory. */
    void holdBack() {
        builtIn.clear();
        authors.clear();
    }

    /** Nothing of the lifetime is out any more, or is to go out. */
    void releaseAll(Resident resident) {
        resident.outings.values().forEach(outing -> outing.outlet.giveBack(resident.state.tenantId()));
        resident.outings.clear();
        builtIn.unqueueAll(resident);
        authors.unqueueAll(resident);
        resident.backoffs.values().forEach(vertx::cancelTimer);
        resident.backoffs.clear();
        resident.dropped = true;
        fill();
    }

    /** Hands out what there is room for: a quota may have been raised. */
    void fill() {
        fill(builtIn);
        fill(authors);
    }

    /** One of each tenant, and of its lifetimes, in turn, so that a large fan-out does not hold up everybody else. */
    private void fill(Outlet outlet) {
        for (Resident next = outlet.next(); next != null; next = outlet.next()) {
            dispatch(next, outlet.takeFirst(next));
        }
    }

    private void hand(Resident resident, Attempt attempt, Outlet outlet) {
        outlet.take(resident.state.tenantId());
        Resident.Outing outing = new Resident.Outing(outlet, clock.instant().plus(FIRST_CHECK));
        resident.outings.put(attempt.execId(), outing);
        offer(resident, attempt, outing);
    }

    private void offer(Resident resident, Attempt attempt, Resident.Outing outing) {
        outing.offered = true;
        route(resident, attempt, outing)
                .onSuccess(taken -> outing.offered = false)
                .onFailure(cause -> notTaken(resident, attempt, outing, Failure.of(cause)));
    }

    /**
     * Where there are several executors, the next one would not know whether this one has it after all: they are asked.
     * What the one in this process has no room for, another one may.
     */
    private void notTaken(Resident resident, Attempt attempt, Resident.Outing outing, Failure refusal) {
        noteRefusal(attempt, refusal);
        if (bus.leavesProcess() && refusal.code() == FailureCode.UNAVAILABLE) {
            outing.offered = false;
            outing.checkAt = clock.instant();
            return;
        }
        if (bus.leavesProcess() && refusal.code() == FailureCode.OVERLOADED && outing.refusals == 0) {
            outing.refusals++;
            offerAgain(resident, attempt.execId(), outing);
            return;
        }
        vertx.setTimer(retryDelayMs(outing), id -> offerAgain(resident, attempt.execId(), outing));
    }

    /** Room comes and processes come back; anything else is a defect, which trying again may only hide. */
    private static void noteRefusal(Attempt attempt, Failure refusal) {
        if (refusal.code().retryable()) {
            LOG.debug("attempt {} was not taken, trying again", attempt.execId(), refusal);
        } else {
            LOG.error("attempt {} was not taken, trying again", attempt.execId(), refusal);
        }
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

    private Future<DispatchResponse> route(Resident resident, Attempt attempt, Resident.Outing outing) {
        boolean isPlan = resident.state.graph().node(attempt.scheduled.getNodeId()) instanceof Plan;
        boolean isNear = outing.refusals == 0;
        return isPlan
                ? plans.route(resident.state, attempt, isNear)
                : tasks.route(resident.state, attempt, outing.repeated, isNear);
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
