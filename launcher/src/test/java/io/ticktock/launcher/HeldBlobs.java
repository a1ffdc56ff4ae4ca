package io.ticktock.launcher;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.ReadBlobRequest;
import io.ticktock.proto.v1.ReadBlobResponse;
import io.ticktock.testkit.Evidence.HeldBlob;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** What the blob store gives out, read to the last byte. */
final class HeldBlobs {

    private static final int CHUNK_BYTES = 1024 * 1024;

    private final Client client;

    HeldBlobs(Client client) {
        this.client = client;
    }

    /** Empty when the store says that there is none. */
    Optional<HeldBlob> find(String uri) {
        try {
            return Optional.of(read(uri));
        } catch (Failure failure) {
            if (failure.code() == FailureCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private HeldBlob read(String uri) {
        MessageDigest sha256 = sha256();
        ReadBlobResponse chunk = read(uri, 0);
        long offset = 0;
        while (offset < chunk.getSizeBytes()) {
            sha256.update(chunk.getChunk().asReadOnlyByteBuffer());
            offset += chunk.getChunk().size();
            chunk = offset < chunk.getSizeBytes() ? read(uri, offset) : chunk;
        }
        return new HeldBlob(offset, ByteString.copyFrom(sha256.digest()));
    }

    private ReadBlobResponse read(String uri, long offset) {
        return client.ask(
                Addresses.BLOB_READ,
                ReadBlobRequest.newBuilder()
                        .setTenantId(client.tenantId())
                        .setUri(uri)
                        .setOffset(offset)
                        .setLength(CHUNK_BYTES)
                        .build());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
