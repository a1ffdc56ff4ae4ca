package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An upload to a {@link S3BlobStore}. What fits into one part waits in memory for its name, which is known only at the
 * end. Anything larger is received in parts under another key, and copied within the bucket when it is whole.
 */
final class S3Upload implements BlobUpload {

    private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);

    private final S3Bucket bucket;
    private final S3Keys keys;
    private final S3Removals removals;
    private final TenantName tenant;
    private final int partBytes;
    private final MessageDigest digest = Sha256.start();

    private ByteString pending = ByteString.EMPTY;
    private Optional<S3Parts> parts = Optional.empty();

    S3Upload(S3Bucket bucket, S3Keys keys, S3Removals removals, TenantName tenant, int partBytes) {
        this.bucket = bucket;
        this.keys = keys;
        this.removals = removals;
        this.tenant = tenant;
        this.partBytes = partBytes;
    }

    @Override
    public Future<Void> append(ByteString chunk) {
        int before = parts.map(S3Parts::count).orElse(0);
        return sendFullParts(pending.concat(chunk))
                .compose(rest -> bucket.work(() -> {
                    chunk.asReadOnlyByteBufferList().forEach(digest::update);
                    return rest;
                }))
                .onSuccess(rest -> pending = rest)
                .onFailure(cause -> parts.ifPresent(begun -> begun.backTo(before)))
                .<Void>mapEmpty()
                .recover(S3Failures::failed);
    }

    @Override
    public Future<BlobUri> commit() {
        return bucket.work(() -> BlobUri.of(tenant, digest.digest()))
                .compose(uri -> publish(uri).map(uri))
                .eventually(this::clearAway)
                .recover(S3Failures::failed);
    }

    @Override
    public Future<Void> abandon() {
        return removeParts().recover(S3Failures::failed);
    }

    /** All parts but the last have the same size, which some servers insist on. Answers what is too short for one. */
    private Future<ByteString> sendFullParts(ByteString content) {
        if (content.size() <= partBytes) {
            return Future.succeededFuture(content);
        }
        return begun().compose(begun -> begun.add(content.substring(0, partBytes)))
                .compose(done -> sendFullParts(content.substring(partBytes)));
    }

    private Future<S3Parts> begun() {
        return parts.map(Future::succeededFuture)
                .orElseGet(
                        () -> bucket.startParts(keys.newUpload()).onSuccess(started -> parts = Optional.of(started)));
    }

    private Future<Void> publish(BlobUri uri) {
        if (parts.isEmpty()) {
            return removals.publish(uri, () -> bucket.put(keys.blob(uri), pending, uri.hash()));
        }
        S3Parts whole = parts.get();
        return whole.add(pending)
                .compose(done -> whole.complete())
                .compose(done -> removals.publish(uri, () -> copy(whole.key(), uri)));
    }

    private Future<Void> copy(String from, BlobUri uri) {
        return bucket.copy(from, keys.blob(uri)).compose(hash -> requireHash(hash, uri));
    }

    /** A server that says what it has stored must have stored this. */
    private Future<Void> requireHash(Optional<byte[]> stored, BlobUri uri) {
        if (stored.isEmpty() || Arrays.equals(stored.get(), uri.hash())) {
            return Future.succeededFuture();
        }
        return bucket.delete(keys.blob(uri))
                .compose(done -> Future.failedFuture(new Failure(
                        FailureCode.UNAVAILABLE, "the storage for blobs stored something else; try again later")));
    }

    private Future<Void> clearAway() {
        return removeParts().recover(cause -> {
            LOG.warn("What was received stays in the bucket until it counts as abandoned", cause);
            return Future.succeededFuture();
        });
    }

    private Future<Void> removeParts() {
        return parts.map(S3Parts::remove).orElseGet(Future::succeededFuture);
    }
}
