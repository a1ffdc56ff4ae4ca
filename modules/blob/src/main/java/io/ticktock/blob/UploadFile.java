package io.ticktock.blob;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** The file of one upload in a {@link BlobFolder}. Its methods block, and are called one after the other. */
final class UploadFile {

    private final BlobFolder folder;
    private final TenantName tenant;
    private final Path path;
    private final FileChannel channel;
    private final MessageDigest digest = Sha256.start();

    private long sizeBytes;

    private UploadFile(BlobFolder folder, TenantName tenant, Path path, FileChannel channel) {
        this.folder = folder;
        this.tenant = tenant;
        this.path = path;
        this.channel = channel;
    }

    static UploadFile create(BlobFolder folder, TenantName tenant, Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new UploadFile(folder, tenant, path, channel);
    }

    /** Size and hash count these bytes only when all are written, so a failed call can be repeated. */
    void append(ByteString chunk) throws IOException {
        folder.requireSpace(chunk.size());
        ByteBuffer bytes = chunk.asReadOnlyByteBuffer().slice();
        while (bytes.hasRemaining()) {
            channel.write(bytes, sizeBytes + bytes.position());
        }
        digest.update(bytes.rewind());
        sizeBytes += chunk.size();
    }

    BlobUri commit() throws IOException {
        try {
            flush();
            BlobUri uri = BlobUri.of(tenant, digest.digest());
            folder.publish(path, uri);
            return uri;
        } catch (IOException e) {
            abandon();
            throw e;
        }
    }

    void abandon() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }

    private void flush() throws IOException {
        try (channel) {
            // An append that failed may have left bytes behind the end.
            channel.truncate(sizeBytes);
            channel.force(true);
        }
    }
}
