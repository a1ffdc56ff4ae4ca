package io.ticktock.executor;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.FairQueue;
import io.ticktock.proto.v1.CancelExecutions;
import io.ticktock.proto.v1.DispatchResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * The attempts in hand: each once, so many running at once, so many more waiting for their start, the rest refused.
 * Tenants take turns to start, and some of the places are left to others by each of them.
 * A running attempt gives its place away when its handler has ended, but stays in hand until its record is acknowledged.
 */
final class HeldAttempts {

    private static final Future<DispatchResponse> IN_HAND =
            Future.succeededFuture(DispatchResponse.getDefaultInstance());

    /** One place of so many. */
    private static final int LEFT_TO_OTHERS = 8;

    private final ExecutorMeters meters;
    private final LongSupplier nanoTime;
    private final int maxRunning;
    private final int maxRunningOfTenant;
    private final int maxHeld;
    private final Map<String, Entry> held = new ConcurrentHashMap<>();
    private final FairQueue<Entry> resumedQueue = new FairQueue<>();
    private final FairQueue<Entry> newQueue = new FairQueue<>();
    private final Map<String, Integer> runningOf = new HashMap<>();
    private final Promise<Void> drained = Promise.promise();
    private final AtomicInteger outside = new AtomicInteger();
    private int running;
    private volatile boolean draining;

    /** What is to run when there is a place. */
    private record Entry(HeldAttempt attempt, Runnable start) {

        String tenantId() {
            return attempt.tenantId();
        }
    }

    HeldAttempts(int maxRunning, int maxQueued, ExecutorMeters meters, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.meters = meters;
        this.maxRunning = maxRunning;
        this.maxRunningOfTenant = maxRunning - maxRunning / LEFT_TO_OTHERS;
        this.maxHeld = maxRunning + maxQueued;
    }

    /** Takes the attempt in hand, unless it is there already or there is no room. */
    Future<DispatchResponse> admit(HeldAttempt attempt, Runnable start) {
        Entry entry = new Entry(attempt, start);
        Entry earlier = held.get(attempt.executionId());
        if (earlier != null && !resumes(attempt, earlier)) {
            return IN_HAND;
        }
        if (draining) {
            return stopping();
        }
        if (earlier == null && held.size() - outside.get() >= maxHeld) {
            meters.refused();
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED, "this executor has " + maxHeld + " attempts in hand; try again later"));
        }
        if (!put(entry, earlier)) {
            return IN_HAND;
        }
        if (!startOrQueue(entry)) {
            release(attempt);
            return stopping();
        }
        return IN_HAND;
    }

    int size() {
        return held.size();
    }

    synchronized int running() {
        return running;
    }

    synchronized int queued() {
        return resumedQueue.size() + newQueue.size();
    }

    /** Which of these are in hand. */
    List<String> heldOf(List<String> execIds) {
        List<String> found = new ArrayList<>();
        for (String execId : execIds) {
            if (held.containsKey(execId)) {
                found.add(execId);
            }
        }
        return found;
    }

    /** Stops those that run; those that have not started leave without a trace. */
    void cancel(CancelExecutions request) {
        for (String execId : request.getExecIdsList()) {
            Entry entry = held.get(execId);
            if (entry != null && entry.attempt.tenantId().equals(request.getTenantId())) {
                if (unqueue(entry)) {
                    release(entry.attempt);
                } else {
                    entry.attempt.stop(AttemptFailure.cancelled());
                }
            }
        }
    }

    /** As if this much time had passed for those that run. */
    void age(Duration time) {
        held.values().forEach(entry -> entry.attempt.times().age(time.toNanos()));
    }

    /** Stops those whose time is over. */
    void stopOverdue() {
        long now = nanoTime.getAsLong();
        held.values().forEach(entry -> entry.attempt.stopIfOverdue(now));
    }

    /** The attempt's handler has ended: its place goes to the next. */
    void handlerEnded(HeldAttempt attempt) {
        attempt.handlerEnded();
        if (!attempt.isOutside()) {
            passPlaceOn(attempt);
        }
    }

    /** For a worker outside: it is still in hand, but takes no place and no room. False when it was stopped before. */
    boolean moveOutside(HeldAttempt attempt) {
        if (!attempt.awaitWorker()) {
            return false;
        }
        outside.incrementAndGet();
        passPlaceOn(attempt);
        return true;
    }

    private void passPlaceOn(HeldAttempt attempt) {
        Entry next;
        synchronized (this) {
            running--;
            runningOf.computeIfPresent(attempt.tenantId(), (id, count) -> count == 1 ? null : count - 1);
            next = nextInQueue();
            if (next != null) {
                takePlace(next);
            }
        }
        if (next != null) {
            Runnable start = next.start;
            next.attempt.context().runOnContext(nothing -> start.run());
        }
    }

    /** The attempt is over. */
    void release(HeldAttempt attempt) {
        held.computeIfPresent(attempt.executionId(), (id, entry) -> entry.attempt == attempt ? null : entry);
        if (attempt.isOutside()) {
            outside.decrementAndGet();
        }
        if (draining && held.isEmpty()) {
            drained.tryComplete();
        }
    }

    /**
     * Refuses new attempts, and leaves those that have not started to be dispatched elsewhere; completes when none is in
     * hand any more.
     */
    Future<Void> drain() {
        startNoMore().forEach(entry -> release(entry.attempt));
        if (held.isEmpty()) {
            drained.tryComplete();
        }
        return drained.future();
    }

    /** Ends whatever still runs, without a record. */
    void abandonAll() {
        held.values().forEach(entry -> {
            entry.attempt.abandon();
            entry.attempt.stop(AttemptFailure.cancelled());
        });
    }

    /** The control plane knows of the wait that the earlier one reports, and it is over. */
    private static boolean resumes(HeldAttempt attempt, Entry earlier) {
        return attempt.waits() > earlier.attempt.waits() && earlier.attempt.isReportingWait();
    }

    private boolean put(Entry entry, Entry earlier) {
        String execId = entry.attempt.executionId();
        if (earlier == null) {
            return held.putIfAbsent(execId, entry) == null;
        }
        earlier.attempt.abandon();
        return held.replace(execId, earlier, entry);
    }

    /** Not while draining, which may have begun since the attempt was admitted. */
    private boolean startOrQueue(Entry entry) {
        synchronized (this) {
            if (draining) {
                return false;
            }
            if (running == maxRunning || !mayRunMore(entry.tenantId())) {
                (entry.attempt.isResumed() ? resumedQueue : newQueue).add(entry.tenantId(), entry);
                return true;
            }
            takePlace(entry);
        }
        entry.start.run();
        return true;
    }

    private synchronized List<Entry> startNoMore() {
        draining = true;
        List<Entry> queued = new ArrayList<>(resumedQueue.drain());
        queued.addAll(newQueue.drain());
        return queued;
    }

    private static Future<DispatchResponse> stopping() {
        return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "this executor is about to stop"));
    }

    private void takePlace(Entry entry) {
        running++;
        runningOf.merge(entry.tenantId(), 1, Integer::sum);
    }

    private boolean mayRunMore(String tenantId) {
        return runningOf.getOrDefault(tenantId, 0) < maxRunningOfTenant;
    }

    /** What goes on comes before what is new. */
    private Entry nextInQueue() {
        Entry resumed = resumedQueue.poll(this::mayRunMore);
        return resumed != null ? resumed : newQueue.poll(this::mayRunMore);
    }

    private synchronized boolean unqueue(Entry entry) {
        return newQueue.remove(entry.tenantId(), entry) || resumedQueue.remove(entry.tenantId(), entry);
    }
}
