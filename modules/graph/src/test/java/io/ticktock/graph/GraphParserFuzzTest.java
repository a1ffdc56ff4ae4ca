package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, there is a graph, or there are faults with a place and a fix. */
class GraphParserFuzzTest {

    private static final int RUNS = 600;

    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        "${",
        "}",
        ":",
        "- ",
        "\n",
        "  ",
        "\t",
        "'",
        "\"",
        "&a ",
        "*a",
        "!!x ",
        "|",
        ">",
        "#",
        "---\n",
        "%",
        "?",
        "END",
        "JOIN",
        "PARALLEL",
        "FINAL",
        "->",
        "null",
        "~",
        "1e999",
        "-",
        "0",
        "\u0000",
        "\u2028",
        "\uFEFF",
        "😀",
        "results.",
        "input",
        "type: http\n",
        "when: ",
        "rules:",
        "next:",
        "retry: {max_attempts: 0}",
        "\\u",
        "\\",
        ","
    };

    private static final String SEED_FILE = """
            graph: fuzz
            version: 1.0.0
            start: split
            deadline: 10s
            labels: {a: b}
            tasks:
              work: {type: transform, output: {n: "${plan.n + 1}", t: 'it''s ${input.x}'}, retry: {max_attempts: 2}}
              call:
                type: http
                url: https://example.com/${plan.id}
                headers: {accept: "*/*"}
                expect: status == 200
              ask: {type: human, prompt: "Well?", form: {type: object}}
            plans:
              split: {type: map, over: "input.items", next: work, input: {n: "${item}"}}
              gather:
                type: rules
                rules:
                  - {when: "size(joined) > 3", next: call}
                otherwise: {next: ask, input: "${joined}"}
              done: {type: next, next: END}
            edges:
              - split -> work [PARALLEL]
              - work -> gather [JOIN any, on_failure route]
              - gather -> call
              - gather -> ask
              - call -> done
              - ask -> done
              - done -> END [FINAL]
            """;

    @Test
    void neverAnythingButFaults() {
        long seed = System.nanoTime();
        System.out.println("GraphParserFuzzTest seed " + seed);
        Random random = new Random(seed);
        String json = GraphParser.parse("fuzz.yaml", SEED_FILE.getBytes(StandardCharsets.UTF_8), "t")
                .canonical();
        int parsed = 0;
        for (int run = 0; run < RUNS; run++) {
            boolean asJson = run % 3 == 0;
            byte[] content = mutate(asJson ? json : SEED_FILE, random);
            parsed += parse(asJson ? "fuzz.json" : "fuzz.yaml", content) ? 1 : 0;
        }
        assertTrue(parsed < RUNS, "no mutation made a fault");
    }

    @Test
    void randomBytesAreFaults() {
        long seed = System.nanoTime();
        System.out.println("GraphParserFuzzTest seed " + seed);
        Random random = new Random(seed);
        for (int run = 0; run < RUNS; run++) {
            byte[] content = new byte[random.nextInt(200)];
            random.nextBytes(content);
            assertFalse(parse(run % 2 == 0 ? "x.json" : "x", content));
        }
    }

    private static boolean parse(String name, byte[] content) {
        try {
            AgentGraph graph = GraphParser.parse(name, content, "t");
            byte[] canonical = graph.canonical().getBytes(StandardCharsets.UTF_8);
            assertEquals(graph, GraphParser.parse("canonical", canonical, "t"));
            return true;
        } catch (GraphFaults e) {
            assertFalse(e.faults().isEmpty());
            for (GraphFault fault : e.faults()) {
                assertTrue(fault.line() >= 1 && fault.column() >= 1, fault::toString);
                assertFalse(fault.message().isBlank() || fault.fix().isBlank(), fault::toString);
                assertFalse(fault.toString().contains("Exception"), fault::toString);
            }
            return false;
        }
    }

    private static byte[] mutate(String text, Random random) {
        StringBuilder mutated = new StringBuilder(text);
        for (int i = 0; i <= random.nextInt(4); i++) {
            int at = random.nextInt(mutated.length());
            switch (random.nextInt(4)) {
                case 0 -> mutated.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1 + random.nextInt(12)));
                case 2 -> mutated.setCharAt(at, (char) (' ' + random.nextInt(95)));
                default -> {
                    int from = random.nextInt(mutated.length());
                    int to = Math.min(mutated.length(), from + random.nextInt(40));
                    mutated.insert(at, mutated.substring(from, to));
                }
            }
        }
        byte[] bytes = mutated.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return bytes;
    }
}
