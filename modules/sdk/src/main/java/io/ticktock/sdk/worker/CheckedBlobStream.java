package io.ticktock.sdk.worker;

import io.ticktock.proto.v1.BlobReference;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The content of a blob; what does not come to its size and digest fails at its end. What is skipped is read, and counts. */
final class CheckedBlobStream extends InputStream {

    private final InputStream content;
    private final BlobReference blob;
    private final MessageDigest digest = sha256();
    private long sizeBytes;

    CheckedBlobStream(InputStream content, BlobReference blob) {
        this.content = content;
        this.blob = blob;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = content.read(buffer, offset, length);
        if (count < 0) {
            requireWhole();
        } else {
            digest.update(buffer, offset, count);
            sizeBytes += count;
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        content.close();
    }

    private void requireWhole() throws IOException {
        byte[] found = ((MessageDigest) cloned()).digest();
        if (sizeBytes != blob.getSizeBytes()
                || !MessageDigest.isEqual(found, blob.getSha256().toByteArray())) {
            throw new IOException("its content is not what was stored");
        }
    }

    private Object cloned() {
        try {
            return digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("every Java can copy a SHA-256", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java knows SHA-256", e);
        }
    }
}
