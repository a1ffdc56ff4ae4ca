package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.Service;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.AbandonBlobResponse;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.CommitBlobResponse;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.OpenBlobResponse;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.ticktock.proto.v1.WriteBlobResponse;
import io.vertx.core.Future;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A blob store in memory, on a real bus. */
final class FakeBlobs {

    final Map<String, ByteString> blobs = new ConcurrentHashMap<>();
    final AtomicInteger abandoned = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();
    /** How many of the next writes fail as if their answer were lost. */
    final AtomicInteger lostWrites = new AtomicInteger();

    /** Runs before each write. */
    volatile Runnable beforeWrite = () -> {};

    private final Bus bus;
    private final Map<String, ByteString> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();

    FakeBlobs(Bus bus) {
        this.bus = bus;
        bus.serve(Addresses.BLOB_OPEN, this::open);
        bus.serve(Addresses.BLOB_READ, this::read);
    }

    BlobReference put(String tenantId, ByteString bytes) {
        ByteString hash = sha256(bytes);
        String uri = "blob:" + tenantId + "/" + number.incrementAndGet();
        blobs.put(uri, bytes);
        return BlobReference.newBuilder()
                .setUri(uri)
                .setSizeBytes(bytes.size())
                .setSha256(hash)
                .build();
    }

    private Future<OpenBlobResponse> open(OpenBlobRequest request) {
        String id = "upload-" + number.incrementAndGet();
        uploads.put(id, ByteString.EMPTY);
        return bus.serve(List.of(
                        new Service<>(Addresses.BLOB_WRITE.at(id), this::write),
                        new Service<>(
                                Addresses.BLOB_COMMIT.at(id),
                                commit -> commit(request.getTenantId(), request.getMediaType(), commit)),
                        new Service<>(Addresses.BLOB_ABANDON.at(id), this::abandon)))
                .map(OpenBlobResponse.newBuilder().setUploadId(id).build());
    }

    private Future<WriteBlobResponse> write(WriteBlobRequest request) {
        beforeWrite.run();
        ByteString before = uploads.get(request.getUploadId());
        if (request.getOffset() > before.size() || request.getChunk().isEmpty()) {
            return Future.failedFuture(new Failure(FailureCode.INVALID_ARGUMENT, "a gap"));
        }
        ByteString after = before.substring(0, (int) request.getOffset()).concat(request.getChunk());
        uploads.put(request.getUploadId(), after);
        if (lostWrites.getAndDecrement() > 0) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "lost"));
        }
        return Future.succeededFuture(
                WriteBlobResponse.newBuilder().setSizeBytes(after.size()).build());
    }

    private Future<CommitBlobResponse> commit(String tenantId, String mediaType, CommitBlobRequest request) {
        BlobReference blob = put(tenantId, uploads.get(request.getUploadId())).toBuilder()
                .setMediaType(mediaType)
                .build();
        return Future.succeededFuture(
                CommitBlobResponse.newBuilder().setBlob(blob).build());
    }

    private Future<AbandonBlobResponse> abandon(AbandonBlobRequest request) {
        abandoned.incrementAndGet();
        return Future.succeededFuture(AbandonBlobResponse.getDefaultInstance());
    }

    private Future<ReadBlobResponse> read(ReadBlobRequest request) {
        reads.incrementAndGet();
        ByteString bytes = blobs.get(request.getUri());
        if (bytes == null || !request.getUri().startsWith("blob:" + request.getTenantId() + "/")) {
            return Future.failedFuture(new Failure(FailureCode.NOT_FOUND, "no such blob"));
        }
        int from = (int) request.getOffset();
        int to = Math.min(bytes.size(), from + request.getLength());
        return Future.succeededFuture(ReadBlobResponse.newBuilder()
                .setChunk(bytes.substring(from, to))
                .setSizeBytes(bytes.size())
                .build());
    }

    private static ByteString sha256(ByteString bytes) {
        try {
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
