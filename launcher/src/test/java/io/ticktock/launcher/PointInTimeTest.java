package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PointInTimeTest {

    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T12:00:00Z, 2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.000001+02:00, 2026-03-01T10:00:00.000001Z",
        "2026-03-01, 2026-03-01T00:00:00Z",
        "0s, 2026-03-10T12:00:00Z",
        "250ms, 2026-03-10T11:59:59.750Z",
        "30m, 2026-03-10T11:30:00Z",
        "12h, 2026-03-10T00:00:00Z",
        "7d, 2026-03-03T12:00:00Z",
    })
    void aMomentIsATimeADateOrAnAge(String text, Instant moment) {
        assertEquals(moment, PointInTime.parse("--since", text, NOW));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7",
                "d",
                "-7d",
                "7 d",
                "2026",
                "2026-3-1",
                "2026-03-01T12:00",
                "2026-13-01",
                "yesterday",
                "99999999999999d",
                "1969-12-31",
                "+12026-01-01"
            })
    void anythingElseIsRefused(String text) {
        CommandFailure refused = assertThrows(CommandFailure.class, () -> PointInTime.parse("--since", text, NOW));
        assertEquals(ExitCode.USAGE, refused.exitCode());
    }
}
