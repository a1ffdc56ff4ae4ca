package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Keeps blobs as objects in a bucket of S3 or a compatible server, which several processes may share. A blob gets its
 * key in one step, when all of it is there. Its time is that of the server's clock.
 */
public final class S3BlobStore implements BlobStore {

    private static final Logger LOG = LoggerFactory.getLogger(S3BlobStore.class);
    private static final int LARGEST_PAGE = 1_000;

    private final Vertx vertx;
    private final S3Configuration configuration;
    private final S3Keys keys;
    private final S3Bucket bucket;
    private final S3Removals removals;
    private final S3Leftovers leftovers;

    private OptionalLong timer = OptionalLong.empty();

    /** A store in {@code configuration.bucket()}; nothing is asked before {@link #start}. */
    public S3BlobStore(Vertx vertx, S3Configuration configuration, InstantSource clock) {
        this.vertx = vertx;
        this.configuration = configuration;
        this.keys = new S3Keys(configuration.prefix());
        this.bucket = new S3Bucket(vertx, configuration);
        this.removals = new S3Removals(vertx, bucket, keys);
        this.leftovers = new S3Leftovers(bucket, keys, configuration.abandonedAfter(), clock);
    }

    @Override
    public Future<Void> start() {
        return bucket.connect()
                .compose(done -> tryOut())
                .compose(done -> leftovers.remove())
                .onSuccess(done -> removeLeftoversFromTimeToTime())
                .recover(cause -> bucket.close().transform(closed -> S3Failures.failedAtStart(cause, configuration)));
    }

    @Override
    public Future<BlobUpload> upload(TenantName tenant) {
        return Future.succeededFuture(new S3Upload(bucket, keys, removals, tenant, configuration.partBytes()));
    }

    @Override
    public Future<BlobRange> read(BlobUri uri, long offset, int length) {
        return bucket.get(keys.blob(uri), offset, length)
                .compose(range -> checked(uri, offset, range))
                .recover(S3Failures::failed);
    }

    @Override
    public Future<List<StoredBlob>> list(Optional<BlobUri> after, int limit) {
        return list(after.map(keys::blob), limit, new ArrayList<>()).recover(S3Failures::failed);
    }

    @Override
    public Future<Boolean> remove(BlobUri uri, Instant committedBefore) {
        return removals.remove(uri, committedBefore).recover(S3Failures::failed);
    }

    @Override
    public Future<Void> close() {
        timer.ifPresent(vertx::cancelTimer);
        return bucket.close();
    }

    /** What is not allowed, or wrong, is to come up now and not with the first large result. */
    private Future<Void> tryOut() {
        String probe = keys.newProbe();
        return bucket.list(keys.blobs(), Optional.empty(), 1)
                .compose(page -> bucket.put(probe, ByteString.EMPTY, S3Bucket.hash(ByteString.EMPTY)))
                .compose(done -> bucket.head(probe))
                .compose(done -> bucket.delete(probe));
    }

    private void removeLeftoversFromTimeToTime() {
        long periodMs = configuration.abandonedAfter().toMillis();
        timer = OptionalLong.of(vertx.setPeriodic(
                periodMs,
                id -> leftovers
                        .remove()
                        .onFailure(cause ->
                                LOG.warn("What killed processes left is looked for at its next turn", cause))));
    }

    private Future<BlobRange> checked(BlobUri uri, long offset, BlobRange range) {
        if (offset > range.blobSizeBytes()) {
            return Future.failedFuture(new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    "offset " + offset + " is beyond the blob's " + range.blobSizeBytes() + " bytes"));
        }
        if (range.bytes().size() != range.blobSizeBytes()) {
            return Future.succeededFuture(range);
        }
        return bucket.work(() -> {
            if (!Arrays.equals(S3Bucket.hash(range.bytes()), uri.hash())) {
                throw new Failure(FailureCode.INTERNAL, "the blob is damaged: its content does not match its hash");
            }
            return range;
        });
    }

    /** A page of the server may hold less than was asked for, and keys that are none of ours. */
    private Future<List<StoredBlob>> list(Optional<String> after, int limit, List<StoredBlob> page) {
        int missing = limit - page.size();
        if (missing == 0) {
            return Future.succeededFuture(page);
        }
        return bucket.list(keys.blobs(), after, Math.min(missing, LARGEST_PAGE)).compose(answer -> {
            answer.contents()
                    .forEach(object -> keys.parse(object.key())
                            .ifPresent(uri -> page.add(new StoredBlob(uri, object.lastModified()))));
            Optional<String> last = goOnAfter(answer);
            return last.isEmpty() ? Future.succeededFuture(page) : list(last, limit, page);
        });
    }

    private static Optional<String> goOnAfter(ListObjectsV2Response answer) {
        List<S3Object> objects = answer.contents();
        return Boolean.TRUE.equals(answer.isTruncated()) && !objects.isEmpty()
                ? Optional.of(objects.get(objects.size() - 1).key())
                : Optional.empty();
    }
}
