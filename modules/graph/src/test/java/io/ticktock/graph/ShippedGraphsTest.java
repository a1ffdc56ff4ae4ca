package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.PlainJson;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.FixedChoice;
import io.ticktock.graph.settings.HumanSettings;
import io.ticktock.graph.settings.MapSettings;
import io.ticktock.graph.settings.NextSettings;
import io.ticktock.graph.settings.RulesSettings;
import io.ticktock.graph.settings.TransformSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The graphs that ship say what they should, node by node. */
class ShippedGraphsTest {

    private static AgentGraph shipped(String name) throws IOException {
        Path file = Path.of("../../conf/graphs", name);
        return GraphParser.parse(name, Files.readAllBytes(file), "default");
    }

    private static Variables variables(Object input, Object plan, Object result, long iteration) {
        return new Variables(input, plan, result, List.of(), Map.of(), iteration);
    }

    private static Object run(AgentGraph graph, String task, Variables variables) {
        return ((TransformSettings) graph.node(task).settings()).output().evaluate(variables);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "word-count.yaml",
                "newton.yaml",
                "approval.yaml",
                "agent.yaml",
                "tool-agent.yaml",
                "research.yaml",
                "coding-agent.yaml"
            })
    void namesItsSchemaAndFile(String name) throws IOException {
        assertTrue(Files.readString(Path.of("../../conf/graphs", name))
                .startsWith("# yaml-language-server: $schema=../schema/graph.schema.json\n"));
        assertEquals(name, shipped(name).name() + ".yaml");
    }

    private static String countWords(String text) throws IOException {
        AgentGraph graph = shipped("word-count.yaml");
        Object input = Map.of("text", text);
        MapSettings split = (MapSettings) graph.node("split").settings();
        List<Object> counts = new ArrayList<>();
        for (Object paragraph : (List<?>) split.over().evaluate(variables(input, null, null, 1))) {
            counts.add(run(graph, split.next(), variables(null, paragraph, null, 1)));
        }
        FixedChoice total = ((NextSettings) graph.node("total").settings()).choice();
        Variables gathered = new Variables(input, null, null, counts, Map.of(), 1);
        return PlainJson.write(total.input().orElseThrow().evaluate(gathered));
    }

    @Test
    void wordCountCounts() throws IOException {
        assertEquals(
                "{\"paragraphs\":2,\"words\":6,\"top\":[{\"word\":\"the\",\"count\":2},{\"word\":\"dog\",\"count\":1},"
                        + "{\"word\":\"lazy\",\"count\":1},{\"word\":\"quick\",\"count\":1},{\"word\":\"s\",\"count\":1}]}",
                countWords("The quick\n\n\n1. the lazy Dog's\n"));
        assertEquals("{\"paragraphs\":0,\"words\":0,\"top\":[]}", countWords(" \n\n"));
        assertEquals("{\"paragraphs\":1,\"words\":0,\"top\":[]}", countWords("* * *"));
    }

    @Test
    void wordCountCountsABook() throws IOException {
        Random random = new Random(42);
        Map<String, Integer> expected = new HashMap<>();
        StringBuilder book = new StringBuilder();
        int words = 0;
        for (int paragraph = 0; paragraph < 5_000; paragraph++) {
            for (int i = 0; i < 36; i++) {
                String word = "Word" + Character.toString('a' + (int) Math.abs(random.nextGaussian() * 6) % 26);
                book.append(word).append(i % 12 == 11 ? ",\n" : " ");
                expected.merge(word.toLowerCase(Locale.ROOT), 1, Integer::sum);
                words++;
            }
            book.append("\n\n");
        }
        List<String> top = new TreeMap<>(expected)
                .entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                        .limit(10)
                        .map(entry -> "{\"word\":\"" + entry.getKey() + "\",\"count\":" + entry.getValue() + "}")
                        .toList();
        String[] counted = new String[1];
        assertTimeout(Duration.ofSeconds(20), () -> counted[0] = countWords(book.toString()));
        assertEquals(
                "{\"paragraphs\":5000,\"words\":" + words + ",\"top\":[" + String.join(",", top) + "]}", counted[0]);
    }

    @ParameterizedTest
    @CsvSource({"2, 1.414213562", "9, 3.0", "0, 0", "1e12, 1000000.0", "0.25, 0.5"})
    void newtonFindsTheRoot(String n, double root) throws IOException {
        AgentGraph graph = shipped("newton.yaml");
        RulesSettings plan = (RulesSettings) graph.node("good_enough").settings();
        Object input = PlainJson.parse("{\"n\": " + n + "}");
        Object result = run(graph, "guess", variables(input, null, null, 1));
        long round = 1;
        while (!plan.rules().get(1).when().evaluateCondition(variables(input, null, result, round))) {
            result = run(graph, "improve", variables(input, result, null, round));
            round++;
            assertTrue(round < 100, "no end");
        }
        FixedChoice end = plan.rules().get(1).choice();
        Map<?, ?> output = (Map<?, ?>) end.input().orElseThrow().evaluate(variables(input, null, result, round));
        assertEquals(root, ((Number) output.get("root")).doubleValue(), 1e-9 * Math.max(1, root));
    }

    @Test
    void newtonStartsWithTwo() throws IOException {
        assertEquals(
                Map.of("n", 2L, "x", 2L), run(shipped("newton.yaml"), "guess", variables(Map.of(), null, null, 1)));
    }

    @Test
    void newtonRefusesWhatHasNoRoot() throws IOException {
        RulesSettings plan =
                (RulesSettings) shipped("newton.yaml").node("good_enough").settings();
        assertTrue(plan.rules().get(0).when().evaluateCondition(variables(null, null, Map.of("n", -1L), 1)));
    }

    @Test
    void approvalLoopsUntilApproved() throws IOException {
        AgentGraph graph = shipped("approval.yaml");
        RulesSettings decide = (RulesSettings) graph.node("decide").settings();
        Map<String, Object> draft = Map.of("text", "The office is closed on Friday.");
        assertEquals(draft, run(graph, "draft", variables(Map.of(), null, null, 1)));
        Variables refused =
                new Variables(Map.of(), null, Map.of("approved", false), List.of(), Map.of("draft", draft), 1);
        assertFalse(decide.rules().get(0).when().evaluateCondition(refused));
        assertEquals(
                Map.of("comment", "no reason was given", "text", draft.get("text")),
                decide.otherwise().input().orElseThrow().evaluate(refused));
        Map<String, Object> reworked = Map.of("draft", draft, "rework", Map.of("text", "Open on Friday."));
        Variables approved = new Variables(Map.of(), null, Map.of("approved", true), List.of(), reworked, 2);
        assertTrue(decide.rules().get(0).when().evaluateCondition(approved));
        assertEquals(
                Map.of("approved", true, "rounds", 2L, "text", "Open on Friday."),
                decide.rules().get(0).choice().input().orElseThrow().evaluate(approved));
    }

    @Test
    void approvalAsksForAnAnswer() throws IOException {
        HumanSettings review =
                (HumanSettings) shipped("approval.yaml").node("review").settings();
        assertEquals(
                "Round 2: may this be published?",
                review.prompt().evaluate(variables(null, Map.of("round", 2L, "text", "x"), null, 1)));
        assertEquals(List.of(), review.form().orElseThrow().faultsOf(Map.of("approved", false, "comment", "shorter")));
        assertEquals(
                1, review.form().orElseThrow().faultsOf(Map.of("comment", "x")).size());
    }
}
