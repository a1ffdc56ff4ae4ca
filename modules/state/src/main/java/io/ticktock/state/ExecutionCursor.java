package io.ticktock.state;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * Behind which record a page begins. As a token: microseconds since 1970, a dot, the exec_id.
 *
 * @param recordedAt in whole microseconds, as the database has it
 */
record ExecutionCursor(OffsetDateTime recordedAt, UUID execId) {

    private static final ExecutionCursor START = ofMicros(0, new UUID(0, 0));

    static ExecutionCursor parse(String token) {
        if (token.isEmpty()) {
            return START;
        }
        int dot = token.indexOf('.');
        try {
            if (dot > 0 && dot < 20) {
                return ofMicros(Long.parseLong(token.substring(0, dot)), UUID.fromString(token.substring(dot + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw Pages.badToken();
        }
        throw Pages.badToken();
    }

    private static ExecutionCursor ofMicros(long micros, UUID execId) {
        return new ExecutionCursor(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).atOffset(ZoneOffset.UTC), execId);
    }

    @Override
    public String toString() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, recordedAt.toInstant()) + "." + execId;
    }
}
