package io.ticktock.control;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.Payload;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** By what a lifetime's input is known again: the first 16 bytes of the SHA-256 of its content. */
final class InputDigest {

    private static final int BYTES = 16;

    private InputDigest() {}

    static ByteString of(Payload input) {
        ByteString hash = input.hasBlob() ? input.getBlob().getSha256() : sha256(input.getInline());
        return hash.substring(0, Math.min(BYTES, hash.size()));
    }

    static ByteString of(ByteString content) {
        return sha256(content).substring(0, BYTES);
    }

    private static ByteString sha256(ByteString content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(content.asReadOnlyByteBuffer());
            return ByteString.copyFrom(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
