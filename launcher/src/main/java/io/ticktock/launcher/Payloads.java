package io.ticktock.launcher;

import static io.ticktock.bus.Addresses.BLOB_ABANDON;
import static io.ticktock.bus.Addresses.BLOB_COMMIT;
import static io.ticktock.bus.Addresses.BLOB_OPEN;
import static io.ticktock.bus.Addresses.BLOB_READ;
import static io.ticktock.bus.Addresses.BLOB_WRITE;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.AbandonBlobRequest;
import io.ticktock.proto.v1.BlobReference;
import io.ticktock.proto.v1.CommitBlobRequest;
import io.ticktock.proto.v1.OpenBlobRequest;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.WriteBlobRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Puts values into payloads and gets them out again: small ones in the message itself, large ones as blobs. */
final class Payloads {

    static final String JSON = "application/json";

    private static final int CHUNK_BYTES = 1024 * 1024;

    private final Client client;
    private final int inlineLimitBytes;
    private final boolean blobsInReach;

    /** @param blobsInReach whether the blob store answers from here: in this process, or through a server */
    Payloads(Client client, int inlineLimitBytes, boolean blobsInReach) {
        this.client = client;
        this.blobsInReach = blobsInReach;
        this.inlineLimitBytes = inlineLimitBytes;
    }

    Payload json(byte[] json) {
        Payload.Builder payload = Payload.newBuilder().setMediaType(JSON);
        if (json.length <= inlineLimitBytes) {
            return payload.setInline(ByteString.copyFrom(json)).build();
        }
        if (!blobsInReach) {
            throw CommandFailure.usage("a value of more than " + inlineLimitBytes
                    + " bytes can only be given where no other process serves the data folder, or to it with --server");
        }
        return payload.setBlob(store(json)).build();
    }

    private BlobReference store(byte[] content) {
        OpenBlobRequest open = OpenBlobRequest.newBuilder()
                .setTenantId(client.tenantId())
                .setMediaType(JSON)
                .build();
        String uploadId = client.ask(BLOB_OPEN, open).getUploadId();
        try {
            for (int offset = 0; offset < content.length; offset += CHUNK_BYTES) {
                write(uploadId, content, offset);
            }
            CommitBlobRequest commit =
                    CommitBlobRequest.newBuilder().setUploadId(uploadId).build();
            return client.ask(BLOB_COMMIT.at(uploadId), commit).getBlob();
        } catch (Failure failure) {
            abandon(uploadId, failure);
            throw failure;
        }
    }

    private void write(String uploadId, byte[] content, int offset) {
        int length = Math.min(CHUNK_BYTES, content.length - offset);
        client.ask(
                BLOB_WRITE.at(uploadId),
                WriteBlobRequest.newBuilder()
                        .setUploadId(uploadId)
                        .setOffset(offset)
                        .setChunk(ByteString.copyFrom(content, offset, length))
                        .build());
    }

    private void abandon(String uploadId, Failure why) {
        try {
            client.ask(
                    BLOB_ABANDON.at(uploadId),
                    AbandonBlobRequest.newBuilder().setUploadId(uploadId).build());
        } catch (Failure alsoFailed) {
            why.addSuppressed(alsoFailed);
        }
    }

    /** JSON unless it says otherwise. */
    static boolean isJson(Payload payload) {
        return payload.getMediaType().isEmpty() || payload.getMediaType().equals(JSON);
    }

    /** Whether its content can be had from here. */
    boolean isReadable(Payload payload) {
        return blobsInReach || !payload.hasBlob();
    }

    static long sizeOf(Payload payload) {
        return payload.hasBlob()
                ? payload.getBlob().getSizeBytes()
                : payload.getInline().size();
    }

    byte[] read(Payload payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.toIntExact(sizeOf(payload)));
        try {
            copy(payload, bytes);
        } catch (IOException e) {
            throw new IllegalStateException("memory can always be written", e);
        }
        return bytes.toByteArray();
    }

    /** Writes the content, of whatever size, chunk by chunk. */
    void copy(Payload payload, OutputStream to) throws IOException {
        if (!payload.hasBlob()) {
            payload.getInline().writeTo(to);
            return;
        }
        BlobReference blob = payload.getBlob();
        long offset = 0;
        while (offset < blob.getSizeBytes()) {
            ByteString chunk = read(blob, offset);
            chunk.writeTo(to);
            offset += chunk.size();
        }
    }

    private ByteString read(BlobReference blob, long offset) {
        ReadBlobRequest request = ReadBlobRequest.newBuilder()
                .setTenantId(client.tenantId())
                .setUri(blob.getUri())
                .setOffset(offset)
                .setLength((int) Math.min(CHUNK_BYTES, blob.getSizeBytes() - offset))
                .build();
        ByteString chunk = client.ask(BLOB_READ, request).getChunk();
        if (chunk.isEmpty()) {
            throw new Failure(FailureCode.INTERNAL, "a blob ended before its size");
        }
        return chunk;
    }
}
