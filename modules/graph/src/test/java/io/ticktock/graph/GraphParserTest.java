package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.graph.expression.VariableUse;
import io.ticktock.graph.expression.Variables;
import io.ticktock.graph.settings.ChildGraphSettings;
import io.ticktock.graph.settings.CustomTaskSettings;
import io.ticktock.graph.settings.HttpSettings;
import io.ticktock.graph.settings.HumanSettings;
import io.ticktock.graph.settings.MapSettings;
import io.ticktock.graph.settings.RulesSettings;
import io.ticktock.graph.settings.TransformSettings;
import io.ticktock.graph.settings.WaitSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GraphParserTest {

    private static final String NEWTON = """
            graph: newton
            version: 1.0.0
            start: guess
            tasks:
              guess:   {type: transform, output: {x: "${input.n}"}}
              improve: {type: transform, output: {x: "${(plan.x + input.n / plan.x) / 2.0}"}}
            plans:
              good_enough:
                type: rules
                rules:
                  - {when: "abs(result.x * result.x - input.n) < 1e-9", next: END}
                otherwise: {next: improve, input: {x: "${result.x}"}}
            edges:
              - guess -> good_enough
              - improve -> good_enough
              - good_enough -> improve
              - good_enough -> END [FINAL]
            """;

    private static final String EVERYTHING = """
            # Every setting that there is.
            graph: every-thing
            version: 2.1.0-beta.1
            description: All of it
            labels: {team: blue, cost/center: 7}
            start: fan
            deadline: 2h
            max_iterations: 50
            max_executions: 20000
            tasks:
              call:
                type: http
                url: "https://example.com/${plan.path}"
                method: POST
                headers: {Authorization: "Bearer ${input.key}", X-Number: 5}
                query: {z: "${input.q}", a: b}
                json: {messages: ["${plan}", 1, 2.5, null, true]}
                expect: status == 200 || headers['x-ok'] == 'yes'
                retry_on: body.error.retry
                telemetry: {tokens_used: "${body.usage.total}", cost_usd: "${body.usage.total * 0.001}", pages: 1}
                output: {text: "${body.text}", sum: "${results.call.text}"}
                retry: {max_attempts: 5, initial_interval: 200ms, multiplier: 1.5, max_interval: 10s, non_retryable: [b, a]}
                timeout: 90s
                heartbeat_timeout: 1500ms
                max_iterations: 7
              pause: {type: wait, for: "${input.seconds}s"}
              until: {type: wait, until: "2030-01-31T08:00:00+01:00"}
              ask:
                type: human
                prompt: Is ${plan.text} right?
                details: ${plan}
                form: {type: object, properties: {ok: {type: boolean}}}
              child: {type: graph, graph: newton, version: 1.0.0, input: {n: "${plan.n}"}}
              own: {type: acme.score, input: "${plan.text}", model: "m-${input.size}", depth: {max: 3}}
              last: {type: transform, output: "${plan}"}
            plans:
              fan: {type: map, over: "input.items", next: call, input: {path: "${item}", place: "${index}"}}
              gather:
                type: rules
                rules:
                  - {when: "size(joined) > 3", next: [pause, until]}
                  - {when: "result == null", next: []}
                otherwise: {next: own}
                retry: {max_attempts: 2}
                timeout: 1m
              decide: {type: acme.decide, input: "${results.own}", limit: 3}
              collect: {type: next, next: ask, input: {n: "${size(joined)}"}}
              finish: {type: next, next: [child, last], input: "${result}"}
              end: {type: next, next: END}
            edges:
              - fan -> call [PARALLEL]
              - call -> gather [JOIN 2, on_failure route]
              - gather -> pause [PARALLEL]
              - gather -> until [PARALLEL]
              - gather -> own
              - own -> decide [on_failure route]
              - decide -> own
              - decide -> ask
              - pause -> collect [JOIN any]
              - until -> collect [JOIN any]
              - collect -> ask
              - ask -> finish
              - finish -> child [PARALLEL]
              - finish -> last [PARALLEL]
              - child -> end [JOIN]
              - last -> end [JOIN all]
              - end -> END [FINAL]
            """;

    private static AgentGraph parse(String text) {
        return GraphParser.parse("test.yaml", text.getBytes(StandardCharsets.UTF_8), "acme");
    }

    private static AgentGraph reparse(AgentGraph graph) {
        return GraphParser.parse(graph.name(), graph.canonical().getBytes(StandardCharsets.UTF_8), graph.tenantId());
    }

    private static String fault(String text) {
        return assertThrows(GraphFaults.class, () -> parse(text)).getMessage();
    }

    @Test
    void readsTheGraphAsItIsDrawn() {
        AgentGraph graph = parse(NEWTON);
        assertEquals("acme", graph.tenantId());
        assertEquals("newton", graph.name());
        assertEquals("1.0.0", graph.version());
        assertEquals("guess", graph.start());
        assertEquals(Set.of("guess", "improve", "good_enough"), graph.nodes().keySet());
        assertEquals("transform", graph.node("guess").type());
        assertEquals("acme", graph.node("good_enough").tenantId());
        assertEquals(1_000, graph.node("guess").maxIterations());
        assertEquals(RetryPolicy.NONE, graph.node("guess").retry());
        assertEquals(
                List.of(
                        new Edge("good_enough", "improve", EdgeType.NORMAL, EdgeConfiguration.PLAIN),
                        new Edge("good_enough", "END", EdgeType.FINAL, EdgeConfiguration.PLAIN)),
                graph.outgoingOf("good_enough"));
        assertEquals(new VariableUse(true, true, false, false, Set.of(), false, 3), graph.usesOf("improve"));
        assertEquals(new VariableUse(true, false, true, false, Set.of(), false, 4), graph.usesOf("good_enough"));
    }

    @Test
    void theSettingsCompute() {
        AgentGraph graph = parse(NEWTON);
        Variables variables =
                new Variables(Map.of("n", 2L), Map.of("x", 1.5), Map.of("x", 1.5), List.of(), Map.of(), 1);
        TransformSettings improve = (TransformSettings) graph.node("improve").settings();
        assertEquals(Map.of("x", 1.4166666666666665), improve.output().evaluate(variables));
        RulesSettings rules = (RulesSettings) graph.node("good_enough").settings();
        assertFalse(rules.rules().get(0).when().evaluateCondition(variables));
        assertEquals(List.of("END"), rules.rules().get(0).choice().next());
        assertEquals(Map.of("x", 1.5), rules.otherwise().input().orElseThrow().evaluate(variables));
    }

    @Test
    void readsEverySetting() {
        AgentGraph graph = parse(EVERYTHING);
        assertEquals(
                new GraphMetadata(
                        "All of it",
                        Map.of("team", "blue", "cost/center", "7"),
                        Optional.of(Duration.ofHours(2)),
                        50,
                        20_000),
                graph.metadata());
        Task call = (Task) graph.node("call");
        assertEquals(
                new RetryPolicy(5, Duration.ofMillis(200), 1.5, Duration.ofSeconds(10), Set.of("a", "b")),
                call.retry());
        assertEquals(Optional.of(Duration.ofSeconds(90)), call.timeout());
        assertEquals(Optional.of(Duration.ofMillis(1500)), call.configuration().heartbeatTimeout());
        assertEquals(7, call.maxIterations());
        assertEquals(new VariableUse(true, true, false, false, Set.of("call"), false, 5), graph.usesOf("call"));
        assertEquals(new VariableUse(false, false, false, false, Set.of("own"), false, 0), graph.usesOf("decide"));
        assertEquals(
                new Edge(
                        "call",
                        "gather",
                        EdgeType.JOIN,
                        new EdgeConfiguration(Optional.of(new JoinConfiguration(JoinConfiguration.Mode.N, 2)), true)),
                graph.edge("call", "gather"));
        assertEquals(
                Optional.of(JoinConfiguration.ALL),
                graph.edge("last", "end").configuration().join());
        assertTrue(graph.edge("own", "decide").configuration().routesFailures());
    }

    @Test
    void everyTypeHasItsSettings() {
        AgentGraph graph = parse(EVERYTHING);
        Variables variables = new Variables(
                Map.of("key", "k", "q", "x y", "seconds", 20L, "size", 2L),
                Map.of("path", "p", "text", "t", "n", 3L),
                null,
                List.of(),
                Map.of(),
                1);
        HttpSettings http = (HttpSettings) graph.node("call").settings();
        Map<String, Object> response =
                Map.of("status", 500L, "headers", Map.of("x-ok", "yes"), "body", Map.of("usage", Map.of("total", 4L)));
        assertEquals("POST", http.method());
        assertEquals("https://example.com/p", http.url().evaluate(variables));
        assertEquals(List.of("z", "a"), List.copyOf(http.query().keySet()));
        assertTrue(http.expect().evaluateCondition(variables, response));
        assertEquals(0.004, http.telemetry().get("cost_usd").evaluate(variables, response));
        assertEquals(1L, http.telemetry().get("pages").evaluate(variables, response));
        Instant now = Instant.parse("2025-01-01T00:00:00Z");
        assertEquals(now.plusSeconds(20), ((WaitSettings) graph.node("pause").settings()).endsAt(variables, now));
        assertEquals(
                Instant.parse("2030-01-31T07:00:00Z"),
                ((WaitSettings) graph.node("until").settings()).endsAt(variables, now));
        HumanSettings human = (HumanSettings) graph.node("ask").settings();
        assertEquals("Is t right?", human.prompt().evaluate(variables));
        assertEquals(1, human.form().orElseThrow().faultsOf(Map.of("ok", "x")).size());
        ChildGraphSettings child = (ChildGraphSettings) graph.node("child").settings();
        assertEquals(Optional.of("1.0.0"), child.version());
        CustomTaskSettings own = (CustomTaskSettings) graph.node("own").settings();
        assertEquals(
                Map.of("model", "m-2", "depth", Map.of("max", 3L)),
                own.settings().evaluate(variables));
        MapSettings map = (MapSettings) graph.node("fan").settings();
        assertEquals(
                Map.of("path", "a", "place", 4L),
                map.input().orElseThrow().evaluate(variables, Map.of("item", "a", "index", 4L)));
    }

    @Test
    void theCanonicalFormIsTheGraph() {
        for (String text : List.of(NEWTON, EVERYTHING)) {
            AgentGraph graph = parse(text);
            AgentGraph again = reparse(graph);
            assertEquals(graph.canonical(), again.canonical());
            assertEquals(graph, again);
            assertEquals(64, graph.digest().length());
        }
    }

    @Test
    void theCanonicalFormStaysAsItIs() {
        assertEquals(
                "{\"edges\":[\"guess -> good_enough\",\"improve -> good_enough\",\"good_enough -> improve\","
                        + "\"good_enough -> END [FINAL]\"],\"graph\":\"newton\","
                        + "\"plans\":{\"good_enough\":{\"otherwise\":{\"input\":{\"x\":\"${result.x}\"},\"next\":\"improve\"},"
                        + "\"rules\":[{\"next\":\"END\",\"when\":\"abs(result.x * result.x - input.n) < 1e-9\"}],"
                        + "\"type\":\"rules\"}},\"start\":\"guess\","
                        + "\"tasks\":{\"guess\":{\"output\":{\"x\":\"${input.n}\"},\"type\":\"transform\"},"
                        + "\"improve\":{\"output\":{\"x\":\"${(plan.x + input.n / plan.x) / 2.0}\"},\"type\":\"transform\"}},"
                        + "\"version\":\"1.0.0\"}",
                parse(NEWTON).canonical());
    }

    @Test
    void formAndDefaultsDoNotChangeTheDigest() {
        String other = NEWTON.replace(
                        "start: guess", "\n# where it starts\nmax_iterations: 1000\nstart:   'guess'\nlabels: {}")
                .replace(
                        "{type: transform, output: {x: \"${input.n}\"}}",
                        "\n    output:\n      x: ${input.n}\n    type: transform")
                .replace("next: END}", "next: [END]}")
                .replace("guess -> good_enough", "\"guess  ->  good_enough\"");
        assertNotEquals(NEWTON, other);
        assertEquals(parse(NEWTON).digest(), parse(other).digest());
        String timed = NEWTON.replace("start: guess", "start: guess\ndeadline: 120s");
        assertEquals(parse(timed).digest(), parse(timed.replace("120s", "2m")).digest());
    }

    @Test
    void anyChangeOfMeaningChangesTheDigest() {
        String digest = parse(NEWTON).digest();
        for (String other : List.of(
                NEWTON.replace("1.0.0", "1.0.1"),
                NEWTON.replace("1e-9", "1e-8"),
                NEWTON.replace("start: guess", "start: guess\ndeadline: 1m"),
                NEWTON.replace("  - guess -> good_enough\n", "")
                        .replace("- improve -> good_enough", "- improve -> good_enough\n  - guess -> good_enough"),
                NEWTON.replace(
                        "{type: transform, output: {x: \"${input.n}\"}}",
                        "{type: transform, output: {x: \"${input.n}\"}, timeout: 1s}"))) {
            assertNotEquals(digest, parse(other).digest());
        }
    }

    @Test
    void faultsAreShownWhereTheyStandInTheFile() {
        assertEquals(
                "test.yaml:5:51: there is no variable 'inpt'; did you mean input?",
                fault(NEWTON.replace("${input.n}\"}}", "${1.0 + inpt.n}\"}}")));
        String folded = NEWTON.replace(
                "- {when: \"abs(result.x * result.x - input.n) < 1e-9\", next: END}",
                "- when: >-\n          result.x > 1 &&\n          reslt.y > 2\n        next: END");
        assertEquals("test.yaml:13:11: there is no variable 'reslt'; did you mean result?", fault(folded));
        String literal = NEWTON.replace(
                "- {when: \"abs(result.x * result.x - input.n) < 1e-9\", next: END}",
                "- when: |\n          result.x > 1 &&\n            reslt.y > 2\n        next: END");
        assertEquals("test.yaml:13:13: there is no variable 'reslt'; did you mean result?", fault(literal));
        String escaped = NEWTON.replace("\"${input.n}\"}}", "\"\\u00e9\\t\\\"${inpt}\"}}");
        assertEquals("test.yaml:5:55: there is no variable 'inpt'; did you mean input?", fault(escaped));
        String single = NEWTON.replace("\"${input.n}\"}}", "'it''s ${inpt}'}}");
        assertEquals("test.yaml:5:51: there is no variable 'inpt'; did you mean input?", fault(single));
    }

    @Test
    void faultsInJsonHaveTheirPlacesToo() {
        String json = parse(NEWTON).canonical().replace("${input.n}", "\\ud83d\\ude00${inpt.n}");
        GraphFaults thrown = assertThrows(
                GraphFaults.class, () -> GraphParser.parse("test.json", json.getBytes(StandardCharsets.UTF_8), "acme"));
        int column = json.indexOf("inpt.n") + 1;
        assertEquals(
                "test.json:1:" + column + ": there is no variable 'inpt'; did you mean input?", thrown.getMessage());
    }

    @Test
    void allFaultsComeAtOnceInTheOrderOfTheFile() {
        String text = NEWTON.replace("1.0.0", "one").replace("start: guess", "start: gues\ncolour: red");
        assertEquals(
                List.of(
                        "test.yaml:2:10: 'one' is not a semantic version; write three numbers, as in 1.0.0",
                        "test.yaml:3:8: there is no node 'gues' to start at; did you mean guess?",
                        "test.yaml:4:1: the graph has no setting 'colour'; remove it, or use one of graph, version,"
                                + " description, labels, deadline, max_iterations, max_executions, start, tasks,"
                                + " plans, edges"),
                fault(text).lines().toList());
    }

    @Test
    void aGraphMayBeLarge() {
        StringBuilder text = new StringBuilder("graph: chain\nversion: 1.0.0\nstart: p0\ntasks:\n");
        int pairs = GraphParser.MAX_NODES / 2;
        for (int i = 0; i < pairs; i++) {
            text.append("  t").append(i).append(": {type: transform, output: \"${plan}\"}\n");
        }
        text.append("plans:\n");
        for (int i = 0; i < pairs; i++) {
            text.append("  p")
                    .append(i)
                    .append(": {type: next, next: t")
                    .append(i)
                    .append("}\n");
        }
        text.append("edges:\n");
        for (int i = 0; i < pairs; i++) {
            text.append("  - p").append(i).append(" -> t").append(i).append('\n');
            String next = i + 1 < pairs ? "p" + (i + 1) : "END [FINAL]";
            text.append("  - t").append(i).append(" -> ").append(next).append('\n');
        }
        AgentGraph graph = parse(text.toString());
        assertEquals(GraphParser.MAX_NODES, graph.nodes().size());
        assertEquals(graph, reparse(graph));
        String more = text.toString().replace("tasks:\n", "tasks:\n  extra: {type: transform, output: 1}\n");
        assertTrue(fault(more).contains("the graph has 1001 nodes"), () -> fault(more));
    }

    @Test
    void aFileMayNotBeTooLarge() {
        assertTrue(fault(NEWTON + "# ".repeat(1 << 19)).contains("at most 1048576 are allowed"));
    }
}
