package io.ticktock.api.webhook;

import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.DeliveryState;
import io.ticktock.proto.v1.WebhookDelivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What becomes of a delivery after a try.
 *
 * @param pauses after the first try, the second, …; after as many tries and one more it has failed
 */
public record RetrySchedule(List<Duration> pauses) {

    /** Those that failed together do not come back together. */
    private static final double MOST_JITTER = 0.2;

    public RetrySchedule {
        pauses = List.copyOf(pauses);
    }

    /** @param chance 0 to 1 */
    public WebhookDelivery after(WebhookDelivery before, Answer answer, Instant now, double chance) {
        WebhookDelivery.Builder after = before.toBuilder()
                .setAttempts(before.getAttempts() + 1)
                .setLastStatus(answer.status())
                .setLastError(answer.error())
                .setLastAttemptAt(ProtoTime.timestamp(now))
                .clearNextAttemptAt();
        if (answer.isSuccess()) {
            return after.setState(DeliveryState.DELIVERY_STATE_DELIVERED).build();
        }
        if (before.getAttempts() >= pauses.size()) {
            return after.setState(DeliveryState.DELIVERY_STATE_FAILED).build();
        }
        return after.setState(DeliveryState.DELIVERY_STATE_WAITING)
                .setNextAttemptAt(ProtoTime.timestamp(now.plus(pause(before.getAttempts(), answer, chance))))
                .build();
    }

    private Duration pause(int attemptsBefore, Answer answer, double chance) {
        Duration usual = pauses.get(attemptsBefore);
        Duration spread = usual.plusMillis((long) (usual.toMillis() * MOST_JITTER * chance));
        return answer.retryAfter().filter(asked -> asked.compareTo(spread) > 0).orElse(spread);
    }
}
