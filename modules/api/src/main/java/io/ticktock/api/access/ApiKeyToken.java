package io.ticktock.api.access;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An API key as its holder has it: {@code tt_ID_SECRET}, an id of 16 hexadecimal digits and a secret of 256 random bits in
 * base64url. A digest without salt or stretching keeps it well enough: nobody guesses 256 random bits.
 */
public record ApiKeyToken(String keyId, String secret) {

    private static final int ID_BYTES = 8;
    private static final int SECRET_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("tt_([0-9a-f]{16})_([A-Za-z0-9_-]{43})");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new one. */
    public static ApiKeyToken random() {
        byte[] id = new byte[ID_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        RANDOM.nextBytes(id);
        RANDOM.nextBytes(secret);
        return new ApiKeyToken(
                HexFormat.of().formatHex(id),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** Empty when the text is not a key's. */
    public static Optional<ApiKeyToken> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches() ? Optional.of(new ApiKeyToken(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    /** What is stored of the secret: its SHA-256. */
    public ByteString digest() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return ByteString.copyFrom(sha256.digest(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Takes as long whatever the digests have in common. */
    public boolean matches(ByteString storedDigest) {
        return MessageDigest.isEqual(digest().toByteArray(), storedDigest.toByteArray());
    }

    /** Goes to its holder once, and nowhere else. */
    public String text() {
        return "tt_" + keyId + "_" + secret;
    }

    @Override
    public String toString() {
        return "tt_" + keyId + "_…";
    }
}
