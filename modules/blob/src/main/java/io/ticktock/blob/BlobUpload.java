package io.ticktock.blob;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;

/**
 * A blob on its way into a {@link BlobStore}. One call at a time: the next may come when the future of the last has
 * completed. Nothing may follow commit or abandon.
 */
public interface BlobUpload {

    /** Adds these bytes. When that fails, the upload is as it was before, and they may be added again. */
    Future<Void> append(ByteString chunk);

    /**
     * Makes the blob visible and durable. When that fails, the upload is over: bytes whose flush failed cannot be
     * trusted to a second flush.
     */
    Future<BlobUri> commit();

    /** Forgets what was received. */
    Future<Void> abandon();
}
