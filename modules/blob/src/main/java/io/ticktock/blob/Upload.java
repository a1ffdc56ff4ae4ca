package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.AbandonBlobResponse;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.CommitBlobResponse;
import io.ticktock.proto.v1.WriteBlobRequest;
import io.ticktock.proto.v1.WriteBlobResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One upload as its client sees it: requests are served in the order in which they come, and a repeated one does no
 * harm. After a commit it stays known for a while, so that a repeated commit gets the same answer.
 */
public final class Upload {

    /** Requests that may be waiting at once; a client that waits for its answers has one. */
    private static final int MAX_PENDING = 3;

    private final String id = UUID.randomUUID().toString();
    private final BlobUpload target;
    private final String mediaType;
    private final long maxBytes;
    private final InstantSource clock;
    private final Promise<Void> closed = Promise.promise();

    private Future<?> last = Future.succeededFuture();
    private int pending;
    private Instant usedAt;
    private long sizeBytes;
    private Optional<CommitBlobResponse> committed = Optional.empty();

    Upload(BlobUpload target, String mediaType, long maxBytes, InstantSource clock) {
        this.target = target;
        this.mediaType = mediaType;
        this.maxBytes = maxBytes;
        this.clock = clock;
        this.usedAt = clock.instant();
    }

    /** Hard to guess: who knows it may write. */
    public String id() {
        return id;
    }

    /** Completes when the upload is not known any more. */
    public Future<Void> closed() {
        return closed.future();
    }

    /** Adds the chunk where it belongs; bytes that were written before are acknowledged again. */
    public Future<WriteBlobResponse> write(WriteBlobRequest request) {
        return inTurn(() -> append(request.getOffset(), request.getChunk()))
                .map(ignored ->
                        WriteBlobResponse.newBuilder().setSizeBytes(sizeBytes).build());
    }

    /** Makes the blob visible. */
    public Future<CommitBlobResponse> commit(CommitBlobRequest request) {
        return inTurn(() -> committed.map(Future::succeededFuture).orElseGet(this::commit));
    }

    /** Forgets what was written; after a commit it changes nothing. */
    public Future<AbandonBlobResponse> abandon(AbandonBlobRequest request) {
        return inTurn(this::close).map(AbandonBlobResponse.getDefaultInstance());
    }

    boolean isCommitted() {
        return committed.isPresent();
    }

    boolean isIdleSince(Instant time) {
        return pending == 0 && usedAt.isBefore(time);
    }

    /** Abandons what is not committed; nothing is served afterwards. */
    Future<Void> close() {
        if (!closed.tryComplete() || isCommitted()) {
            return Future.succeededFuture();
        }
        return target.abandon();
    }

    private <T> Future<T> inTurn(Supplier<Future<T>> step) {
        if (pending == MAX_PENDING) {
            return Future.failedFuture(new Failure(
                    FailureCode.OVERLOADED, "the upload has " + pending + " requests waiting; wait for their answers"));
        }
        pending++;
        Future<T> next = last.transform(ignored -> closed.future().isComplete() ? gone() : step.get())
                .onComplete(ignored -> finished());
        last = next;
        return next;
    }

    private void finished() {
        pending--;
        usedAt = clock.instant();
    }

    private Future<Void> append(long offset, ByteString chunk) {
        long end = offset + chunk.size();
        if (offset < 0 || chunk.size() > BlobManager.MAX_CHUNK_BYTES) {
            return refuse(
                    FailureCode.INVALID_ARGUMENT,
                    "offset must be at least 0 and chunk at most " + BlobManager.MAX_CHUNK_BYTES + " bytes");
        }
        if (end <= sizeBytes) {
            return Future.succeededFuture();
        }
        if (isCommitted()) {
            return refuse(FailureCode.FAILED_PRECONDITION, "the upload is committed; nothing can be added");
        }
        if (offset != sizeBytes) {
            return refuse(
                    FailureCode.FAILED_PRECONDITION,
                    "offset must be " + sizeBytes + ", the bytes written so far, not " + offset);
        }
        if (end > maxBytes) {
            return refuse(
                    FailureCode.INVALID_ARGUMENT, "a blob has at most " + maxBytes + " bytes (blob.max_blob_bytes)");
        }
        return target.append(chunk).onSuccess(ignored -> sizeBytes = end);
    }

    private Future<CommitBlobResponse> commit() {
        return target.commit()
                .map(this::response)
                .onSuccess(response -> committed = Optional.of(response))
                .onFailure(cause -> closed.tryComplete());
    }

    private CommitBlobResponse response(BlobUri uri) {
        BlobReference blob = BlobReference.newBuilder()
                .setUri(uri.toString())
                .setSizeBytes(sizeBytes)
                .setSha256(ByteString.copyFrom(uri.hash()))
                .setMediaType(mediaType)
                .build();
        return CommitBlobResponse.newBuilder().setBlob(blob).build();
    }

    private static <T> Future<T> gone() {
        return refuse(FailureCode.NOT_FOUND, "no such upload");
    }

    private static <T> Future<T> refuse(FailureCode code, String message) {
        return Future.failedFuture(new Failure(code, message));
    }
}
