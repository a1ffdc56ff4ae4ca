package io.ticktock.executor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * What was put or found lately, bounded by weight, in two generations: when the young one is full it becomes the old
 * one, and what was old is dropped unless it was found meanwhile. Unlike a cache that weighs how often things were used,
 * it never turns down what has just been put, which here is what the next step needs. What goes together is kept
 * together, to be dropped at once. Thread-safe.
 *
 * @param <G> by what things go together
 */
final class RecentlyUsed<G, K, V> {

    private final long maxGenerationBytes;
    private final ToIntFunction<V> weight;
    private final Function<K, G> groupOf;
    private final AtomicLong youngBytes = new AtomicLong();
    private volatile Map<G, Map<K, V>> young = new ConcurrentHashMap<>();
    private volatile Map<G, Map<K, V>> old = new ConcurrentHashMap<>();

    /** Weights are in bytes; a thing of more than half of them is not kept. */
    RecentlyUsed(long maxBytes, ToIntFunction<V> weight, Function<K, G> groupOf) {
        this.maxGenerationBytes = maxBytes / 2;
        this.weight = weight;
        this.groupOf = groupOf;
    }

    /** Null when it is not here. */
    V get(K key) {
        V value = find(young, key);
        if (value != null) {
            return value;
        }
        value = find(old, key);
        if (value != null) {
            put(key, value);
        }
        return value;
    }

    private V find(Map<G, Map<K, V>> generation, K key) {
        Map<K, V> group = generation.get(groupOf.apply(key));
        return group == null ? null : group.get(key);
    }

    void put(K key, V value) {
        int bytes = weight.applyAsInt(value);
        if (bytes > maxGenerationBytes) {
            return;
        }
        young.compute(groupOf.apply(key), (same, group) -> {
            Map<K, V> grown = group == null ? new ConcurrentHashMap<>(4) : group;
            if (grown.put(key, value) == null) {
                youngBytes.addAndGet(bytes);
            }
            return grown;
        });
        if (youngBytes.get() > maxGenerationBytes) {
            age();
        }
    }

    /** Drops all that go together by this. */
    synchronized void remove(G group) {
        young.computeIfPresent(group, (same, dropped) -> {
            dropped.values().forEach(value -> youngBytes.addAndGet(-weight.applyAsInt(value)));
            return null;
        });
        old.remove(group);
    }

    private synchronized void age() {
        if (youngBytes.get() > maxGenerationBytes) {
            old = young;
            young = new ConcurrentHashMap<>(old.size());
            youngBytes.set(0);
        }
    }
}
