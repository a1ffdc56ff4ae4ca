package io.ticktock.guardrail.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.reading.FileFault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file of {@code faulty} has faults of which each is found, in its line and with the words that help. What is
 * expected stands in its first lines, as {@code # expect LINE: part of message and fix}.
 */
class FaultyPolicyTest {

    private static final String MARK = "# expect ";

    private static final String SOUND = """
            policies:
              - name: limit
                scope: lifetime
                when: sum.tokens_used > 100
                action: PAUSE_LIFETIME
            """;

    private record Expectation(int line, String words) {

        boolean isMetBy(FileFault fault) {
            return fault.line() == line && (fault.message() + "; " + fault.fix()).contains(words);
        }
    }

    static Stream<Path> files() {
        return PolicyTexts.in(PolicyTexts.FAULTY).stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void exactlyTheExpectedFaultsAreFound(Path file) {
        String text = PolicyTexts.text(file);
        List<FileFault> unexpected = new ArrayList<>(faultsOf(text));
        List<Expectation> expectations = text.lines()
                .takeWhile(line -> line.startsWith(MARK))
                .map(line -> line.substring(MARK.length()).split(": ", 2))
                .map(parts -> new Expectation(Integer.parseInt(parts[0]), parts[1]))
                .toList();
        assertFalse(expectations.isEmpty(), "the file says nothing of what is expected");
        for (Expectation expectation : expectations) {
            FileFault found = unexpected.stream()
                    .filter(expectation::isMetBy)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(expectation + " is not among " + unexpected));
            unexpected.remove(found);
        }
        assertEquals(List.of(), unexpected);
    }

    @Test
    void theCorpusIsThere() {
        assertTrue(files().count() >= 45);
    }

    @Test
    void anExpressionOfAHundredThousandCharacters() {
        String longOne = "sum.tokens_used > 1" + " || sum.tokens_used > 1".repeat(5_000);
        assertOneFault(SOUND.replace("sum.tokens_used > 100", longOne), 4, "longer than 10000 characters");
    }

    @Test
    void aFileOfMoreThanOneMebibyte() {
        assertOneFault(SOUND + "#".repeat(1 << 20), 1, "1048576");
    }

    @Test
    void moreThanAThousandPolicies() {
        String more = SOUND.lines().skip(1).map(line -> line + "\n").reduce("", String::concat);
        StringBuilder text = new StringBuilder(SOUND);
        for (int i = 0; i < 1_000; i++) {
            text.append(more.replace("limit", "limit-" + i).replace("100", "1" + i));
        }
        assertOneFault(text.toString(), 2, "more than 1000 policies");
    }

    @Test
    void mapsAndListsThatNestWithoutEnd() {
        for (String open : List.of("[", "{a: ", "- ", "? ")) {
            assertFalse(faultsOf("policies: " + open.repeat(100_000)).isEmpty());
        }
    }

    @Test
    void bytesThatAreNoText() {
        for (byte[] hostile : List.of(new byte[] {(byte) 0xff, (byte) 0xfe, 'a'}, new byte[] {'a', 0, 'b'})) {
            byte[] sound = SOUND.getBytes(StandardCharsets.UTF_8);
            byte[] content = Arrays.copyOf(sound, sound.length + hostile.length);
            System.arraycopy(hostile, 0, content, sound.length, hostile.length);
            PolicyFaults thrown = assertThrows(PolicyFaults.class, () -> PolicySet.parse(Map.of("a.yaml", content)));
            assertTrue(thrown.faults().get(0).line() >= 1, thrown::getMessage);
        }
    }

    @Test
    void aFileOfTenMebibytes() {
        assertOneFault(SOUND + "#".repeat(10 << 20), 1, "1048576");
    }

    @Test
    void aListOfManyNumbersInACondition() {
        String list = "1 in [" + "1,".repeat(4_000) + "1]";
        assertFalse(PolicyTexts.parse(SOUND.replace("sum.tokens_used > 100", "'" + list + "'"))
                .isEmpty());
        assertOneFault(
                SOUND.replace("sum.tokens_used > 100", "'" + list.replace("1,", "1,1,") + "'"), 4, "longer than");
    }

    @Test
    void theSameNameInTwoFiles() {
        byte[] content = SOUND.getBytes(StandardCharsets.UTF_8);
        PolicyFaults thrown =
                assertThrows(PolicyFaults.class, () -> PolicySet.parse(Map.of("a.yaml", content, "b.yaml", content)));
        assertEquals(1, thrown.faults().size());
        assertTrue(thrown.getMessage().contains("there is a policy limit already, in "), thrown::getMessage);
    }

    private static void assertOneFault(String text, int line, String words) {
        List<FileFault> faults = faultsOf(text);
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(new Expectation(line, words).isMetBy(faults.get(0)), faults.toString());
    }

    private static List<FileFault> faultsOf(String text) {
        List<FileFault> faults =
                assertThrows(PolicyFaults.class, () -> PolicyTexts.parse(text)).faults();
        for (FileFault fault : faults) {
            assertTrue(fault.line() >= 1 && fault.column() >= 1, fault::toString);
            assertFalse(fault.toString().matches("(?s).*(Exception|io\\.ticktock|snakeyaml|\\n).*"), fault::toString);
        }
        return faults;
    }
}
