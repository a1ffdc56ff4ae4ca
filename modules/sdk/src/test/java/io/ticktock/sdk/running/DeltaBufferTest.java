package io.ticktock.sdk.running;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ticktock.sdk.running.DeltaBuffer.Piece;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeltaBufferTest {

    private static final long NOW = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(100);

    private final AtomicLong waitingOfAll = new AtomicLong();
    private final DeltaBuffer buffer = new DeltaBuffer(waitingOfAll, DeltaBuffer.Redaction.NONE);

    /** Of a clock that turns negative meanwhile, as the system's may. */
    private static long at(long millis) {
        return NOW + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void told(long number, String text, long dropped, Optional<Piece> piece) {
        assertEquals(Optional.of(new Piece(number, text, dropped)), piece);
    }

    @ParameterizedTest
    @CsvSource({"0, 50", "1, 49", "30, 20", "50, 0", "51, 0", "120, 0", "900000, 0"})
    void waitsForWhatIsLeftOfTheIntervalSinceTheLastMessage(long saidAfterMillis, long waitMillis) {
        assertEquals(0, buffer.add("a", at(0)));
        told(1, "a", 0, buffer.take(at(0)));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(waitMillis), buffer.add("b", at(saidAfterMillis)));
        assertEquals(DeltaBuffer.NOTHING_DUE, buffer.add("c", at(saidAfterMillis)));
        told(2, "bc", 0, buffer.take(at(saidAfterMillis + waitMillis)));
        assertEquals(Optional.empty(), buffer.take(at(saidAfterMillis + waitMillis + 50)));
        assertEquals(0, waitingOfAll.get());
    }

    @Test
    void nothingIsNoMessage() {
        assertEquals(DeltaBuffer.NOTHING_DUE, buffer.add("", at(0)));
        assertEquals(DeltaBuffer.NOTHING_DUE, buffer.add(null, at(0)));
        assertEquals(Optional.empty(), buffer.end(at(0)));
    }

    @Test
    void whatWaitsAtTheEndIsToldAndNothingAfterIt() {
        buffer.add("a", at(0));
        buffer.take(at(0));
        buffer.add("b", at(1));
        told(2, "b", 0, buffer.end(at(2)));
        assertEquals(DeltaBuffer.NOTHING_DUE, buffer.add("c", at(3)));
        assertEquals(Optional.empty(), buffer.take(at(60)));
        assertEquals(0, waitingOfAll.get());
    }

    @Test
    void theOldestMakesRoomAndIsCounted() {
        buffer.add("old", at(0));
        buffer.add("x".repeat(DeltaBuffer.MOST_CHARS - 1), at(0));
        told(1, "d" + "x".repeat(DeltaBuffer.MOST_CHARS - 1), 2, buffer.take(at(0)));
        buffer.add("y".repeat(3 * DeltaBuffer.MOST_CHARS), at(50));
        told(2, "y".repeat(DeltaBuffer.MOST_CHARS), 2L * DeltaBuffer.MOST_CHARS, buffer.take(at(50)));
        buffer.add("z", at(100));
        told(3, "z", 0, buffer.take(at(100)));
    }

    @Test
    void allTogetherHaveABound() {
        waitingOfAll.set(DeltaBuffer.MOST_WAITING_CHARS - 2);
        buffer.add("abcd", at(0));
        buffer.add("ef", at(0));
        told(1, "ef", 4, buffer.take(at(0)));
        assertEquals(DeltaBuffer.MOST_WAITING_CHARS - 2, waitingOfAll.get());
    }

    @Test
    void aCharacterOfTwoHalvesIsToldAsAWhole() {
        buffer.add("a\uD83D", at(0));
        told(1, "a", 0, buffer.take(at(0)));
        buffer.add("\uDE00", at(50));
        told(2, "\uD83D\uDE00", 0, buffer.take(at(50)));
        buffer.add("\uD83D\uDE00" + "x".repeat(DeltaBuffer.MOST_CHARS - 1), at(100));
        told(3, "x".repeat(DeltaBuffer.MOST_CHARS - 1), 2, buffer.take(at(100)));
    }

    private DeltaBuffer redacting() {
        return new DeltaBuffer(waitingOfAll, new DeltaBuffer.Redaction() {
            @Override
            public String redacted(String text) {
                return text.replace("secret", "***");
            }

            @Override
            public int unfinished(String text) {
                return List.of("secre", "secr", "sec", "se", "s").stream()
                        .filter(text::endsWith)
                        .findFirst()
                        .map(String::length)
                        .orElse(0);
            }
        });
    }

    @Test
    void whereThereIsNoRoomNothingOfItIsToldEither() {
        DeltaBuffer redacted = redacting();
        waitingOfAll.set(DeltaBuffer.MOST_WAITING_CHARS - 3);
        redacted.add("secre", at(0));
        redacted.add("t!", at(0));
        told(1, "***!", 0, redacted.take(at(0)));
        assertEquals(DeltaBuffer.MOST_WAITING_CHARS - 3, waitingOfAll.get());
    }

    @Test
    void whatIsNotToBeToldIsNotToldInPartsEither() {
        DeltaBuffer redacted = redacting();
        redacted.add("my sec", at(0));
        told(1, "my ", 0, redacted.take(at(0)));
        redacted.add("ret is", at(50));
        told(2, "*** i", 0, redacted.take(at(50)));
        redacted.add("n't sec", at(100));
        redacted.add("ret" + "x".repeat(DeltaBuffer.MOST_CHARS - 1), at(100));
        told(3, "*" + "x".repeat(DeltaBuffer.MOST_CHARS - 1), 7, redacted.take(at(100)));
    }
}
