package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a removal from taking a blob that is committed again at that moment, by whatever process: S3 has no condition
 * for that. Who removes first writes a marker beside the blob, then looks at the blob's time, then removes it, all
 * within {@link #REMOVAL_TIME}, and takes the marker away last. Who commits first writes the blob, then waits until no
 * marker is there, then looks whether the blob still is, and else begins again. So either the removal sees the new
 * time, or the commit sees the marker or the gap.
 *
 * <p>A marker seen for {@link #MARKER_TIME} is of a process that was killed. This relies on a server that shows each
 * write to all who ask later, as S3 does.
 */
final class S3Removals {

    private static final Logger LOG = LoggerFactory.getLogger(S3Removals.class);

    static final Duration REMOVAL_TIME = Duration.ofSeconds(5);
    static final Duration MARKER_TIME = Duration.ofSeconds(15);

    private static final long LOOK_AGAIN_MS = 50;
    private static final int MOST_LOOKS = 1_200;
    private static final int PUBLICATIONS = 3;

    /** Times are cut to whole seconds: what was written in the same second may have been written after. */
    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final S3Bucket bucket;
    private final S3Keys keys;

    S3Removals(Vertx vertx, S3Bucket bucket, S3Keys keys) {
        this.vertx = vertx;
        this.bucket = bucket;
        this.keys = keys;
    }

    /** Publishes the blob, which means to write it whole under its key, and makes sure that no removal took it. */
    Future<Void> publish(BlobUri uri, Supplier<Future<Void>> publication) {
        return publish(uri, publication, PUBLICATIONS);
    }

    private Future<Void> publish(BlobUri uri, Supplier<Future<Void>> publication, int left) {
        if (left == 0) {
            return Future.failedFuture(
                    new Failure(FailureCode.UNAVAILABLE, "the blob was removed as it was committed; try again later"));
        }
        return publication
                .get()
                .compose(done -> awaitRemovals(uri, Optional.empty(), MOST_LOOKS))
                .compose(done -> bucket.head(keys.blob(uri)))
                .compose(found -> found.isPresent() ? Future.succeededFuture() : publish(uri, publication, left - 1));
    }

    private Future<Void> awaitRemovals(BlobUri uri, Optional<Sighting> last, int looksLeft) {
        if (looksLeft == 0) {
            return Future.failedFuture(
                    new Failure(FailureCode.UNAVAILABLE, "the blob is being removed; try again later"));
        }
        return bucket.list(keys.removalsOf(uri), Optional.empty(), 1).compose(markers -> {
            if (markers.contents().isEmpty()) {
                return Future.succeededFuture();
            }
            Sighting marker = Sighting.of(markers.contents().get(0).key(), last);
            return passOn(marker).compose(next -> awaitRemovals(uri, Optional.of(marker), looksLeft - 1));
        });
    }

    private Future<?> passOn(Sighting marker) {
        if (!marker.isStale()) {
            return vertx.timer(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
        }
        LOG.warn("A removal of a blob has not ended for {}; its process was killed, it seems", MARKER_TIME);
        return bucket.delete(marker.key());
    }

    /** Removes the blob if it was written before this time; answers whether it did. */
    Future<Boolean> remove(BlobUri uri, Instant committedBefore) {
        long began = System.nanoTime();
        String marker = keys.newRemoval(uri);
        return bucket.put(marker, ByteString.EMPTY, S3Bucket.hash(ByteString.EMPTY))
                .compose(done -> isOld(uri, committedBefore).onFailure(cause -> withdrawAfterFailure(marker)))
                .compose(old -> old ? removeInTime(uri, began) : Future.succeededFuture(false))
                // Unless it failed: then the request may still arrive, and the marker has to outlast it.
                .compose(removed -> bucket.delete(marker).map(removed));
    }

    private Future<Boolean> isOld(BlobUri uri, Instant committedBefore) {
        return bucket.head(keys.blob(uri))
                .map(found -> found.isPresent()
                        && !found.get().lastModified().plus(RESOLUTION).isAfter(committedBefore));
    }

    private Future<Boolean> removeInTime(BlobUri uri, long began) {
        Duration left = REMOVAL_TIME.minusNanos(System.nanoTime() - began);
        if (left.isNegative() || left.isZero()) {
            return Future.succeededFuture(false);
        }
        return bucket.delete(keys.blob(uri), left).map(true);
    }

    private void withdrawAfterFailure(String marker) {
        bucket.delete(marker).onFailure(cause -> LOG.debug("A marker is left to those who find it", cause));
    }

    /** A marker, and since when it has been seen. */
    private record Sighting(String key, long sinceNanos) {

        static Sighting of(String key, Optional<Sighting> last) {
            return last.filter(seen -> seen.key.equals(key)).orElseGet(() -> new Sighting(key, System.nanoTime()));
        }

        boolean isStale() {
            return System.nanoTime() - sinceNanos > MARKER_TIME.toNanos();
        }
    }
}
