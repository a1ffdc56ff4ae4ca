package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.blob.BlobRange;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUpload;
import io.ticktock.blob.BlobUri;
import io.ticktock.blob.StoredBlob;
import io.ticktock.blob.TenantName;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps blobs for as long as the test runs. */
public final class InMemoryBlobStore implements BlobStore {

    private final NavigableMap<BlobUri, Entry> blobs = new ConcurrentSkipListMap<>();
    private final InstantSource clock;

    public InMemoryBlobStore(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Future<Void> start() {
        return Future.succeededFuture();
    }

    @Override
    public Future<BlobUpload> upload(TenantName tenant) {
        return Future.succeededFuture(new Upload(tenant));
    }

    @Override
    public Future<BlobRange> read(BlobUri uri, long offset, int length) {
        Entry entry = blobs.get(uri);
        if (entry == null) {
            return Future.failedFuture(BlobStore.noSuchBlob());
        }
        int size = entry.content().size();
        if (offset > size) {
            return Future.failedFuture(new Failure(
                    FailureCode.INVALID_ARGUMENT, "offset " + offset + " is beyond the blob's " + size + " bytes"));
        }
        int end = (int) Math.min(size, offset + length);
        return Future.succeededFuture(new BlobRange(entry.content().substring((int) offset, end), size));
    }

    @Override
    public Future<List<StoredBlob>> list(Optional<BlobUri> after, int limit) {
        NavigableMap<BlobUri, Entry> rest =
                after.map(uri -> blobs.tailMap(uri, false)).orElse(blobs);
        return Future.succeededFuture(rest.entrySet().stream()
                .limit(limit)
                .map(entry -> new StoredBlob(entry.getKey(), entry.getValue().committedAt()))
                .toList());
    }

    @Override
    public Future<Boolean> remove(BlobUri uri, Instant committedBefore) {
        Entry entry = blobs.get(uri);
        boolean isOld = entry != null && entry.committedAt().isBefore(committedBefore);
        return Future.succeededFuture(isOld && blobs.remove(uri, entry));
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }

    private record Entry(ByteString content, Instant committedAt) {}

    private final class Upload implements BlobUpload {

        private final TenantName tenant;
        private ByteString content = ByteString.EMPTY;

        Upload(TenantName tenant) {
            this.tenant = tenant;
        }

        @Override
        public Future<Void> append(ByteString chunk) {
            content = content.concat(chunk);
            return Future.succeededFuture();
        }

        @Override
        public Future<BlobUri> commit() {
            BlobUri uri = BlobUri.of(tenant, sha256(content));
            blobs.put(uri, new Entry(content, clock.instant()));
            return Future.succeededFuture(uri);
        }

        @Override
        public Future<Void> abandon() {
            return Future.succeededFuture();
        }
    }

    private static byte[] sha256(ByteString content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content.toByteArray());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }
}
