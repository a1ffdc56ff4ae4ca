package io.ticktock.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** By what a record is known again: the first 16 bytes of the SHA-256 of the bytes that are stored of it. */
final class RecordDigest {

    private static final int BYTES = 16;

    private RecordDigest() {}

    static ByteString of(Message record) {
        MessageDigest sha256 = sha256();
        try {
            record.writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is written anywhere", e);
        }
        return ByteString.copyFrom(sha256.digest(), 0, BYTES);
    }

    static ByteString of(byte[] serialized) {
        return ByteString.copyFrom(sha256().digest(serialized), 0, BYTES);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
