package io.ticktock.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.reading.FileFault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every file of {@code faulty} has faults of which each is found, in its line and with the words that help. What is
 * expected stands in the first lines of the file, as {@code # expect LINE: part of message and fix}, or in
 * {@code expectations.tsv} where the file cannot hold comments.
 */
class FaultyGraphTest {

    private static final String MARK = "# expect ";

    private static final Path TABLE = GraphFiles.FAULTY.resolve("expectations.tsv");

    private static final String SOUND = """
            graph: sound
            version: 1.0.0
            start: work
            tasks:
              work: {type: transform, output: 1}
            edges:
              - work -> END [FINAL]
            """;

    /** Words that only those know who read the source of the parser or of what it uses. */
    private static final String INTERNAL =
            "(?s).*(Exception|io\\.ticktock|com\\.fasterxml|snakeyaml|Feature|Source:|\\n).*";

    private record Expectation(int line, String words) {

        boolean isMetBy(FileFault fault) {
            return fault.line() == line && (fault.message() + "; " + fault.fix()).contains(words);
        }
    }

    static Stream<Path> files() {
        return GraphFiles.in(GraphFiles.FAULTY).stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void exactlyTheExpectedFaultsAreFound(Path file) {
        List<Expectation> expectations = expectations(file);
        assertFalse(expectations.isEmpty(), "the file says nothing of what is expected");
        List<FileFault> faults = faultsOf(file.getFileName().toString(), GraphFiles.content(file));
        List<FileFault> unexpected = new ArrayList<>(faults);
        for (Expectation expectation : expectations) {
            FileFault found = unexpected.stream()
                    .filter(expectation::isMetBy)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(expectation + " is not among " + faults));
            unexpected.remove(found);
        }
        assertEquals(List.of(), unexpected);
    }

    @Test
    void theCorpusIsThere() {
        assertTrue(files().count() >= 200);
    }

    @Test
    void aFileOfMoreThanOneMebibyte() {
        String padded = SOUND + "#".repeat((1 << 20) - SOUND.length());
        assertEquals(
                "sound",
                GraphParser.parse("large.yaml", padded.getBytes(UTF_8), "acme").name());
        assertOneFault(padded + "#", 1, "1048576");
    }

    @Test
    void moreThanAThousandNodes() {
        StringBuilder tasks = new StringBuilder();
        StringBuilder edges = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            tasks.append("  t").append(i).append(": {type: transform, output: 1}\n");
            edges.append("  - t").append(i).append(" -> END [FINAL]\n");
        }
        String text = SOUND.replace("edges:\n", tasks + "edges:\n") + edges;
        assertOneFault(text, 5, "at most 1000 are allowed");
    }

    @Test
    void moreThanTenThousandEdges() {
        assertOneFault(SOUND + "  - work -> END [FINAL]\n".repeat(10_000), 7, "more than 10000 edges");
    }

    @Test
    void anExpressionOfMoreThanTenThousandCharacters() {
        String expression = "1 + ".repeat(2_500) + "1";
        String text = SOUND.replace("output: 1", "output: \"${" + expression + "}\"");
        assertOneFault(text, 5, "longer than 10000 characters");
    }

    @Test
    void mappingsAndListsThatNestWithoutEnd() {
        for (String open : List.of("[", "{a: ", "- ", "? ")) {
            String text = SOUND.replace("output: 1}", "output: " + open.repeat(100_000));
            assertFalse(faultsOf("deep.yaml", text.getBytes(UTF_8)).isEmpty());
        }
        for (String open : List.of("[", "{\"a\": ")) {
            assertFalse(
                    faultsOf("deep.json", open.repeat(100_000).getBytes(UTF_8)).isEmpty());
        }
    }

    private static void assertOneFault(String text, int line, String words) {
        List<FileFault> faults = faultsOf("generated.yaml", text.getBytes(UTF_8));
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(new Expectation(line, words).isMetBy(faults.get(0)), faults.toString());
    }

    private static List<FileFault> faultsOf(String name, byte[] content) {
        GraphFaults thrown = assertThrows(GraphFaults.class, () -> GraphParser.parse(name, content, "acme"));
        for (FileFault fault : thrown.faults()) {
            assertEquals(name, fault.file());
            assertTrue(fault.line() >= 1 && fault.column() >= 1, fault::toString);
            assertFalse(fault.message().isBlank() || fault.fix().isBlank(), fault::toString);
            assertFalse(fault.toString().matches(INTERNAL), fault::toString);
        }
        return thrown.faults();
    }

    private static List<Expectation> expectations(Path file) {
        String name = file.getFileName().toString();
        List<Expectation> inTable = text(TABLE)
                .lines()
                .map(row -> row.split("\t", -1))
                .filter(row -> row[0].equals(name))
                .map(row -> new Expectation(Integer.parseInt(row[1]), row[2]))
                .toList();
        List<Expectation> inFile = text(file)
                .lines()
                .takeWhile(line -> line.startsWith(MARK))
                .map(line -> line.substring(MARK.length()).split(":", 2))
                .map(parts -> new Expectation(Integer.parseInt(parts[0]), parts[1].strip()))
                .toList();
        return Stream.concat(inTable.stream(), inFile.stream()).toList();
    }

    /** Some files are not UTF-8, and what is expected is ASCII. */
    private static String text(Path file) {
        return new String(GraphFiles.content(file), ISO_8859_1);
    }
}
