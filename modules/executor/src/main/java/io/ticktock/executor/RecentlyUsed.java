package io.ticktock.executor;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What was put or found lately, bounded by weight, in two generations: when the young one is full it becomes the old
 * one, and what was old is dropped unless it was found meanwhile. Unlike a cache that weighs how often things were used,
 * it never turns down what has just been put, which here is what the next step needs. Thread-safe.
 */
final class RecentlyUsed<K, V> {

    private final long maxGenerationBytes;
    private final ToIntFunction<V> weight;
    private final AtomicLong youngBytes = new AtomicLong();
    private volatile Map<K, V> young = new ConcurrentHashMap<>();
    private volatile Map<K, V> old = new ConcurrentHashMap<>();

    /** Weights are in bytes; a thing of more than half of them is not kept. */
    RecentlyUsed(long maxBytes, ToIntFunction<V> weight) {
        this.maxGenerationBytes = maxBytes / 2;
        this.weight = weight;
    }

    /** Null when it is not here. */
    V get(K key) {
        V value = young.get(key);
        if (value != null) {
            return value;
        }
        value = old.get(key);
        if (value != null) {
            put(key, value);
        }
        return value;
    }

    void put(K key, V value) {
        int bytes = weight.applyAsInt(value);
        if (bytes > maxGenerationBytes) {
            return;
        }
        if (young.put(key, value) == null && youngBytes.addAndGet(bytes) > maxGenerationBytes) {
            age();
        }
    }

    /** Drops those whose keys this is true of. */
    synchronized void removeIf(Predicate<K> condition) {
        young.forEach((key, value) -> {
            if (condition.test(key) && young.remove(key, value)) {
                youngBytes.addAndGet(-weight.applyAsInt(value));
            }
        });
        old.keySet().removeIf(condition);
    }

    private synchronized void age() {
        if (youngBytes.get() > maxGenerationBytes) {
            old = young;
            young = new ConcurrentHashMap<>(old.size());
            youngBytes.set(0);
        }
    }
}
