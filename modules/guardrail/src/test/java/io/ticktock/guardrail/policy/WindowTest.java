package io.ticktock.guardrail.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
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
        assertThat(window.since(now)).isEqualTo(since);
        assertThat(window.bucket(now)).isEqualTo(bucket);
        assertThat(window.firstBucket(now)).isEqualTo(first);
    }

    @Test
    void isWrittenInOneWay() {
        assertThat(Window.parse("60m").orElseThrow())
                .hasToString("1h")
                .isEqualTo(Window.parse("1h").orElseThrow());
        assertThat(Window.parse("day").orElseThrow())
                .isNotEqualTo(Window.parse("1d").orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "year", "59s", "367d", "-1h", "1 h", "DAY"})
    void isNothingElse(String text) {
        assertThat(Window.parse(text)).isEmpty();
    }
}
