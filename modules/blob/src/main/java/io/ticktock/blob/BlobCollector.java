package io.ticktock.blob;

import io.ticktock.proto.v1.FindUnreferencedBlobsRequest;
import io.ticktock.proto.v1.FindUnreferencedBlobsResponse;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes blobs that were committed more than a grace period ago and that no record refers to. A page at a time, and
 * at most so many pages a run; the next run goes on from there. Used on one event loop.
 */
public final class BlobCollector {

    private static final Logger LOG = LoggerFactory.getLogger(BlobCollector.class);

    static final int PAGE_SIZE = 500;
    static final int MAX_PAGES = 1_000;

    private final BlobStore store;
    private final BlobConfiguration configuration;
    private final InstantSource clock;
    private final Function<FindUnreferencedBlobsRequest, Future<FindUnreferencedBlobsResponse>> state;

    private Optional<BlobUri> position = Optional.empty();
    private Future<Integer> run = Future.succeededFuture(0);
    private boolean stopping;

    /** @param state says which of the asked blobs no record refers to */
    public BlobCollector(
            BlobStore store,
            BlobConfiguration configuration,
            InstantSource clock,
            Function<FindUnreferencedBlobsRequest, Future<FindUnreferencedBlobsResponse>> state) {
        this.store = store;
        this.configuration = configuration;
        this.clock = clock;
        this.state = state;
    }

    /** Starts a run unless one is under way. Answers how many blobs it removed. */
    public Future<Integer> collect() {
        if (run.isComplete()) {
            Instant committedBefore = clock.instant().minus(configuration.garbageGrace());
            run = collect(committedBefore, MAX_PAGES, 0);
        }
        return run;
    }

    /** Ends the run under way after its page. */
    public Future<Void> stop() {
        stopping = true;
        return run.transform(ignored -> Future.succeededFuture());
    }

    private Future<Integer> collect(Instant committedBefore, int pagesLeft, int removed) {
        if (pagesLeft == 0 || stopping) {
            return Future.succeededFuture(removed);
        }
        return store.list(position, PAGE_SIZE).compose(page -> {
            if (page.isEmpty()) {
                position = Optional.empty();
                return Future.succeededFuture(removed);
            }
            return collectPage(page, committedBefore).compose(count -> {
                position = Optional.of(page.get(page.size() - 1).uri());
                return collect(committedBefore, pagesLeft - 1, removed + count);
            });
        });
    }

    private Future<Integer> collectPage(List<StoredBlob> page, Instant committedBefore) {
        List<BlobUri> old = page.stream()
                .filter(blob -> blob.committedAt().isBefore(committedBefore))
                .map(StoredBlob::uri)
                .toList();
        return unreferenced(old).compose(garbage -> removeAll(garbage, committedBefore));
    }

    private Future<List<BlobUri>> unreferenced(List<BlobUri> blobs) {
        if (blobs.isEmpty()) {
            return Future.succeededFuture(blobs);
        }
        FindUnreferencedBlobsRequest.Builder request = FindUnreferencedBlobsRequest.newBuilder();
        blobs.forEach(blob -> request.addUris(blob.toString()));
        return state.apply(request.build()).map(answer -> {
            Set<String> unreferenced = new HashSet<>(answer.getUrisList());
            return blobs.stream()
                    .filter(blob -> unreferenced.contains(blob.toString()))
                    .toList();
        });
    }

    /** The store looks at the time of the commit again: the same content may have been committed since it was listed. */
    private Future<Integer> removeAll(List<BlobUri> garbage, Instant committedBefore) {
        Future<Integer> removed = Future.succeededFuture(0);
        for (BlobUri uri : garbage) {
            removed = removed.compose(
                    count -> remove(uri, committedBefore).map(isRemoved -> isRemoved ? count + 1 : count));
        }
        return removed;
    }

    /** One that cannot be removed must not hold up those behind it; it is tried again when its turn comes again. */
    private Future<Boolean> remove(BlobUri uri, Instant committedBefore) {
        return store.remove(uri, committedBefore).recover(cause -> {
            LOG.warn("{} could not be removed", uri, cause);
            return Future.succeededFuture(false);
        });
    }
}
