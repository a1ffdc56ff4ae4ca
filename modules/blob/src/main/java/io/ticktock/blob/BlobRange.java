package io.ticktock.blob;

import com.google.protobuf.ByteString;

/**
 * Part of a blob.
 *
 * @param bytes shorter than asked for only at the end of the blob
 * @param blobSizeBytes size of the whole blob
 */
public record BlobRange(ByteString bytes, long blobSizeBytes) {}
