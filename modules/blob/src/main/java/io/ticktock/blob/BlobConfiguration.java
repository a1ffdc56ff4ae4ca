package io.ticktock.blob;

import java.nio.file.Path;
import java.time.Duration;

/**
 * The configuration key {@code blob}.
 *
 * @param folder where blobs are kept
 * @param maxBlobBytes size of the largest blob
 * @param minFreeBytes of the disk that blobs leave to others; with less than that, uploads are refused
 * @param maxUploads in progress at once, 1 to 10,000; more are refused
 * @param uploadIdle after which an upload without a request is abandoned, 1 s to 1 day
 * @param maxReads under way at once, 1 to 10,000; more are refused
 * @param garbageGrace how long a blob that no record refers to is kept after its commit, 1 minute to 1,000 days
 * @param garbageInterval between two searches for such blobs, 1 s to 1 day
 */
public record BlobConfiguration(
        Path folder,
        long maxBlobBytes,
        long minFreeBytes,
        int maxUploads,
        Duration uploadIdle,
        int maxReads,
        Duration garbageGrace,
        Duration garbageInterval) {

    private static final int MAX_AT_ONCE = 10_000;
    private static final Duration ONE_SECOND = Duration.ofSeconds(1);
    private static final Duration ONE_DAY = Duration.ofDays(1);

    /** Throws IllegalArgumentException that names the key when a value is out of its range. */
    public BlobConfiguration {
        require(maxBlobBytes >= 1, "max_blob_bytes", "at least 1", maxBlobBytes);
        require(minFreeBytes >= 0, "min_free_bytes", "at least 0", minFreeBytes);
        requireCount(maxUploads, "max_uploads");
        requireCount(maxReads, "max_reads");
        requireBetween(uploadIdle, ONE_SECOND, ONE_DAY, "upload_idle");
        requireBetween(garbageGrace, Duration.ofMinutes(1), Duration.ofDays(1000), "garbage_grace");
        requireBetween(garbageInterval, ONE_SECOND, ONE_DAY, "garbage_interval");
    }

    /** What holds where the configuration says nothing. */
    public static BlobConfiguration defaults(Path folder) {
        return new BlobConfiguration(
                folder, 4L << 30, 64L << 20, 64, Duration.ofMinutes(2), 64, Duration.ofHours(24), Duration.ofHours(1));
    }

    private static void requireCount(int count, String key) {
        require(count >= 1 && count <= MAX_AT_ONCE, key, "1 to " + MAX_AT_ONCE, count);
    }

    private static void requireBetween(Duration value, Duration least, Duration most, String key) {
        boolean inRange = value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
        require(inRange, key, least + " to " + most, value);
    }

    private static void require(boolean inRange, String key, String range, Object value) {
        if (!inRange) {
            throw new IllegalArgumentException("blob." + key + " must be " + range + ", not " + value);
        }
    }
}
