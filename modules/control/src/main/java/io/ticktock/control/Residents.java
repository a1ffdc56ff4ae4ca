package io.ticktock.control;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lifetimes in memory: how they get there, and how they leave it. None is there without a valid lease. */
final class Residents {

    private final Vertx vertx;
    private final ShardLease lease;
    private final LifetimeLoader loader;
    private final Dispatcher dispatcher;
    private final ChildStarter children;

    private final Map<LifetimeKey, Resident> residents = new LinkedHashMap<>();
    private final Map<LifetimeKey, Load> loading = new HashMap<>();
    private final Map<LifetimeKey, Beginning> beginnings = new HashMap<>();
    /** Of which something may be written yet that was given up, and the epoch under which that was asked for at most. */
    private final Map<LifetimeKey, Long> givenUp = new HashMap<>();
    /** How many are being stored for the first time. */
    private int starting;

    /** Of a lifetime that is being stored for the first time: while that takes, it may be found in the tables already. */
    static final class Beginning {
        private int open;
        private boolean isOutdated;
    }

    /** On its way into memory. */
    private static final class Load {
        private Future<Resident> resident;
    }

    Residents(Vertx vertx, ShardLease lease, LifetimeLoader loader, Dispatcher dispatcher, ChildStarter children) {
        this.vertx = vertx;
        this.lease = lease;
        this.loader = loader;
        this.dispatcher = dispatcher;
        this.children = children;
    }

    /** Null when it is not in memory. */
    Resident find(LifetimeKey key) {
        return residents.get(key);
    }

    Collection<Resident> all() {
        return residents.values();
    }

    /** Those that are on their way into memory included. */
    int size() {
        return residents.size() + loading.size() + starting;
    }

    /** To be told about by {@link #ended} when it is stored, or not. */
    Beginning begin(LifetimeKey key) {
        Beginning beginning = beginnings.computeIfAbsent(key, none -> new Beginning());
        beginning.open++;
        starting++;
        return beginning;
    }

    void ended(LifetimeKey key, Beginning beginning) {
        beginning.open--;
        starting--;
        if (beginning.open == 0) {
            beginnings.remove(key, beginning);
        }
    }

    /** Whether the lifetime was brought in since, or may have been elsewhere: then it may be further than it began. */
    boolean isOutdated(Beginning beginning) {
        return beginning.isOutdated;
    }

    /** Takes in what was just started; false when it is not to be driven here, or is found in the tables already. */
    boolean add(Resident resident) {
        if (!lease.drives(resident.state.lifetimeId()) || loading.containsKey(resident.key())) {
            return false;
        }
        return residents.putIfAbsent(resident.key(), resident) == null;
    }

    /** The lifetime, from memory or folded from what is stored; one that has ended does not stay. */
    Future<Resident> get(LifetimeKey key) {
        Resident resident = residents.get(key);
        if (resident != null) {
            return Future.succeededFuture(resident);
        }
        if (!lease.drives(key.getLifetimeId())) {
            return Future.failedFuture(ShardLease.changingHands());
        }
        Load load = loading.get(key);
        return load == null ? load(key) : load.resident;
    }

    private Future<Resident> load(LifetimeKey key) {
        int term = lease.term();
        Beginning beginning = beginnings.get(key);
        if (beginning != null) {
            beginning.isOutdated = true;
        }
        Load load = new Load();
        loading.put(key, load);
        load.resident = fencedOff(key)
                .compose(fenced -> loader.load(key))
                .compose(loaded -> lease.drives(key.getLifetimeId()) && lease.term() == term
                        ? admitted(key, load, loaded)
                        : Future.failedFuture(ShardLease.changingHands()))
                .onComplete(done -> loading.remove(key, load));
        return load.resident;
    }

    /** What was given up is written by then, or never will be: else it would be found by nobody. */
    private Future<Void> fencedOff(LifetimeKey key) {
        Long epoch = givenUp.get(key);
        if (epoch == null) {
            return Future.succeededFuture();
        }
        Future<Void> raised = lease.epoch() > epoch ? Future.succeededFuture() : lease.raise();
        return raised.compose(asked -> {
            if (lease.epoch() <= epoch) {
                return Future.failedFuture(ShardLease.changingHands());
            }
            givenUp.remove(key, epoch);
            return Future.succeededFuture();
        });
    }

    private Future<Resident> admitted(LifetimeKey key, Load load, LifetimeLoader.Loaded loaded) {
        return loading.get(key) == load ? Future.succeededFuture(admit(key, loaded)) : Future.failedFuture(gone());
    }

    private Resident admit(LifetimeKey key, LifetimeLoader.Loaded loaded) {
        Resident present = residents.get(key);
        if (present != null) {
            return present;
        }
        Resident resident = new Resident(loaded.state(), loaded.headSeq(), loaded.parked(), loaded.signals());
        if (!loaded.state().hasEnded()) {
            residents.put(key, resident);
        }
        for (Attempt attempt : List.copyOf(resident.state.openAttempts())) {
            resume(resident, attempt);
        }
        return resident;
    }

    /** An attempt that was out when its lifetime left memory may have its record by now, or be held somewhere. */
    private void resume(Resident resident, Attempt attempt) {
        if (!attempt.isWaiting()) {
            dispatcher.adopt(resident, attempt.execId());
        } else if (attempt.waitsForChild() && attempt.childLifetimeId == null) {
            children.start(
                    resident,
                    new Command.StartChild(attempt.execId(), attempt.expectedChildId(), attempt.waiting.getChild()));
        }
    }

    /** Lets it leave memory; what has not been decided of it is refused. */
    void drop(Resident resident) {
        residents.remove(resident.key(), resident);
        vertx.cancelTimer(resident.timerId);
        dispatcher.releaseAll(resident);
        Failure gone = gone();
        while (resident.hasInputs()) {
            resident.drain(Integer.MAX_VALUE, Long.MAX_VALUE)
                    .forEach(item -> item.decided().fail(gone));
        }
    }

    /** Before it is loaded again, what was given away is written, or never will be. What is being loaded now is old. */
    void doubt(LifetimeKey key) {
        givenUp.put(key, lease.epoch());
        loading.remove(key);
    }

    /** Forgets everything: another process may be deciding by now. */
    void dropAll() {
        dispatcher.holdBack();
        List.copyOf(residents.values()).forEach(this::drop);
        loading.clear();
        givenUp.clear();
        beginnings.values().forEach(beginning -> beginning.isOutdated = true);
    }

    static Failure gone() {
        return new Failure(FailureCode.UNAVAILABLE, "the lifetime has left memory; try again");
    }
}
