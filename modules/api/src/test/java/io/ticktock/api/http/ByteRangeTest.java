package io.ticktock.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=0-9, 0, 10",
        "bytes=3-5, 3, 3",
        "bytes=9-, 9, 1",
        "bytes=2-999999999999999999, 2, 8",
        "bytes=-1, 9, 1",
        "bytes=-10, 0, 10",
        "bytes=-99, 0, 10"
    })
    void aRangeIsCutAtTheEnd(String header, long offset, long length) {
        assertEquals(Optional.of(new ByteRange(offset, length, false)), ByteRange.of(header, 10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=10-", "bytes=10-12", "bytes=999999999999999999-", "bytes=-0"})
    void thereMayBeNothingOfIt(String header) {
        assertEquals(Optional.empty(), ByteRange.of(header, 10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "bytes=-",
                "bytes=5-3",
                "bytes=1-2,4-5",
                "lines=1-2",
                "bytes=a-b",
                "bytes=1-1000000000000000000"
            })
    void whatIsNotUnderstoodAsksForAllOfIt(String header) {
        assertEquals(Optional.of(ByteRange.whole(10)), ByteRange.of(header, 10));
    }

    @Test
    void nothingHasNoRange() {
        assertEquals(Optional.empty(), ByteRange.of("bytes=0-", 0));
        assertEquals(Optional.empty(), ByteRange.of("bytes=-5", 0));
    }
}
