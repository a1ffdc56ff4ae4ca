package io.ticktock.executor;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.ticktock.bus.Address;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.CommitBlobResponse;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes and reads blobs over the bus, in chunks. */
final class BlobClient {

    /** Small enough to pass quickly between processes, and within what the blob store takes at once. */
    static final int CHUNK_BYTES = 512 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(BlobClient.class);
    private static final int TRIES = 3;

    private final Bus bus;
    private final Repeater repeater;

    BlobClient(Bus bus, Repeater repeater) {
        this.bus = bus;
        this.repeater = repeater;
    }

    /** Stores these bytes, one part behind the other. */
    Future<BlobReference> write(String tenantId, String mediaType, List<ByteString> parts) {
        Chunks chunks = new Chunks(parts, CHUNK_BYTES);
        return write(tenantId, mediaType, () -> Future.succeededFuture(chunks.next()));
    }

    /** Stores the chunks that the source gives until it gives an empty one; none larger than {@link #CHUNK_BYTES}. */
    Future<BlobReference> write(String tenantId, String mediaType, Supplier<Future<ByteString>> source) {
        OpenBlobRequest request = OpenBlobRequest.newBuilder()
                .setTenantId(tenantId)
                .setMediaType(mediaType)
                .build();
        return bus.request(Addresses.BLOB_OPEN, request)
                .compose(upload -> writeTo(upload.getUploadId(), source))
                .map(CommitBlobResponse::getBlob);
    }

    /** A whole blob, checked against its hash. */
    Future<ByteString> read(String tenantId, BlobReference blob) {
        return new BlobDownload(bus, tenantId, blob.getUri()).whole(blob);
    }

    /** A part of a blob. */
    Future<ByteString> read(String tenantId, String uri, long offset, long length) {
        return new BlobDownload(bus, tenantId, uri).range(offset, length);
    }

    private Future<CommitBlobResponse> writeTo(String uploadId, Supplier<Future<ByteString>> source) {
        Promise<Void> written = Promise.promise();
        writeFrom(uploadId, 0, source, written);
        return written.future().compose(done -> commit(uploadId)).onFailure(cause -> abandon(uploadId));
    }

    /** A promise instead of a chain of futures, which would grow with the blob. */
    private void writeFrom(String uploadId, long offset, Supplier<Future<ByteString>> source, Promise<Void> written) {
        source.get().onFailure(written::fail).onSuccess(chunk -> {
            if (chunk.isEmpty()) {
                written.complete();
            } else {
                writeChunk(uploadId, offset, chunk)
                        .onFailure(written::fail)
                        .onSuccess(done -> writeFrom(uploadId, offset + chunk.size(), source, written));
            }
        });
    }

    private Future<?> writeChunk(String uploadId, long offset, ByteString chunk) {
        WriteBlobRequest request = WriteBlobRequest.newBuilder()
                .setUploadId(uploadId)
                .setOffset(offset)
                .setChunk(chunk)
                .build();
        return requestFewTimes(Addresses.BLOB_WRITE.at(uploadId), request);
    }

    private Future<CommitBlobResponse> commit(String uploadId) {
        return requestFewTimes(
                Addresses.BLOB_COMMIT.at(uploadId),
                CommitBlobRequest.newBuilder().setUploadId(uploadId).build());
    }

    private void abandon(String uploadId) {
        AbandonBlobRequest request =
                AbandonBlobRequest.newBuilder().setUploadId(uploadId).build();
        bus.request(Addresses.BLOB_ABANDON.at(uploadId), request)
                .onFailure(cause -> LOG.debug("an upload is left to its expiry", cause));
    }

    /** The server of an upload may be gone for good, and the upload with it: then only a new upload helps. */
    private <Q extends Message, R extends Message> Future<R> requestFewTimes(Address<Q, R> address, Q request) {
        AtomicInteger left = new AtomicInteger(TRIES);
        return repeater.repeat(() -> bus.request(address, request), () -> left.decrementAndGet() > 0);
    }
}
