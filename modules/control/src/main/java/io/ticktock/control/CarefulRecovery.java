package io.ticktock.control;

import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Brings lifetimes of troubled shards into memory so that the one which ends its owner is found: a few at a time, each noted
 * before and struck out after. Those that were noted when an owner was lost come last, alone, and after too many times not at
 * all. For one event loop.
 */
final class CarefulRecovery {

    private static final int AT_ONCE = 16;
    /** One among others, and twice alone. */
    private static final int MOST_TRIES = 3;

    private final Quarantine quarantine;
    private final ShardLease lease;

    /** The shards whose suspects are known, or are being read. */
    private Set<Integer> learntOf = Set.of();

    private Future<Void> learnt = Future.succeededFuture();
    private Map<LifetimeKey, Integer> tries = new HashMap<>();
    private final Deque<Entry> unsuspected = new ArrayDeque<>();
    private final Deque<Entry> suspected = new ArrayDeque<>();
    private boolean isUnderWay;

    private record Entry(LifetimeKey key, Supplier<? extends Future<?>> bringIn, Promise<Void> done) {}

    CarefulRecovery(Quarantine quarantine, ShardLease lease) {
        this.quarantine = quarantine;
        this.lease = lease;
    }

    /** Reads which lifetimes of troubled shards are suspects, unless that is known. */
    Future<Void> learn() {
        Set<Integer> troubled = lease.troubled();
        if (learnt.failed() || !learntOf.containsAll(troubled)) {
            learntOf = troubled;
            learnt = quarantine.suspects(troubled).map(found -> {
                tries = new HashMap<>(found);
                return null;
            });
        }
        return learnt;
    }

    boolean isSuspect(LifetimeKey key) {
        return tries.containsKey(key);
    }

    /** A suspect remains one when its shard has long been taken. */
    boolean isNeededFor(LifetimeKey key) {
        return isSuspect(key) || lease.isTroubled(key.getLifetimeId());
    }

    /**
     * Succeeds once it was brought in, or set aside. Fails as bringing it in did; and where that could not be noted, or this
     * owner has lost its shards.
     */
    Future<Void> bring(LifetimeKey key, Supplier<? extends Future<?>> bringIn) {
        return learn().compose(known -> {
            Entry entry = new Entry(key, bringIn, Promise.promise());
            (isSuspect(key) ? suspected : unsuspected).add(entry);
            if (!isUnderWay) {
                goOn();
            }
            return entry.done.future();
        });
    }

    /** Whoever takes the shards next brings all of it in. */
    void forgetAll() {
        learntOf = Set.of();
        learnt = Future.succeededFuture();
        tries = new HashMap<>();
        List<Entry> waiting = new ArrayList<>(unsuspected);
        waiting.addAll(suspected);
        unsuspected.clear();
        suspected.clear();
        waiting.forEach(entry -> entry.done.fail(ShardLease.changingHands()));
    }

    private void goOn() {
        List<Entry> batch = next();
        isUnderWay = !batch.isEmpty();
        if (isUnderWay) {
            handle(batch)
                    .onFailure(cause -> batch.forEach(entry -> entry.done.fail(cause)))
                    .onComplete(handled -> goOn());
        }
    }

    private List<Entry> next() {
        List<Entry> batch = new ArrayList<>(AT_ONCE);
        while (batch.size() < AT_ONCE && !unsuspected.isEmpty()) {
            batch.add(unsuspected.poll());
        }
        if (batch.isEmpty() && !suspected.isEmpty()) {
            batch.add(suspected.poll());
        }
        return batch;
    }

    private Future<Void> handle(List<Entry> batch) {
        Entry first = batch.get(0);
        int triedBefore = tries.getOrDefault(first.key, 0);
        return batch.size() == 1 && triedBefore >= MOST_TRIES ? setAside(first, triedBefore) : bringIn(batch);
    }

    private Future<Void> setAside(Entry entry, int triedBefore) {
        return quarantine.setAside(entry.key, triedBefore).onSuccess(set -> {
            tries.remove(entry.key);
            entry.done.complete();
        });
    }

    private Future<Void> bringIn(List<Entry> batch) {
        List<LifetimeKey> keys = batch.stream().map(Entry::key).toList();
        return quarantine.noteBegun(keys).compose(noted -> {
            List<Future<Void>> tried = batch.stream()
                    .map(entry -> entry.bringIn.get().<Void>mapEmpty())
                    .toList();
            return Future.join(tried)
                    .transform(all -> quarantine.noteEnded(keys))
                    .onSuccess(ended -> tell(batch, tried));
        });
    }

    private void tell(List<Entry> batch, List<Future<Void>> tried) {
        for (int i = 0; i < batch.size(); i++) {
            tries.remove(batch.get(i).key);
            tried.get(i).onComplete(batch.get(i).done);
        }
    }
}
