package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.LifetimeEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogReaderTest {

    private static final Duration STEP = Duration.ofMillis(50);

    private final Instant begun = Instant.parse("2026-01-01T00:00:00Z");
    private final LogReader reader = new LogReader(this::page, this::now);
    private final List<Duration> asked = new ArrayList<>();
    private final List<LifetimeEvent> log = new ArrayList<>();
    private Instant now = begun;
    private Optional<FailureCode> failure = Optional.empty();

    private Instant now() {
        return now;
    }

    private List<LifetimeEvent> page(long afterSeq) {
        asked.add(Duration.between(begun, now));
        failure.ifPresent(code -> {
            throw new Failure(code, "no answer");
        });
        return log.stream().filter(event -> event.getSeq() > afterSeq).toList();
    }

    @Test
    void eachEventIsReadOnceAndSoonAfterAHint() {
        add(1);
        add(2);
        assertEquals(List.of(1L, 2L), read(false));
        add(3);
        assertEquals(List.of(), read(false));
        assertEquals(List.of(3L), read(true));
        add(4);
        now = now.plusSeconds(1);
        assertEquals(List.of(4L), read(false));
    }

    @Test
    void whoDoesNotAnswerIsAskedAgainLessAndLess() {
        failure = Optional.of(FailureCode.UNAVAILABLE);
        readFor(Duration.ofSeconds(20));
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < asked.size(); i++) {
            pauses.add(asked.get(i).minus(asked.get(i - 1)).toMillis());
        }
        assertEquals(List.of(250L, 500L, 1_000L, 2_000L, 4_000L, 5_000L, 5_000L), pauses);
        failure = Optional.empty();
        add(1);
        now = now.plusSeconds(5);
        assertEquals(List.of(1L), read(false));
        add(2);
        assertEquals(List.of(2L), read(true), "and then as before");
    }

    @Test
    void whoHasNotAnsweredForAMinuteIsGivenUp() {
        readFor(Duration.ofSeconds(90));
        failure = Optional.of(FailureCode.UNAVAILABLE);
        Instant silentSince = now;
        assertThrows(Failure.class, () -> readFor(Duration.ofSeconds(90)));
        Duration borne = Duration.between(silentSince, now);
        assertTrue(borne.toSeconds() >= 59 && borne.toSeconds() <= 66, borne::toString);
    }

    @Test
    void whatIsOfNoUseToAskForAgainIsSaidAtOnce() {
        failure = Optional.of(FailureCode.UNAUTHENTICATED);
        assertThrows(Failure.class, () -> reader.next(false));
        assertEquals(1, asked.size());
    }

    private void add(long seq) {
        log.add(LifetimeEvent.newBuilder().setSeq(seq).build());
    }

    private List<Long> read(boolean hinted) {
        return reader.next(hinted).stream().map(LifetimeEvent::getSeq).toList();
    }

    /** Hinted all the time, as by a server that is restless. */
    private void readFor(Duration time) {
        Instant end = now.plus(time);
        while (now.isBefore(end)) {
            reader.next(true);
            now = now.plus(STEP);
        }
    }
}
