package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.BlobReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A blob that is too large for memory, for a handler that reads it on a worker thread. */
final class BlobInputStream extends InputStream {

    private static final int WAIT_SECONDS = 60;

    private final BlobClient blobs;
    private final String tenantId;
    private final BlobReference blob;
    private long offset;
    private InputStream chunk = InputStream.nullInputStream();

    BlobInputStream(BlobClient blobs, String tenantId, BlobReference blob) {
        this.blobs = blobs;
        this.tenantId = tenantId;
        this.blob = blob;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        int read = chunk.read(target, from, length);
        if (read > 0 || length == 0) {
            return Math.max(read, 0);
        }
        long left = blob.getSizeBytes() - offset;
        if (left == 0) {
            return -1;
        }
        ByteString next = next((int) Math.min(left, BlobClient.CHUNK_BYTES));
        offset += next.size();
        chunk = next.newInput();
        return chunk.read(target, from, length);
    }

    private ByteString next(int length) throws IOException {
        try {
            return blobs.read(tenantId, blob.getUri(), offset, length)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the attempt was cancelled");
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("a large input could not be read on", e);
        }
    }
}
