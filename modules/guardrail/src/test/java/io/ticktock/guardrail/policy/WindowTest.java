package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {

    @ParameterizedTest
    @CsvSource({
        "hour,  2026-03-01T00:59:59.999Z, 2026-03-01T00:00:00Z, 2026-03-01T00:00:00Z, 2026-03-01T00:00:00Z",
        "day,   2026-02-28T23:59:59Z,     2026-02-28T00:00:00Z, 2026-02-28T00:00:00Z, 2026-02-28T00:00:00Z",
        "week,  2026-03-01T12:00:00Z,     2026-02-23T00:00:00Z, 2026-02-23T00:00:00Z, 2026-02-23T00:00:00Z",
        "week,  2026-03-02T00:00:00Z,     2026-03-02T00:00:00Z, 2026-03-02T00:00:00Z, 2026-03-02T00:00:00Z",
        "month, 2028-02-29T08:00:00Z,     2028-02-01T00:00:00Z, 2028-02-01T00:00:00Z, 2028-02-01T00:00:00Z",
        "24h,   2026-03-01T12:30:00Z,     2026-02-28T12:30:00Z, 2026-03-01T12:00:00Z, 2026-02-28T12:00:00Z",
        "2m,    2026-03-01T12:00:04Z,     2026-03-01T11:58:04Z, 2026-03-01T12:00:00Z, 2026-03-01T11:58:00Z",
    })
    void looksBackAndCountsInBuckets(String text, Instant now, Instant since, Instant bucket, Instant first) {
        Window window = Window.parse(text).orElseThrow();
        assertEquals(since, window.since(now));
        assertEquals(bucket, window.bucket(now));
        assertEquals(first, window.firstBucket(now));
    }

    @Test
    void isWrittenInOneWay() {
        assertEquals("1h", Window.parse("60m").orElseThrow().toString());
        assertEquals(Window.parse("60m"), Window.parse("1h"));
        assertNotEquals(Window.parse("day"), Window.parse("1d"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "year", "59s", "367d", "-1h", "1 h", "DAY"})
    void isNothingElse(String text) {
        assertEquals(Optional.empty(), Window.parse(text));
    }
}
