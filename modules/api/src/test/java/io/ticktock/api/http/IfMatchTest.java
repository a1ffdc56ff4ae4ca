package io.ticktock.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ticktock.bus.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

class IfMatchTest {

    @Test
    void whatIsNotThereOrTakesAnyIsNoCondition() {
        assertEquals(List.of(), IfMatch.seqs(List.of()));
        assertEquals(List.of(), IfMatch.seqs(List.of("*")));
        assertEquals(List.of(), IfMatch.seqs(List.of(" * ")));
    }

    @Test
    void everyEtagOfEveryHeaderCounts() {
        assertEquals(List.of(12L, 3L, 4L), IfMatch.seqs(List.of("\"12\" , \"3\"", "\"4\"")));
    }

    @Test
    void whatIsWeakOrNoneOfOursMatchesNothing() {
        assertEquals(
                List.of(-1L, -1L, -1L, -1L, -1L),
                IfMatch.seqs(List.of("W/\"12\", 12, \"abc\", \"-1\", \"9999999999999999999\"")));
        assertEquals(List.of(-1L), IfMatch.seqs(List.of("")));
        assertEquals(List.of(-1L, -1L), IfMatch.seqs(List.of(",")));
    }

    @Test
    void thereAreAtMostSixteen() {
        assertThrows(Failure.class, () -> IfMatch.seqs(List.of("\"1\",".repeat(16) + "\"1\"")));
    }
}
