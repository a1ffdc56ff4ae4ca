package io.ticktock.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.proto.v1.Totals;
import org.junit.jupiter.api.Test;

class ProtoTotalsTest {

    private static final Totals SOME = Totals.newBuilder()
            .setExecutions(2)
            .setTokensUsed(7)
            .setCostMicros(Long.MAX_VALUE - 1)
            .setLatencyMs(5)
            .setMaxTokensUsed(6)
            .setMaxCostMicros(11)
            .setMaxLatencyMs(4)
            .build();

    @Test
    void oneExecutionMoreIsASumOfTwo() {
        PolicyTelemetry telemetry = PolicyTelemetry.newBuilder()
                .setTokensUsed(9)
                .setCostMicros(1)
                .setLatencyMs(3)
                .build();
        Totals with = ProtoTotals.with(SOME, telemetry);
        assertEquals(ProtoTotals.sum(SOME, ProtoTotals.with(Totals.getDefaultInstance(), telemetry)), with);
        assertEquals(
                Totals.newBuilder()
                        .setExecutions(3)
                        .setTokensUsed(16)
                        .setCostMicros(Long.MAX_VALUE)
                        .setLatencyMs(8)
                        .setMaxTokensUsed(9)
                        .setMaxCostMicros(11)
                        .setMaxLatencyMs(4)
                        .build(),
                with);
    }

    @Test
    void aSumThatIsTooLargeStaysAtTheMostThatFits() {
        Totals sum = ProtoTotals.sum(SOME, SOME);
        assertEquals(Long.MAX_VALUE, sum.getCostMicros());
        assertEquals(Long.MAX_VALUE, ProtoTotals.sum(sum, sum).getCostMicros());
        assertEquals(28, ProtoTotals.sum(sum, sum).getTokensUsed());
    }
}
