package io.ticktock.blob;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Removes what processes that were killed have left in the bucket. Others may be using it, so only what is too old to
 * be in use counts as left.
 */
final class S3Leftovers {

    private static final int PAGE_SIZE = 1_000;

    private final S3Bucket bucket;
    private final S3Keys keys;
    private final Duration abandonedAfter;
    private final InstantSource clock;

    S3Leftovers(S3Bucket bucket, S3Keys keys, Duration abandonedAfter, InstantSource clock) {
        this.bucket = bucket;
        this.keys = keys;
        this.abandonedAfter = abandonedAfter;
        this.clock = clock;
    }

    Future<Void> remove() {
        Instant limit = clock.instant().minus(abandonedAfter);
        return abortUploads(limit, Optional.empty())
                .compose(done -> delete(keys.uploads(), limit, Optional.empty()))
                .compose(done -> delete(keys.removals(), limit, Optional.empty()))
                .compose(done -> delete(keys.probes(), limit, Optional.empty()));
    }

    private Future<Void> abortUploads(Instant limit, Optional<ListMultipartUploadsResponse> before) {
        return bucket.listParts(keys.uploads(), before)
                .compose(page -> inTurn(
                                page.uploads().stream()
                                        .filter(upload -> upload.key().startsWith(keys.uploads()))
                                        .filter(upload -> upload.initiated().isBefore(limit))
                                        .toList(),
                                upload -> bucket.abortParts(upload.key(), upload.uploadId()))
                        .compose(done -> Boolean.TRUE.equals(page.isTruncated())
                                ? abortUploads(limit, Optional.of(page))
                                : Future.succeededFuture()));
    }

    private Future<Void> delete(String prefix, Instant limit, Optional<String> after) {
        return bucket.list(prefix, after, PAGE_SIZE)
                .compose(page -> inTurn(
                                page.contents().stream()
                                        .filter(object -> object.lastModified().isBefore(limit))
                                        .toList(),
                                object -> bucket.delete(object.key()))
                        .compose(done -> deleteRest(prefix, limit, page)));
    }

    private Future<Void> deleteRest(String prefix, Instant limit, ListObjectsV2Response page) {
        List<S3Object> objects = page.contents();
        return Boolean.TRUE.equals(page.isTruncated()) && !objects.isEmpty()
                ? delete(
                        prefix,
                        limit,
                        Optional.of(objects.get(objects.size() - 1).key()))
                : Future.succeededFuture();
    }

    private static <T> Future<Void> inTurn(List<T> items, Function<T, Future<Void>> step) {
        Future<Void> done = Future.succeededFuture();
        for (T item : items) {
            done = done.compose(previous -> step.apply(item));
        }
        return done;
    }
}
