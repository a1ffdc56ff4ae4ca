package io.ticktock.blob;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The configuration key {@code blob.s3}.
 *
 * @param endpoint of a compatible server; empty for AWS
 * @param region empty for the one that the environment names
 * @param bucket which is there already
 * @param prefix of every key, empty or ending with a slash
 * @param pathStyle whether the bucket stands in the path and not in the host name
 * @param kmsKeyId of the key to encrypt with; empty for what the bucket does by itself
 * @param partBytes size of the parts of an upload, and what one holds in memory, 5 MiB to 64 MiB
 * @param maxConnections open at once, 1 to 1,000
 * @param requestTimeout of one try of a request, 100 ms to 5 minutes
 * @param maxAttempts tries of a request, 1 to 10
 * @param abandonedAfter how old an upload is taken for one whose process was killed, 1 hour to 30 days
 */
public record S3Configuration(
        Optional<URI> endpoint,
        Optional<String> region,
        String bucket,
        String prefix,
        boolean pathStyle,
        Optional<String> kmsKeyId,
        int partBytes,
        int maxConnections,
        Duration requestTimeout,
        int maxAttempts,
        Duration abandonedAfter) {

    /** Largest object that S3 copies in one step, which is how a received blob gets its name. */
    public static final long MAX_BLOB_BYTES = 5L << 30;

    private static final int LEAST_PART_BYTES = 5 << 20;
    private static final int MOST_PART_BYTES = 64 << 20;
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{2,62}");
    private static final Pattern PREFIX = Pattern.compile("(?:[A-Za-z0-9!_.*'()-]{1,100}/){0,8}");
    private static final int LONGEST_PREFIX = 200;

    /** Throws IllegalArgumentException that names the key when a value is out of its range. */
    public S3Configuration {
        endpoint.ifPresent(S3Configuration::requireEndpoint);
        require(
                BUCKET.matcher(bucket).matches(),
                "bucket",
                "3 to 63 letters, digits, dots and hyphens where blob.store is s3",
                quoted(bucket));
        require(
                PREFIX.matcher(prefix).matches() && prefix.length() <= LONGEST_PREFIX,
                "prefix",
                "empty or words that each end with a slash, at most " + LONGEST_PREFIX + " characters",
                quoted(prefix));
        requireBetween(partBytes, LEAST_PART_BYTES, MOST_PART_BYTES, "part_bytes");
        requireBetween(maxConnections, 1, 1_000, "max_connections");
        requireBetween(requestTimeout, Duration.ofMillis(100), Duration.ofMinutes(5), "request_timeout");
        requireBetween(maxAttempts, 1, 10, "max_attempts");
        requireBetween(abandonedAfter, Duration.ofHours(1), Duration.ofDays(30), "abandoned_after");
    }

    /** What holds where the configuration says nothing but where the blobs are. */
    public static S3Configuration defaults(String bucket) {
        return new S3Configuration(
                Optional.empty(),
                Optional.empty(),
                bucket,
                "",
                false,
                Optional.empty(),
                LEAST_PART_BYTES,
                32,
                Duration.ofSeconds(10),
                3,
                Duration.ofHours(24));
    }

    /** As people read it in messages. */
    String place() {
        return "bucket " + bucket + endpoint.map(uri -> " at " + uri).orElse("");
    }

    /** The value is not repeated: a password may stand in it, which is what is wrong then. */
    private static void requireEndpoint(URI uri) {
        boolean isHttp = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        boolean isBare = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
        if (!isHttp || !isBare || uri.getHost() == null) {
            throw new IllegalArgumentException(
                    "blob.s3.endpoint must be a URL such as https://s3.example.com, without user, query and fragment");
        }
    }

    private static String quoted(String text) {
        return "'" + text + "'";
    }

    private static <T extends Comparable<T>> void requireBetween(T value, T least, T most, String key) {
        boolean inRange = value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
        require(inRange, key, least + " to " + most, value);
    }

    private static void require(boolean inRange, String key, String range, Object value) {
        if (!inRange) {
            throw new IllegalArgumentException("blob.s3." + key + " must be " + range + ", not " + value);
        }
    }
}
