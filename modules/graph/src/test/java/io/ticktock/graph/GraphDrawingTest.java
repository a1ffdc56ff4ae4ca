package io.ticktock.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphDrawingTest {

    private static final GraphDrawing EVERY_EDGE = new GraphDrawing(
            "every-edge",
            "split",
            List.of(plan("split"), task("work"), task("check"), task("ask"), plan("gather"), task("report")),
            List.of(
                    new Edge("split", "work", EdgeType.PARALLEL, EdgeConfiguration.PLAIN),
                    new Edge("split", "check", EdgeType.PARALLEL, EdgeConfiguration.PLAIN),
                    new Edge("split", "ask", EdgeType.PARALLEL, EdgeConfiguration.PLAIN),
                    join("work", "gather", JoinConfiguration.ALL, false),
                    join("check", "gather", new JoinConfiguration(JoinConfiguration.Mode.ANY, 0), true),
                    join("ask", "gather", new JoinConfiguration(JoinConfiguration.Mode.N, 2), false),
                    new Edge("gather", "report", EdgeType.NORMAL, EdgeConfiguration.PLAIN),
                    new Edge("report", "split", EdgeType.NORMAL, new EdgeConfiguration(Optional.empty(), true)),
                    new Edge("gather", AgentGraph.END, EdgeType.FINAL, EdgeConfiguration.PLAIN)));

    /** Words of the languages, the drawing's own names, a sign that is an arrow, and what no parser would let in. */
    private static final GraphDrawing ODD_NAMES = new GraphDrawing(
            "a\"b",
            "end",
            List.of(task("end"), plan("start"), task("finish"), plan("word-count"), task("n3"), plan("x\"];é\\")),
            List.of(new Edge("word-count", "n3", EdgeType.NORMAL, EdgeConfiguration.PLAIN)));

    @Test
    void everyEdgeIsDrawnInMermaid() {
        assertEquals("""
                flowchart TD
                  start(("start")) --> n_split
                  n_split{"split"}
                  n_work["work"]
                  n_check["check"]
                  n_ask["ask"]
                  n_gather{"gather"}
                  n_report["report"]
                  finish((("END")))
                  n_split -->|"PARALLEL"| n_work
                  n_split -->|"PARALLEL"| n_check
                  n_split -->|"PARALLEL"| n_ask
                  n_work -->|"JOIN all"| n_gather
                  n_check -->|"JOIN any, on_failure route"| n_gather
                  n_ask -->|"JOIN 2"| n_gather
                  n_gather --> n_report
                  n_report -->|"on_failure route"| n_split
                  n_gather -->|"FINAL"| finish
                """, EVERY_EDGE.mermaid());
    }

    @Test
    void everyEdgeIsDrawnInDot() {
        assertEquals("""
                digraph "every-edge" {
                  start [label="start", shape=circle];
                  n_split [label="split", shape=diamond];
                  n_work [label="work", shape=box];
                  n_check [label="check", shape=box];
                  n_ask [label="ask", shape=box];
                  n_gather [label="gather", shape=diamond];
                  n_report [label="report", shape=box];
                  finish [label="END", shape=doublecircle];
                  start -> n_split;
                  n_split -> n_work [label="PARALLEL"];
                  n_split -> n_check [label="PARALLEL"];
                  n_split -> n_ask [label="PARALLEL"];
                  n_work -> n_gather [label="JOIN all"];
                  n_check -> n_gather [label="JOIN any, on_failure route"];
                  n_ask -> n_gather [label="JOIN 2"];
                  n_gather -> n_report;
                  n_report -> n_split [label="on_failure route"];
                  n_gather -> finish [label="FINAL"];
                }
                """, EVERY_EDGE.dot());
    }

    @Test
    void noNameBreaksTheDrawing() {
        assertEquals("""
                flowchart TD
                  start(("start")) --> n_end
                  n_end["end"]
                  n_start{"start"}
                  n_finish["finish"]
                  n3{"word-count"}
                  n_n3["n3"]
                  n5{"x#34;#93;#59;#233;#92;"}
                  finish((("END")))
                  n3 --> n_n3
                """, ODD_NAMES.mermaid());
        assertTrue(ODD_NAMES.dot().startsWith("digraph \"a&#34;b\" {\n"), ODD_NAMES.dot());
        assertTrue(
                ODD_NAMES.dot().contains("  n5 [label=\"x&#34;&#93;&#59;&#233;&#92;\", shape=diamond];\n"),
                ODD_NAMES.dot());
    }

    private static Task task(String id) {
        return new Task("acme", id, null);
    }

    private static Plan plan(String id) {
        return new Plan("acme", id, null);
    }

    private static Edge join(String from, String to, JoinConfiguration join, boolean routesFailures) {
        return new Edge(from, to, EdgeType.JOIN, new EdgeConfiguration(Optional.of(join), routesFailures));
    }
}
