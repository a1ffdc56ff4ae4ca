package io.ticktock.state;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.Message;

/**
 * What was written lately and is durable, since the next step of a lifetime reads it at once. Entries never change,
 * so they are never stale.
 */
final class RecentlyWritten<K, M extends Message> {

    /** A parsed message takes about so much more heap than its bytes. */
    private static final int OVERHEAD_BYTES = 1_500;

    private final Cache<K, M> cache;

    RecentlyWritten(long heapBytes) {
        this.cache = Caffeine.newBuilder()
                .maximumWeight(heapBytes)
                .<K, M>weigher((key, message) -> message.getSerializedSize() + OVERHEAD_BYTES)
                .executor(Runnable::run)
                .build();
    }

    void put(K key, M message) {
        cache.put(key, message);
    }

    /** Null when it is not among them. */
    M get(K key) {
        return cache.getIfPresent(key);
    }
}
