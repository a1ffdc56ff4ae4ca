package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.Amounts;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddedBudgetTest {

    @Test
    void readsAmountsOfSeveralMetrics() {
        Amounts expected = Amounts.newBuilder()
                .setExecutions(3)
                .setTokensUsed(1_000)
                .setCostMicros(5_250_000)
                .build();
        assertEquals(expected, AddedBudget.parse(List.of("cost_usd=5.25", "tokens_used=1000", "executions=3")));
    }

    @ParameterizedTest
    @CsvSource({
        "cost=5, there is no budget of cost",
        "cost_usd, METRIC=AMOUNT",
        "cost_usd=-1, METRIC=AMOUNT",
        "cost_usd=0, METRIC=AMOUNT",
        "cost_usd=NaN, METRIC=AMOUNT",
        "cost_usd=0.0000001, METRIC=AMOUNT",
        "tokens_used=1.5, METRIC=AMOUNT",
        "executions=9999999999999999, METRIC=AMOUNT",
    })
    void saysWhatWouldBeRight(String text, String words) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> AddedBudget.parse(List.of(text)));
        assertTrue(failure.getMessage().contains(words), failure::getMessage);
    }

    @Test
    void takesEachMetricOnce() {
        assertThrows(CommandFailure.class, () -> AddedBudget.parse(List.of("cost_usd=1", "cost_usd=2")));
    }
}
