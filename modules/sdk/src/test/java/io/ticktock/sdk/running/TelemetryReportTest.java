package io.ticktock.sdk.running;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TelemetryReportTest {

    private final TelemetryReport report = new TelemetryReport();

    @Test
    void addsUp() {
        report.addTokens(3);
        report.addTokens(4);
        report.addCostMicros(5);
        assertEquals(7, report.toMessage().getTokensUsed());
        assertEquals(5, report.toMessage().getCostMicros());
    }

    @ParameterizedTest
    @ValueSource(longs = {TelemetryReport.MOST, TelemetryReport.MOST + 1, Long.MAX_VALUE})
    void stopsAtTheMostThatAddsUp(long tokens) {
        report.addTokens(1);
        report.addTokens(tokens);
        report.addTokens(Long.MAX_VALUE);
        assertEquals(TelemetryReport.MOST, report.toMessage().getTokensUsed());
    }

    @Test
    void takesNothingBack() {
        assertThrows(IllegalArgumentException.class, () -> report.addCostMicros(-1));
    }
}
