package io.ticktock.blob;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Keeps blobs by the hash of their content, each tenant's apart. A blob is there whole or not at all, and stays there
 * unchanged until it is removed. Nothing here blocks the caller.
 *
 * <p>Futures fail with a {@link Failure}: NOT_FOUND as {@link #noSuchBlob}, OVERLOADED when there is no space left,
 * UNAVAILABLE when the storage cannot be reached or fails, INTERNAL when a blob turns out to be damaged.
 */
public interface BlobStore {

    /**
     * Makes the store ready, and clears away what uploads of an earlier process left behind; where others may be using
     * the store too, what is too old to be theirs.
     */
    Future<Void> start();

    /** Starts to receive a blob, of which nothing is visible until it is committed. */
    Future<BlobUpload> upload(TenantName tenant);

    /**
     * Reads a range. One that holds the whole blob is checked against its hash; who reads a blob in several ranges
     * has to check the whole.
     *
     * @param offset 0 to the size of the blob; beyond that fails with INVALID_ARGUMENT
     * @param length at least 1; shortened at the end of the blob
     */
    Future<BlobRange> read(BlobUri uri, long offset, int length);

    /**
     * Lists blobs of all tenants in the order of their uris. A blob that is committed meanwhile may be missed.
     *
     * @param after where to go on: the last of the page before
     * @param limit at most so many; an empty page is the end
     */
    Future<List<StoredBlob>> list(Optional<BlobUri> after, int limit);

    /**
     * Removes the blob unless it was committed again at or after this time, also when that happens right now.
     *
     * @return whether it was removed
     */
    Future<Boolean> remove(BlobUri uri, Instant committedBefore);

    /** Lets go of everything; uploads in progress are lost. */
    Future<Void> close();

    /** The one answer for a blob that is not there and for one that is somebody else's. */
    static Failure noSuchBlob() {
        return new Failure(FailureCode.NOT_FOUND, "no such blob");
    }
}
