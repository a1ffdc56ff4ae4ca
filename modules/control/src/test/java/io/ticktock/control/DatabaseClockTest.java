package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {

    private static final Instant DATABASE = Instant.parse("2030-01-01T12:00:00Z");

    private Instant own = DATABASE.plus(Duration.ofHours(1));
    private long nanos = 5_000_000_000L;
    private final DatabaseClock clock = new DatabaseClock(() -> own, () -> nanos);

    @Test
    void beforeTheDatabaseHasAnsweredTheOwnClockCounts() {
        assertEquals(own, clock.instant());
    }

    @Test
    void afterThatTheOwnClockMayBeSetToWhatever() {
        clock.set(DATABASE, nanos);
        own = own.minus(Duration.ofDays(365));
        nanos += TimeUnit.SECONDS.toNanos(3);

        assertEquals(DATABASE.plusSeconds(3), clock.instant());
    }

    @Test
    void anAnswerSaysTheTimeInTheMiddleOfHowLongItTook() {
        long sent = nanos;
        nanos += TimeUnit.SECONDS.toNanos(2);
        clock.set(DATABASE, sent);

        assertEquals(DATABASE.plusSeconds(1), clock.instant());
    }

    @Test
    void aSlowAnswerDoesNotMoveWhatItCannotTellFromTheTruth() {
        clock.set(DATABASE, nanos);
        long sent = nanos;
        nanos += TimeUnit.SECONDS.toNanos(2);
        // The way there took all of the time.
        clock.set(DATABASE.plusSeconds(2), sent);

        assertEquals(DATABASE.plusSeconds(2), clock.instant());
    }

    @Test
    void aDatabaseWhoseClockIsSetIsFollowed() {
        clock.set(DATABASE, nanos);
        clock.set(DATABASE.minusSeconds(60), nanos);

        assertEquals(DATABASE.minusSeconds(60), clock.instant());
    }
}
