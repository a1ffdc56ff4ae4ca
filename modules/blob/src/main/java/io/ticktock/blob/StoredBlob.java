package io.ticktock.blob;

import java.time.Instant;

/**
 * A blob as a store lists it.
 *
 * @param committedAt when this content was last committed; a repeated commit counts
 */
public record StoredBlob(BlobUri uri, Instant committedAt) {}
