package io.ticktock.control;

import io.ticktock.proto.v1.LifetimeKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Brings lifetimes of troubled shards into memory so that the one which ends its owner is found: a few at a time, each noted
 * before and struck out after. Those that were noted when an owner was lost come last, alone, and after too many times not at
 * all. For one event loop.
 */
final class CarefulRecovery {

    private static final int AT_ONCE = 16;
    /** One among others, and three times alone. */
    private static final int MOST_TRIES = 4;

    private final Vertx vertx;
    private final Quarantine quarantine;
    private final ShardLease lease;

    /** Of the shards that were learnt; another map once all was forgotten. */
    private Map<LifetimeKey, Integer> tries = new HashMap<>();

    private final Set<Integer> learntShards = new HashSet<>();
    private Future<Void> learnt = Future.succeededFuture();
    private final Deque<Entry> unsuspected = new ArrayDeque<>();
    /**
     * The least suspected first: kills from outside strike another one each time, and the one that ends its owner is reached
     * when all others are in memory.
     */
    private final PriorityQueue<Entry> suspected =
            new PriorityQueue<>(Comparator.comparingInt(Entry::tries).thenComparing(Entry::number));

    private long lastNumber;
    private boolean isUnderWay;

    private record Entry(
            LifetimeKey key, int tries, long number, Supplier<? extends Future<?>> bringIn, Promise<Void> done) {}

    CarefulRecovery(Vertx vertx, Quarantine quarantine, ShardLease lease) {
        this.vertx = vertx;
        this.quarantine = quarantine;
        this.lease = lease;
    }

    /** Reads which lifetimes of the troubled shards are suspects, before the first of them is brought in. */
    Future<Void> learn() {
        if (learnt.failed()) {
            learntShards.clear();
            learnt = Future.succeededFuture();
        }
        List<Integer> fresh =
                lease.troubled().stream().filter(learntShards::add).toList();
        if (!fresh.isEmpty()) {
            Map<LifetimeKey, Integer> known = tries;
            Future<Void> before = learnt;
            learnt = quarantine.suspects(fresh).compose(found -> {
                known.putAll(found);
                return before;
            });
        }
        return learnt;
    }

    boolean isSuspect(LifetimeKey key) {
        return tries.containsKey(key);
    }

    /** In how many ownerships it was on its way into memory when its owner was lost. */
    int tries(LifetimeKey key) {
        return tries.getOrDefault(key, 0);
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
        Map<LifetimeKey, Integer> known = tries;
        return learn().compose(
                        read -> known == tries ? await(key, bringIn) : Future.failedFuture(ShardLease.changingHands()));
    }

    private Future<Void> await(LifetimeKey key, Supplier<? extends Future<?>> bringIn) {
        Entry entry = new Entry(key, tries(key), ++lastNumber, bringIn, Promise.promise());
        (isSuspect(key) ? suspected : unsuspected).add(entry);
        if (!isUnderWay) {
            isUnderWay = true;
            // So that what is asked for together is put in order first.
            vertx.runOnContext(nothing -> goOn());
        }
        return entry.done.future();
    }

    /** Whoever takes the shards next brings all of it in. */
    void forgetAll() {
        List<Entry> waiting = new ArrayList<>(unsuspected);
        waiting.addAll(suspected);
        unsuspected.clear();
        suspected.clear();
        tries = new HashMap<>();
        learntShards.clear();
        learnt = Future.succeededFuture();
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
        return first.tries >= MOST_TRIES ? setAside(first) : bringIn(batch);
    }

    private Future<Void> setAside(Entry entry) {
        return quarantine.setAside(entry.key, entry.tries).onSuccess(set -> {
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
