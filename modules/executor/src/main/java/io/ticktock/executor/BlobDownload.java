package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** One reading of a blob, or of a part of it, chunk by chunk. */
final class BlobDownload {

    private final Bus bus;
    private final String tenantId;
    private final String uri;
    private final List<ByteString> chunks = new ArrayList<>();
    private final MessageDigest hash = sha256();
    private final Promise<ByteString> bytes = Promise.promise();

    BlobDownload(Bus bus, String tenantId, String uri) {
        this.bus = bus;
        this.tenantId = tenantId;
        this.uri = uri;
    }

    /** All of it, checked against its hash. */
    Future<ByteString> whole(BlobReference blob) {
        return range(0, blob.getSizeBytes()).compose(all -> {
            boolean same = ByteString.copyFrom(hash.digest()).equals(blob.getSha256());
            return same ? Future.succeededFuture(all) : Future.failedFuture(broken());
        });
    }

    Future<ByteString> range(long offset, long length) {
        readFrom(offset, length);
        return bytes.future();
    }

    private void readFrom(long offset, long left) {
        if (left == 0) {
            bytes.complete(ByteString.copyFrom(chunks));
            return;
        }
        int length = (int) Math.min(left, BlobClient.CHUNK_BYTES);
        ReadBlobRequest request = ReadBlobRequest.newBuilder()
                .setTenantId(tenantId)
                .setUri(uri)
                .setOffset(offset)
                .setLength(length)
                .build();
        bus.request(Addresses.BLOB_READ, request)
                .onFailure(bytes::fail)
                .onSuccess(reply -> take(reply.getChunk(), offset, left));
    }

    private void take(ByteString chunk, long offset, long left) {
        if (chunk.isEmpty() || chunk.size() > left) {
            bytes.fail(broken());
            return;
        }
        // Hashed here and not at the end, so that the event loop is never held up for long.
        chunk.asReadOnlyByteBufferList().forEach(hash::update);
        chunks.add(chunk);
        readFrom(offset + chunk.size(), left - chunk.size());
    }

    private static Failure broken() {
        return new Failure(FailureCode.INTERNAL, "the content of a blob is not what its reference says");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
