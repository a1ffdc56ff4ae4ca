package io.ticktock.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import io.ticktock.proto.v1.PolicyTelemetry;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attempts as {@code iteration input cost result}, and what they count to; {@code -} is what is not there. */
class NodeProgressTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 a 1 x                                     | 1 | 0
            1 a 1 x, 2 a 1 x, 3 a 1 x                   | 3 | 0
            1 a 1 x, 2 b 1 x, 3 a 1 x                   | 1 | 0
            1 a 1 x, 2 - 1 x, 3 - 1 x                   | 1 | 0
            1 a 1 x, 2 b 2 x, 3 c 3 x                   | 1 | 2
            1 a 1 x, 2 b 2 y, 3 c 3 x, 4 d 4 y          | 1 | 2
            1 a 1 x, 2 b 2 x, 3 c 3 y                   | 1 | 0
            1 a 1 x, 2 b 2 x, 3 c 2 x                   | 1 | 0
            1 a 1 x, 2 b 5 y, 3 c 2 z, 4 d 3 y          | 1 | 0
            1 a 1 -, 2 b 2 -, 3 c 3 -                   | 1 | 2
            1 a 1 -, 1 a 1 x, 2 a 1 -, 2 a 3 x          | 2 | 1
            1 a 1 -, 1 - 1 x, 2 a 2 x                   | 2 | 0
            1 a 1 x, 2 a 2 x, 2 a 2 y                   | 2 | 0
            """)
    void countsRunsInARow(String attempts, int sameInput, int risingCost) {
        NodeProgress progress = NodeProgress.NONE;
        for (String attempt : attempts.split(", ")) {
            String[] parts = attempt.split(" ");
            progress = progress.with(
                    Integer.parseInt(parts[0]),
                    PolicyTelemetry.newBuilder()
                            .setInputDigest(digest(parts[1]))
                            .setCostMicros(Long.parseLong(parts[2]))
                            .setResultDigest(digest(parts[3]))
                            .build());
        }
        assertEquals(sameInput, progress.sameInput(), progress.toString());
        assertEquals(risingCost, progress.risingCost(), progress.toString());
    }

    @ParameterizedTest
    @CsvSource({"8, 1", "9, 0"})
    void onlyTheLatestResultsAreRemembered(int others, int risingCost) {
        NodeProgress progress = NodeProgress.NONE;
        for (int i = 0; i <= others; i++) {
            progress = progress.with(i + 1, costs(i, i % others));
        }
        assertEquals(risingCost, progress.risingCost(), progress.toString());
    }

    private static PolicyTelemetry costs(int micros, int result) {
        return PolicyTelemetry.newBuilder()
                .setCostMicros(micros)
                .setResultDigest(ByteString.copyFrom(new byte[] {(byte) result}))
                .build();
    }

    private static ByteString digest(String letter) {
        return letter.equals("-") ? ByteString.EMPTY : ByteString.copyFromUtf8(letter);
    }
}
