package io.ticktock.blob;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The identity of a blob, {@code blob:<tenant>/<sha256>}: whose it is and what is in it.
 *
 * @param sha256 of the content, 64 lower-case hexadecimal digits
 */
public record BlobUri(TenantName tenant, String sha256) implements Comparable<BlobUri> {

    private static final Pattern FORM = Pattern.compile("blob:([^/]{1,240})/([0-9a-f]{64})");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Comparator<BlobUri> ORDER =
            Comparator.comparing(BlobUri::tenant).thenComparing(BlobUri::sha256);

    /** Throws INVALID_ARGUMENT when the hash is not one. */
    public BlobUri {
        if (!isHash(sha256)) {
            throw malformed();
        }
    }

    /** The blob of this tenant with this content hash (32 bytes). */
    public static BlobUri of(TenantName tenant, byte[] sha256) {
        return new BlobUri(tenant, HexFormat.of().formatHex(sha256));
    }

    /** Reads what {@link #toString} writes; throws INVALID_ARGUMENT for anything else. */
    public static BlobUri parse(String uri) {
        Matcher matcher = FORM.matcher(uri);
        if (!matcher.matches()) {
            throw malformed();
        }
        return new BlobUri(new TenantName(matcher.group(1)), matcher.group(2));
    }

    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /** The content hash, 32 bytes. */
    public byte[] hash() {
        return HexFormat.of().parseHex(sha256);
    }

    @Override
    public int compareTo(BlobUri other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return "blob:" + tenant + "/" + sha256;
    }

    private static Failure malformed() {
        return new Failure(
                FailureCode.INVALID_ARGUMENT, "a blob uri is blob:<tenant>/<64 lower-case hexadecimal digits>");
    }
}
