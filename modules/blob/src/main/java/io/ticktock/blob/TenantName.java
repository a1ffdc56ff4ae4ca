package io.ticktock.blob;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A tenant id as it stands in blob uris and folder names: lower-case letters, digits, {@code _} and {@code -} as they
 * are, every other byte of its UTF-8 form as {@code %} and two hexadecimal digits. Two tenants never share a name, not
 * even where file names ignore case, and no name has a separator or a dot in it.
 *
 * @param value the encoded id
 */
public record TenantName(String value) implements Comparable<TenantName> {

    /** Longest tenant id in bytes of UTF-8; encoded, it still fits into a file name. */
    public static final int MAX_ID_BYTES = 80;

    private static final String PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    private static final Pattern ENCODED = Pattern.compile("(?:[a-z0-9_-]|%[0-9a-f]{2}){1," + MAX_ID_BYTES + "}");

    /** Throws INVALID_ARGUMENT when the value is not an encoded id. */
    public TenantName {
        if (!isName(value)) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "not the name of a tenant in a blob uri");
        }
    }

    /** The name of this tenant; throws INVALID_ARGUMENT when the id is empty, too long or not Unicode. */
    public static TenantName of(String tenantId) {
        ByteBuffer bytes = utf8(tenantId);
        if (!bytes.hasRemaining() || bytes.remaining() > MAX_ID_BYTES) {
            throw new Failure(
                    FailureCode.INVALID_ARGUMENT,
                    "tenant_id must be 1 to " + MAX_ID_BYTES + " bytes long, not " + bytes.remaining());
        }
        StringBuilder name = new StringBuilder(bytes.remaining());
        while (bytes.hasRemaining()) {
            append(name, bytes.get());
        }
        return new TenantName(name.toString());
    }

    static boolean isName(String text) {
        return ENCODED.matcher(text).matches();
    }

    @Override
    public int compareTo(TenantName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static void append(StringBuilder name, byte octet) {
        char character = (char) (octet & 0xff);
        if (PLAIN.indexOf(character) >= 0) {
            name.append(character);
        } else {
            name.append('%')
                    .append(Character.forDigit(character >> 4, 16))
                    .append(Character.forDigit(character & 0xf, 16));
        }
    }

    private static ByteBuffer utf8(String tenantId) {
        try {
            // A fresh encoder refuses half a surrogate pair, where getBytes would write "?" and let two ids collide.
            return StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(tenantId));
        } catch (CharacterCodingException e) {
            throw new Failure(FailureCode.INVALID_ARGUMENT, "tenant_id must be well-formed Unicode", e);
        }
    }
}
