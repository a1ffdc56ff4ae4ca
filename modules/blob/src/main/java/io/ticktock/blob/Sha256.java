package io.ticktock.blob;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The content hash, which every Java runtime has. */
final class Sha256 {

    private Sha256() {}

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }
}
