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

/** Immutable things of tenants by id, bounded by their weight; who asks while one is being read shares that read. */
final class ReadCache<V> {

    private final RecentlyUsed<Key, V> cache;
    private final Map<Key, CompletableFuture<V>> reads = new ConcurrentHashMap<>();

    private record Key(String tenantId, String id) {}

    /** Weights are in bytes. */
    ReadCache(long maxBytes, ToIntFunction<V> weight) {
        this.cache = new RecentlyUsed<>(maxBytes, weight);
    }

    boolean has(String tenantId, String id) {
        return cache.get(new Key(tenantId, id)) != null;
    }

    void put(String tenantId, String id, V value) {
        cache.put(new Key(tenantId, id), value);
    }

    /** The thing of this id, from here or read. */
    Future<V> get(String tenantId, String id, Function<String, Future<V>> read) {
        Key key = new Key(tenantId, id);
        V value = cache.get(key);
        if (value != null) {
            return Future.succeededFuture(value);
        }
        CompletableFuture<V> started = new CompletableFuture<>();
        CompletableFuture<V> shared = reads.putIfAbsent(key, started);
        if (shared != null) {
            return onThisContext(shared);
        }
        return read.apply(id).onComplete(found -> finish(key, started, found.result(), found.cause()));
    }

    /**
     * The things of these ids, in their order, from here or read.
     *
     * @param read reads those that are missing here, all at once; fails when it does not find one
     */
    Future<List<V>> getAll(String tenantId, List<String> ids, Function<List<String>, Future<Map<String, V>>> read) {
        List<V> values = new ArrayList<>(ids.size());
        for (String id : ids) {
            V value = cache.get(new Key(tenantId, id));
            if (value == null) {
                return readMissing(tenantId, ids, read);
            }
            values.add(value);
        }
        return Future.succeededFuture(values);
    }

    private Future<List<V>> readMissing(
            String tenantId, List<String> ids, Function<List<String>, Future<Map<String, V>>> read) {
        List<Future<V>> values = new ArrayList<>(ids.size());
        Map<String, CompletableFuture<V>> mine = new LinkedHashMap<>();
        for (String id : ids) {
            values.add(get(tenantId, id, missing -> {
                CompletableFuture<V> value = new CompletableFuture<>();
                mine.put(missing, value);
                return onThisContext(value);
            }));
        }
        if (!mine.isEmpty()) {
            read.apply(List.copyOf(mine.keySet()))
                    .onSuccess(found -> mine.forEach((id, value) -> value.complete(found.get(id))))
                    .onFailure(cause -> mine.values().forEach(value -> value.completeExceptionally(cause)));
        }
        return Future.all(values).map(all -> all.list());
    }

    private void finish(Key key, CompletableFuture<V> read, V value, Throwable cause) {
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
