package io.ticktock.api.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.DeliveryState;
import io.ticktock.proto.v1.WebhookDelivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final RetrySchedule schedule = new RetrySchedule(List.of(Duration.ofSeconds(5), Duration.ofMinutes(5)));

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 204, 299})
    void whatIsTakenIsDelivered(int status) {
        WebhookDelivery after = after(0, status, Optional.empty(), 0);
        assertEquals(DeliveryState.DELIVERY_STATE_DELIVERED, after.getState());
        assertEquals(1, after.getAttempts());
        assertEquals(status, after.getLastStatus());
        assertEquals(NOW, ProtoTime.instant(after.getLastAttemptAt()));
        assertFalse(after.hasNextAttemptAt());
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 5", "0, 1, 6", "1, 0, 300", "1, 0.5, 330"})
    void whatIsNotIsTriedAgainLaterAndLater(int attempts, double chance, int seconds) {
        for (int status : new int[] {0, 199, 301, 400, 404, 410, 429, 500, 503}) {
            WebhookDelivery after = after(attempts, status, Optional.empty(), chance);
            assertEquals(DeliveryState.DELIVERY_STATE_WAITING, after.getState());
            assertEquals(NOW.plusSeconds(seconds), ProtoTime.instant(after.getNextAttemptAt()));
        }
    }

    @Test
    void afterAllTriesItHasFailed() {
        WebhookDelivery after = after(2, 500, Optional.empty(), 0);
        assertEquals(DeliveryState.DELIVERY_STATE_FAILED, after.getState());
        assertEquals(3, after.getAttempts());
        assertFalse(after.hasNextAttemptAt());
    }

    @ParameterizedTest
    @CsvSource({"3, 5", "60, 60"})
    void aServerMayAskForMoreTimeAndNotForLess(int askedSeconds, int seconds) {
        WebhookDelivery after = after(0, 429, Optional.of(Duration.ofSeconds(askedSeconds)), 0);
        assertEquals(NOW.plusSeconds(seconds), ProtoTime.instant(after.getNextAttemptAt()));
    }

    private WebhookDelivery after(int attempts, int status, Optional<Duration> retryAfter, double chance) {
        WebhookDelivery before = WebhookDelivery.newBuilder()
                .setEventId("evt_1")
                .setState(DeliveryState.DELIVERY_STATE_WAITING)
                .setAttempts(attempts)
                .setNextAttemptAt(ProtoTime.timestamp(NOW.minusSeconds(1)))
                .build();
        return schedule.after(before, new Answer(status, "", retryAfter), NOW, chance);
    }
}
