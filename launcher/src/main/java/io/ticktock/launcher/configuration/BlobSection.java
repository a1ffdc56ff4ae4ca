package io.ticktock.launcher.configuration;

import io.ticktock.blob.BlobConfiguration;
import io.ticktock.blob.S3Configuration;
import java.util.Optional;

/**
 * The configuration key {@code blob}.
 *
 * @param bounds what holds for every store
 * @param s3 where blobs are when they are not files
 */
public record BlobSection(BlobConfiguration bounds, Optional<S3Configuration> s3) {

    /** Where blobs are kept. */
    enum Store {
        /** In the data folder. */
        FILES,
        /** In a bucket. */
        S3
    }

    public BlobSection {
        if (s3.isPresent() && bounds.maxBlobBytes() > S3Configuration.MAX_BLOB_BYTES) {
            throw new IllegalArgumentException("blob.max_blob_bytes must be at most " + S3Configuration.MAX_BLOB_BYTES
                    + " where blob.store is s3, not " + bounds.maxBlobBytes());
        }
    }
}
