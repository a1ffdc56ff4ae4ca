package io.ticktock.blob;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3ConfigurationTest {

    private static final String URL = "https://s3.example.com";
    private static final int MIB = 1 << 20;
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void theDefaultsAreInRange() {
        assertEquals(5 * MIB, S3Configuration.defaults("bucket").partBytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ticktock/", "a/b-c/d_e.f/"})
    void takesPrefixes(String prefix) {
        assertEquals(
                prefix,
                configuration(URL, "bucket", prefix, 5 * MIB, 1, SECOND, 1, DAY).prefix());
    }

    @Test
    void aFaultNamesKeyRangeAndValue() {
        String bucket = "blob.s3.bucket must be 3 to 63 letters, digits, dots and hyphens where blob.store is s3, not ";
        assertFault(bucket + "''", URL, "", "", 5 * MIB, 1, SECOND, 1, DAY);
        assertFault(bucket + "'a/b'", URL, "a/b", "", 5 * MIB, 1, SECOND, 1, DAY);
        String prefix =
                "blob.s3.prefix must be empty or words that each end with a slash, at most 200 characters, not ";
        assertFault(prefix + "'no-slash'", URL, "bucket", "no-slash", 5 * MIB, 1, SECOND, 1, DAY);
        assertFault(prefix + "'/a/'", URL, "bucket", "/a/", 5 * MIB, 1, SECOND, 1, DAY);
        assertFault(
                "blob.s3.part_bytes must be 5242880 to 67108864, not 5242879",
                URL,
                "bucket",
                "",
                5 * MIB - 1,
                1,
                SECOND,
                1,
                DAY);
        assertFault("blob.s3.max_connections must be 1 to 1000, not 0", URL, "bucket", "", 5 * MIB, 0, SECOND, 1, DAY);
        assertFault(
                "blob.s3.request_timeout must be PT0.1S to PT5M, not PT24H",
                URL,
                "bucket",
                "",
                5 * MIB,
                1,
                DAY,
                1,
                DAY);
        assertFault("blob.s3.max_attempts must be 1 to 10, not 11", URL, "bucket", "", 5 * MIB, 1, SECOND, 11, DAY);
        assertFault(
                "blob.s3.abandoned_after must be PT1H to PT720H, not PT1S",
                URL,
                "bucket",
                "",
                5 * MIB,
                1,
                SECOND,
                1,
                SECOND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s3.example.com", "ftp://s3.example.com", "https:///x", "https://user:secret@s3.example.com"})
    void anEndpointIsAPlainUrlAndIsNotRepeated(String url) {
        assertFault(
                "blob.s3.endpoint must be a URL such as https://s3.example.com, without user, query and fragment",
                url,
                "bucket",
                "",
                5 * MIB,
                1,
                SECOND,
                1,
                DAY);
    }

    private static void assertFault(
            String message,
            String endpoint,
            String bucket,
            String prefix,
            int partBytes,
            int maxConnections,
            Duration requestTimeout,
            int maxAttempts,
            Duration abandonedAfter) {
        IllegalArgumentException thrown = assertThrows(
                IllegalArgumentException.class,
                () -> configuration(
                        endpoint,
                        bucket,
                        prefix,
                        partBytes,
                        maxConnections,
                        requestTimeout,
                        maxAttempts,
                        abandonedAfter));
        assertEquals(message, thrown.getMessage());
    }

    private static S3Configuration configuration(
            String endpoint,
            String bucket,
            String prefix,
            int partBytes,
            int maxConnections,
            Duration requestTimeout,
            int maxAttempts,
            Duration abandonedAfter) {
        return new S3Configuration(
                Optional.of(URI.create(endpoint)),
                Optional.empty(),
                bucket,
                prefix,
                false,
                Optional.empty(),
                partBytes,
                maxConnections,
                requestTimeout,
                maxAttempts,
                abandonedAfter);
    }
}
