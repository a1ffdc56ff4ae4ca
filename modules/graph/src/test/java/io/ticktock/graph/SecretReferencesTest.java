package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.Template;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.graph.settings.HttpSettings;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where graphs may refer to secrets, and how. */
class SecretReferencesTest {

    private static final String AROUND = """
            graph: g
            version: 1.0.0
            start: a
            tasks:
              a:
                %s
            edges:
              - a -> END [FINAL]
            """;

    @Test
    void whatIsSentMayReferToSecrets() {
        HttpSettings http = (HttpSettings) task("""
                type: http
                url: secret:URL
                headers: {Authorization: secret:HEADER, X: "no secret: at all"}
                query: {q: secret:QUERY}
                json: {a: [secret:JSON, "${input}"]}
                """).settings();
        assertEquals(Set.of("URL", "HEADER", "QUERY", "JSON"), http.secrets());
        assertEquals(
                List.of("<JSON>", 7L),
                ((Map<?, ?>) http.json().orElseThrow().evaluate(ofInput(7L), name -> "<" + name + ">")).get("a"));
        assertEquals(Set.of("BODY"), task("""
                type: http
                url: https://example.com/
                body: secret:BODY
                """).settings().secrets());
    }

    @Test
    void settingsOfAnAuthorsTypeMayReferToSecretsAndAreTextWithoutThem() {
        CustomTaskSettings custom = (CustomTaskSettings) task("""
                type: acme.search
                key: secret:API_KEY
                more: {deep: [secret:OTHER]}
                """).settings();
        assertEquals(Set.of("API_KEY", "OTHER"), custom.secrets());
        assertEquals(
                Map.of("key", "secret:API_KEY", "more", Map.of("deep", List.of("secret:OTHER"))),
                custom.settings().evaluate(ofInput(null)));
    }

    @Test
    void noInputCanNameASecret() {
        Template header = ((HttpSettings) task("""
                type: http
                url: https://example.com/
                headers: {X: "${input}"}
                """).settings()).headers().get("X");
        assertEquals(Set.of(), header.secrets());
        assertEquals("secret:API_KEY", header.evaluate(ofInput("secret:API_KEY"), name -> "told"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret:",
                "secret:api_key",
                "secret:1KEY",
                "secret:A-B",
                "secret:A/B",
                "secret:../A",
                "secret:${input}"
            })
    void aMalformedReferenceIsAFaultWithItsLine(String text) {
        GraphFaults faults = assertThrows(
                GraphFaults.class,
                () -> task("type: http\nurl: https://example.com/\nheaders: {X: \"" + text + "\"}\n"));
        assertEquals(1, faults.faults().size());
        String fault = faults.faults().get(0).toString();
        assertTrue(fault.startsWith("g.yaml:8:"), fault);
        assertTrue(fault.contains("is no reference to a secret"), fault);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer secret:API_KEY", "secret:API_KEY and more", "${input} secret:API_KEY"})
    void aReferenceWithinATextIsAFault(String text) {
        assertFault(
                "the reference to a secret stands within a text",
                "type: http\nurl: https://example.com/\nheaders: {X: \"" + text + "\"}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type: transform | output: {a: [secret:API_KEY]} |",
                "type: human | prompt: secret:API_KEY |",
                "type: human | prompt: Well? | details: {x: secret:API_KEY}",
                "type: graph | graph: other | input: secret:API_KEY",
                "type: acme.search | input: {key: secret:API_KEY} |",
                "type: http | url: https://example.com/ | output: secret:API_KEY",
                "type: http | url: https://example.com/ | telemetry: {tokens_used: secret:API_KEY}"
            })
    void whereItWouldBeRecordedASecretIsRefused(String first, String second, String third) {
        assertFault(
                "refers to a secret where its value would be recorded",
                String.join("\n", first, second, third == null ? "" : third));
    }

    private static void assertFault(String message, String task) {
        GraphFaults faults = assertThrows(GraphFaults.class, () -> task(task));
        assertTrue(faults.getMessage().contains(message), faults::getMessage);
    }

    @Test
    void plansAndLabelsHaveNoSecrets() {
        String graph = """
                graph: g
                version: 1.0.0
                start: p
                labels: {team: secret:API_KEY}
                tasks: {a: {type: acme.work}}
                plans:
                  p: {type: next, next: a, input: {key: secret:API_KEY}}
                edges: ["p -> a", "a -> END [FINAL]"]
                """;
        GraphFaults faults = assertThrows(GraphFaults.class, () -> parse(graph));
        assertEquals(2, faults.faults().size(), faults::getMessage);
    }

    private static Task task(String settings) {
        return (Task) parse(AROUND.formatted(settings.strip().replace("\n", "\n    ")))
                .node("a");
    }

    private static AgentGraph parse(String text) {
        return GraphParser.parse("g.yaml", text.getBytes(StandardCharsets.UTF_8), "acme");
    }

    private static Variables ofInput(Object input) {
        return new Variables(input, null, null, List.of(), Map.of(), 1);
    }
}
