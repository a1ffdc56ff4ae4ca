package io.ticktock.graph;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.reading.FileFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, there soon is a graph, or there are faults with a place and a fix. */
class GraphParserFuzzTest {

    private static final int RUNS = 600;
    private static final int RUNS_OF_BYTES = 1_000;

    /** For one file, on a machine that is busy with other things. */
    private static final Duration SOON = Duration.ofSeconds(20);

    /** What YAML, JSON, edges and expressions are made of, and what they trip over. */
    private static final List<String> TOKENS = Arrays.asList(
            ("{ } [ ] ( ) : , - ? | > |+2 >- # ' \" \\ \\u \\x4 & * &a *a !!x % %YAML ~ null true .inf 1e999 0x1F -0 <<"
                            + " --- ... -> END JOIN JOIN_any [PARALLEL] [FINAL] ${ $${ } ${'}'} {{ }} results. input plan iteration"
                            + " has( map(x,x) 'a'.matches(' (((((( type: tasks: http human rules: when: next: form: $ref: for: 5s")
                    .split(" "));

    private static final List<String> BREAKS = List.of(
            " ", "  ", "\n", "\n  ", "\t", "\r", "\u0000", "\u0085", "\u2028", "\uFEFF", "é", "😀", "---\n", "- ",
            "? ");

    private record Sample(String name, String text) {}

    private static final List<Sample> SAMPLES = samples();

    private final long seed = System.nanoTime();

    GraphParserFuzzTest() {
        System.out.println("GraphParserFuzzTest seed " + seed);
    }

    @Test
    void changedTokensMakeGraphsOrFaults() {
        assertNothingElse(RUNS, GraphParserFuzzTest::changeTokens);
    }

    @Test
    void changedBytesMakeGraphsOrFaults() {
        assertNothingElse(
                RUNS_OF_BYTES, (sample, random) -> changeBytes(sample.text().getBytes(UTF_8), random));
    }

    @Test
    void anyBytesAreFaults() {
        Random random = new Random(seed);
        for (int run = 0; run < RUNS_OF_BYTES; run++) {
            byte[] content = new byte[random.nextInt(200)];
            random.nextBytes(content);
            assertFalse(parses(run % 2 == 0 ? "x.json" : "x", content, "seed " + seed + " run " + run));
        }
    }

    private void assertNothingElse(int runs, BiFunction<Sample, Random, byte[]> change) {
        int parsed = 0;
        for (int run = 0; run < runs; run++) {
            Random random = new Random(seed + run);
            Sample sample = pick(SAMPLES, random);
            byte[] content = change.apply(sample, random);
            String about = sample.name() + ", seed " + seed + " run " + run;
            parsed += assertTimeout(SOON, () -> parses(sample.name(), content, about), about) ? 1 : 0;
        }
        assertTrue(parsed > 0 && parsed < runs, parsed + " changed files were graphs, seed " + seed);
    }

    private static boolean parses(String name, byte[] content, String about) {
        try {
            AgentGraph graph = GraphParser.parse(name, content, "t");
            byte[] canonical = graph.canonical().getBytes(UTF_8);
            assertEquals(graph, GraphParser.parse("canonical.json", canonical, "t"), about);
            return true;
        } catch (GraphFaults e) {
            assertFalse(e.faults().isEmpty(), about);
            e.faults().forEach(fault -> assertHelpful(fault, about));
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(about, e);
        }
    }

    private static void assertHelpful(FileFault fault, String about) {
        assertTrue(fault.line() >= 1 && fault.column() >= 1, () -> fault + ", " + about);
        assertFalse(fault.message().isBlank() || fault.fix().isBlank(), () -> fault + ", " + about);
        assertFalse(fault.toString().matches("(?s).*(Exception|\\n).*"), () -> fault + ", " + about);
    }

    private static byte[] changeBytes(byte[] content, Random random) {
        byte[] changed = content.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(4)) {
                case 0 -> changed[at] = (byte) random.nextInt(256);
                case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> changed[at] = changed[random.nextInt(changed.length)];
                default -> changed = Arrays.copyOf(changed, Math.max(1, changed.length - random.nextInt(20)));
            }
        }
        return changed;
    }

    private static byte[] changeTokens(Sample sample, Random random) {
        StringBuilder text = new StringBuilder(sample.text());
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(5)) {
                case 0 -> text.insert(at, pick(TOKENS, random).replace('_', ' '));
                case 1 -> text.insert(at, pick(BREAKS, random));
                case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
                case 3 -> text.insert(at, pick(TOKENS, random).repeat(1 + random.nextInt(200)));
                default -> {
                    String other = pick(SAMPLES, random).text();
                    int from = random.nextInt(other.length());
                    text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(60)));
                }
            }
        }
        return text.toString().getBytes(UTF_8);
    }

    private static <T> T pick(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    /** The valid files, and their canonical forms. */
    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        for (Path file : GraphFiles.in(GraphFiles.VALID)) {
            String name = file.getFileName().toString();
            samples.add(new Sample(name, new String(GraphFiles.content(file), UTF_8)));
            samples.add(new Sample(name + ".json", GraphFiles.parse(file).canonical()));
        }
        return samples;
    }
}
