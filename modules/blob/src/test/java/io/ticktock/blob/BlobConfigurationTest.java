package io.ticktock.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlobConfigurationTest {

    private static final Path FOLDER = Path.of("blobs");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void theDefaultsAreInRange() {
        assertEquals(Duration.ofHours(24), BlobConfiguration.defaults(FOLDER).garbageGrace());
    }

    static Stream<Map.Entry<String, Runnable>> faults() {
        return Stream.of(
                fault("blob.max_blob_bytes must be at least 1, not 0", 0, 0, 1, MINUTE, 1, HOUR, MINUTE),
                fault("blob.min_free_bytes must be at least 0, not -1", 1, -1, 1, MINUTE, 1, HOUR, MINUTE),
                fault("blob.max_uploads must be 1 to 10000, not 0", 1, 0, 0, MINUTE, 1, HOUR, MINUTE),
                fault("blob.max_uploads must be 1 to 10000, not 10001", 1, 0, 10_001, MINUTE, 1, HOUR, MINUTE),
                fault("blob.upload_idle must be PT1S to PT24H, not PT0S", 1, 0, 1, Duration.ZERO, 1, HOUR, MINUTE),
                fault("blob.max_reads must be 1 to 10000, not 0", 1, 0, 1, MINUTE, 0, HOUR, MINUTE),
                fault("blob.garbage_grace must be PT1M to PT24000H, not PT0S", 1, 0, 1, MINUTE, 1, Duration.ZERO, HOUR),
                fault(
                        "blob.garbage_interval must be PT1S to PT24H, not PT25H",
                        1,
                        0,
                        1,
                        MINUTE,
                        1,
                        HOUR,
                        Duration.ofHours(25)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultNamesKeyRangeAndValue(Map.Entry<String, Runnable> fault) {
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, fault.getValue()::run);

        assertEquals(fault.getKey(), thrown.getMessage());
    }

    private static Map.Entry<String, Runnable> fault(
            String message,
            long maxBlobBytes,
            long minFreeBytes,
            int maxUploads,
            Duration uploadIdle,
            int maxReads,
            Duration garbageGrace,
            Duration garbageInterval) {
        return Map.entry(
                message,
                () -> new BlobConfiguration(
                        FOLDER,
                        maxBlobBytes,
                        minFreeBytes,
                        maxUploads,
                        uploadIdle,
                        maxReads,
                        garbageGrace,
                        garbageInterval));
    }
}
