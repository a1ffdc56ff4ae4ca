package io.ticktock.control;

import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.Signal;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A lifetime in memory: its state, what has happened to it since, and which of its attempts are out. */
final class Resident {

    /** An input and who waits for its decision to be durable. */
    record Item(Input input, Promise<Void> decided) {}

    /** An attempt that was handed out: when to ask after it next, and how often that and a refusal has happened. */
    static final class Outing {
        /** Whose room it takes. */
        final Outlet outlet;

        Instant checkAt;
        int checks;
        int refusals;
        /** No executor has taken it yet; it is offered until one does. */
        boolean offered;

        /** An executor that is gone may have had it. */
        boolean repeated;

        Outing(Outlet outlet, Instant checkAt) {
            this.outlet = outlet;
            this.checkAt = checkAt;
        }
    }

    LifetimeState state;
    /** The stored signals that waited for it when it was brought into memory. */
    final List<Signal> signalsAtLoad;

    final Map<String, Outing> outings = new HashMap<>();
    /** The attempts that are to go out as soon as there is room, in order, for each kind of room. */
    private final Map<Outlet, Set<String>> queued = new LinkedHashMap<>(2);
    /** The running Vert.x timers of attempts that are not due yet. */
    final Map<String, Long> backoffs = new HashMap<>();

    private final Deque<Item> inbox = new ArrayDeque<>();

    /** A decision is on its way; inputs gather meanwhile. */
    boolean deciding;
    /** What was decided was given away to be written, and is not known to be. */
    boolean writing;
    /** Of which event the stored head is: what those who look at it see. */
    long headSeq;
    /** The stored head says that it is parked. */
    boolean parked;
    /** It was woken because its stored timer was due, which has to be written anew even if nothing else changes. */
    boolean timerSpent;
    /** It has left memory; whoever still refers to it must not act on it. */
    boolean dropped;
    /** The running Vert.x timer, or -1. */
    long timerId = -1;

    Resident(LifetimeState state, long headSeq, boolean parked, List<Signal> signalsAtLoad) {
        this.state = state;
        this.headSeq = headSeq;
        this.parked = parked;
        this.signalsAtLoad = signalsAtLoad;
    }

    /** What of it waits for this room. */
    Set<String> queued(Outlet outlet) {
        return queued.computeIfAbsent(outlet, none -> new LinkedHashSet<>());
    }

    LifetimeKey key() {
        return LifetimeLoader.keyOf(state.tenantId(), state.lifetimeId());
    }

    void add(Item item) {
        inbox.add(item);
    }

    /** Puts back what was taken and is to be decided first all the same. */
    void putBack(List<Item> items) {
        for (int i = items.size() - 1; i >= 0; i--) {
            inbox.addFirst(items.get(i));
        }
    }

    int inputs() {
        return inbox.size();
    }

    boolean hasInputs() {
        return !inbox.isEmpty();
    }

    /**
     * Takes everything that has happened so far, at most {@code most} items, and of records no more than have results of so
     * many bytes together; one item at least. What has a condition is taken alone: what comes with it could break it.
     */
    List<Item> drain(int most, long mostResultBytes) {
        List<Item> items = new ArrayList<>(Math.min(most, inbox.size()));
        long bytes = 0;
        while (items.size() < most && !inbox.isEmpty()) {
            if (!items.isEmpty() && (hasCondition(inbox.peek()) || hasCondition(items.get(0)))) {
                break;
            }
            bytes += resultBytes(inbox.peek().input());
            if (bytes > mostResultBytes && !items.isEmpty()) {
                break;
            }
            items.add(inbox.poll());
        }
        return items;
    }

    private static boolean hasCondition(Item item) {
        return item.input() instanceof Input.Signalled signalled && signalled.hasCondition();
    }

    private static long resultBytes(Input input) {
        return input instanceof Input.Recorded recorded ? recorded.record().getResultSizeBytes() : 0;
    }

    /** When time alone makes something happen to it; null when it never does. */
    Instant dueAt() {
        if (!state.isRunning()) {
            return null;
        }
        Instant earliest = state.deadline();
        for (Attempt attempt : state.waitingAttempts()) {
            earliest = earlier(earliest, attempt.dueAt());
        }
        return earliest;
    }

    /** As {@link #dueAt}, the ends of backoffs included: when it has to be in memory again, once it has left. */
    Instant wakeAt() {
        Instant earliest = dueAt();
        if (state.openAttempts().size() > state.waitingAttempts().size()) {
            for (Attempt attempt : state.openAttempts()) {
                earliest = state.mayRun(attempt) ? earlier(earliest, attempt.notBefore()) : earliest;
            }
        }
        return earliest;
    }

    /** Whether nothing of it is out, and no child that it waits for is yet to be started. */
    boolean isIdle() {
        for (String execId : outings.keySet()) {
            if (isOut(execId)) {
                return false;
            }
        }
        for (Attempt attempt : state.waitingAttempts()) {
            if (isChildUnconfirmed(attempt)) {
                return false;
            }
        }
        return true;
    }

    /** An outing is noted until the decision that ends it is carried out; the state may know better. */
    private boolean isOut(String execId) {
        Attempt attempt = state.openAttempt(execId);
        return attempt != null && !attempt.isWaiting();
    }

    private static Instant earlier(Instant one, Instant other) {
        return one == null || (other != null && other.isBefore(one)) ? other : one;
    }

    private static boolean isChildUnconfirmed(Attempt attempt) {
        return attempt.waitsForChild() && attempt.childLifetimeId == null;
    }
}
