package io.ticktock.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Writes positions so that they tell nothing: the number of a transaction counts what all tenants do. In front is a digest
 * of the tenant and the position, which only this key makes; the position is enciphered from it on, as a counter. The same
 * position is always the same text.
 */
public final class PositionSeal {

    /** Of the key: the first half enciphers, the second one makes digests. */
    public static final int KEY_BYTES = 32;

    private static final int DIGEST_BYTES = 16;
    private static final int POSITION_BYTES = 32;
    private static final String CIPHER = "AES/CTR/NoPadding";
    private static final String DIGEST = "HmacSHA256";

    private final SecretKeySpec cipherKey;
    private final SecretKeySpec digestKey;

    public PositionSeal(byte[] key) {
        this.cipherKey = new SecretKeySpec(key, 0, KEY_BYTES / 2, "AES");
        this.digestKey = new SecretKeySpec(key, KEY_BYTES / 2, KEY_BYTES / 2, DIGEST);
    }

    public String seal(String tenantId, StreamPosition position) {
        byte[] open = ByteBuffer.allocate(POSITION_BYTES)
                .putLong(position.batch())
                .putLong(position.lifetimeId().getMostSignificantBits())
                .putLong(position.lifetimeId().getLeastSignificantBits())
                .putLong(position.seq())
                .array();
        byte[] digest = digest(tenantId, open);
        byte[] sealed = ByteBuffer.allocate(DIGEST_BYTES + POSITION_BYTES)
                .put(digest)
                .put(cipher(Cipher.ENCRYPT_MODE, digest, open))
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
    }

    /** Throws INVALID_ARGUMENT when it is none of this tenant's. */
    public StreamPosition open(String tenantId, String text) {
        byte[] sealed = bytes(text);
        if (sealed.length != DIGEST_BYTES + POSITION_BYTES) {
            throw Refusal.noPosition();
        }
        byte[] digest = Arrays.copyOf(sealed, DIGEST_BYTES);
        byte[] open = cipher(Cipher.DECRYPT_MODE, digest, Arrays.copyOfRange(sealed, DIGEST_BYTES, sealed.length));
        if (!MessageDigest.isEqual(digest, digest(tenantId, open))) {
            throw Refusal.noPosition();
        }
        ByteBuffer position = ByteBuffer.wrap(open);
        return new StreamPosition(
                position.getLong(), new UUID(position.getLong(), position.getLong()), position.getLong());
    }

    private static byte[] bytes(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            throw Refusal.noPosition();
        }
    }

    /** The position has always the same length: nothing of it can pass for a part of the tenant. */
    private byte[] digest(String tenantId, byte[] open) {
        try {
            Mac mac = Mac.getInstance(DIGEST);
            mac.init(digestKey);
            mac.update(open);
            return Arrays.copyOf(mac.doFinal(tenantId.getBytes(StandardCharsets.UTF_8)), DIGEST_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC with SHA-256 is part of every Java runtime", e);
        }
    }

    private byte[] cipher(int mode, byte[] counter, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance(CIPHER);
            cipher.init(mode, cipherKey, new IvParameterSpec(counter));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES is part of every Java runtime", e);
        }
    }
}
