package io.ticktock.executor;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** Immutable things by key, bounded by their weight; who asks while one is being read shares that read. */
final class ReadCache<G, K, V> {

    private final RecentlyUsed<G, K, V> cache;
    private final Map<K, CompletableFuture<V>> reads = new ConcurrentHashMap<>();

    /**
     * Weights are in bytes.
     *
     * @param groupOf by what things go together
     */
    ReadCache(long maxBytes, ToIntFunction<V> weight, Function<K, G> groupOf) {
        this.cache = new RecentlyUsed<>(maxBytes, weight, groupOf);
    }

    boolean has(K key) {
        return cache.get(key) != null;
    }

    void put(K key, V value) {
        cache.put(key, value);
    }

    /** Drops all that go together by this. */
    void remove(G group) {
        cache.remove(group);
    }

    /** The thing of this key, from here or read. */
    Future<V> get(K key, Function<K, Future<V>> read) {
        V value = cache.get(key);
        if (value != null) {
            return Future.succeededFuture(value);
        }
        CompletableFuture<V> started = new CompletableFuture<>();
        CompletableFuture<V> shared = reads.putIfAbsent(key, started);
        if (shared != null) {
            return onThisContext(shared);
        }
        return read.apply(key).onComplete(found -> finish(key, started, found.result(), found.cause()));
    }

    /**
     * The things of these keys, in their order, from here or read.
     *
     * @param read reads those that are missing here, all at once; fails when it does not find one
     */
    Future<List<V>> getAll(List<K> keys, Function<List<K>, Future<Map<K, V>>> read) {
        List<V> values = new ArrayList<>(keys.size());
        for (K key : keys) {
            V value = cache.get(key);
            if (value == null) {
                return readMissing(keys, read);
            }
            values.add(value);
        }
        return Future.succeededFuture(values);
    }

    private Future<List<V>> readMissing(List<K> keys, Function<List<K>, Future<Map<K, V>>> read) {
        List<Future<V>> values = new ArrayList<>(keys.size());
        Map<K, CompletableFuture<V>> mine = new LinkedHashMap<>();
        for (K key : keys) {
            values.add(get(key, missing -> {
                CompletableFuture<V> value = new CompletableFuture<>();
                mine.put(missing, value);
                return onThisContext(value);
            }));
        }
        if (!mine.isEmpty()) {
            read.apply(List.copyOf(mine.keySet()))
                    .onSuccess(found -> mine.forEach((key, value) -> value.complete(found.get(key))))
                    .onFailure(cause -> mine.values().forEach(value -> value.completeExceptionally(cause)));
        }
        return Future.all(values).map(all -> all.list());
    }

    private void finish(K key, CompletableFuture<V> read, V value, Throwable cause) {
        if (cause == null) {
            cache.put(key, value);
        }
        reads.remove(key);
        if (cause == null) {
            read.complete(value);
        } else {
            read.completeExceptionally(cause);
        }
    }

    /** A shared read may end on another event loop than that of the one who waits. */
    private static <V> Future<V> onThisContext(CompletableFuture<V> shared) {
        Context context = Vertx.currentContext();
        return context == null ? Future.fromCompletionStage(shared) : Future.fromCompletionStage(shared, context);
    }
}
