package io.ticktock.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttemptTimesTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final AttemptTimes times = new AttemptTimes(java.time.InstantSource.system(), System::nanoTime);

    @Test
    void whatHasNotBegunIsNotOverdue() {
        times.age(Long.MAX_VALUE / 4);
        assertOverdue(false);
    }

    @Test
    void theTimeOfTheGraphTakesTheUsualOnesPlace() {
        times.begin(MINUTE);
        times.age(MINUTE.multipliedBy(2).toNanos());
        assertOverdue(true);
        times.limit(Optional.of(MINUTE.multipliedBy(3)));
        assertOverdue(false);
        times.age(MINUTE.toNanos());
        assertEquals(
                "no result after 180.0 s",
                times.overdue(System.nanoTime()).orElseThrow().getMessage());
    }

    @Test
    void theTimeOfWhatWaitsForAWorkerOutsideBeginsWhenOneHasIt() {
        times.begin(MINUTE);
        times.limit(Optional.of(MINUTE));
        times.awaitWorker();
        times.age(MINUTE.multipliedBy(2).toNanos());
        assertOverdue(false);
        times.givenOut();
        assertTrue(times.elapsedNanos() < MINUTE.toNanos());
        assertOverdue(false);
        times.age(MINUTE.multipliedBy(2).toNanos());
        assertOverdue(true);
    }

    @Test
    void aWorkerOutsideHasAnyTimeWhereTheGraphGivesNone() {
        times.begin(MINUTE);
        times.awaitWorker();
        times.givenOut();
        times.age(MINUTE.multipliedBy(2).toNanos());
        assertOverdue(false);
    }

    @Test
    void silenceIsOverdueExceptWhileWaitingForAThread() {
        times.begin(Duration.ofHours(1));
        times.expectHeartbeats(Optional.of(MINUTE));
        times.awaitThread();
        times.age(MINUTE.multipliedBy(2).toNanos());
        assertOverdue(false);
        times.threadStarted();
        assertOverdue(false);
        times.age(MINUTE.multipliedBy(2).toNanos());
        assertEquals(
                "no heartbeat for 60.0 s",
                times.overdue(System.nanoTime()).orElseThrow().getMessage());
        times.heartbeat();
        assertOverdue(false);
    }

    private void assertOverdue(boolean expected) {
        assertEquals(expected, times.overdue(System.nanoTime()).isPresent());
    }
}
