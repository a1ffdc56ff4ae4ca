package io.ticktock.state;

import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.WebhookDelivery;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Behind what a page of deliveries begins, newest first. As text: microseconds since 1970, a dot, the event's id.
 *
 * @param time in whole microseconds, as the database has it
 */
public record DeliveryCursor(OffsetDateTime time, String eventId) {

    /** Later than any time that a message may have. */
    public static final DeliveryCursor LAST = new DeliveryCursor(TimeCursor.LAST.time(), "");

    public static DeliveryCursor of(WebhookDelivery delivery) {
        return of(delivery.getCreatedAt(), delivery.getEventId());
    }

    private static DeliveryCursor of(Timestamp time, String eventId) {
        return new DeliveryCursor(Stored.time(time).truncatedTo(ChronoUnit.MICROS), eventId);
    }

    /** Throws INVALID_ARGUMENT when the text is no cursor's. */
    public static DeliveryCursor parse(String text) {
        int dot = text.indexOf('.');
        try {
            if (dot > 0 && dot < 20 && text.indexOf('\0') < 0) {
                Instant time = Instant.EPOCH.plus(Long.parseLong(text.substring(0, dot)), ChronoUnit.MICROS);
                return new DeliveryCursor(time.atOffset(ZoneOffset.UTC), text.substring(dot + 1));
            }
        } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
            throw Pages.badToken();
        }
        throw Pages.badToken();
    }

    @Override
    public String toString() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, time.toInstant()) + "." + eventId;
    }
}
