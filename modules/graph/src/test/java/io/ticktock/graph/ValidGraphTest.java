package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every file of {@code valid} is a graph. */
class ValidGraphTest {

    static Stream<Path> files() {
        return GraphFiles.in(GraphFiles.VALID).stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void isAGraphAndSoIsItsCanonicalForm(Path file) {
        AgentGraph graph = GraphFiles.parse(file);
        byte[] canonical = graph.canonical().getBytes(StandardCharsets.UTF_8);
        assertEquals(graph, GraphParser.parse("canonical.json", canonical, "acme"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isDrawnWithEveryNodeAndEdge(Path file) {
        AgentGraph graph = GraphFiles.parse(file);
        long edges = graph.outgoing().values().stream().mapToLong(List::size).sum();
        long nodes = graph.nodes().size();
        // The line that says what it is, start with its edge, and END.
        assertEquals(3 + nodes + edges, GraphDrawing.mermaid(graph).lines().count());
        // The same, the edge of start for itself, and the closing bracket.
        assertEquals(5 + nodes + edges, GraphDrawing.dot(graph).lines().count());
    }

    @Test
    void theSameGraphIsTheSameInYamlAndJson() {
        AgentGraph yaml = GraphFiles.parse(GraphFiles.VALID.resolve("same.yaml"));
        AgentGraph json = GraphFiles.parse(GraphFiles.VALID.resolve("same.json"));
        assertEquals(yaml, json);
    }

    @Test
    void blocksOfTextAreReadAsYamlSays() {
        AgentGraph graph = GraphFiles.parse(GraphFiles.VALID.resolve("blocks-of-text.yaml"));
        assertEquals("A description of several lines.\n", graph.metadata().description());
        for (String text : List.of(
                "\"literal\":\"Dear ${input.name},\\n\\nthis costs $${price} or ${input.price}.\\n\"",
                "\"folded\":\"one line of two\"",
                "\"quoted\":\"one line of two with ${input.name} and é\"",
                "\"single\":\"it's ${input.name}\"",
                "\"expression\":\"${\\n  input.items\\n    .filter(item, item.price > 1)\\n")) {
            assertTrue(graph.canonical().contains(text), graph.canonical());
        }
    }

    @Test
    void theLargestNumbersStayAsTheyAre() {
        AgentGraph graph = GraphFiles.parse(GraphFiles.VALID.resolve("largest-numbers.yaml"));
        assertTrue(
                graph.canonical().contains("[9223372036854775807,-9223372036854775808,1.0E300,0.1,-0.0]"),
                graph.canonical());
    }

    @Test
    void theCorpusIsThere() {
        assertTrue(files().count() >= 20);
    }
}
