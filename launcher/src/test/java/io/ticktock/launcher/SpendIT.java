package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was spent is told, also what was rejected. Each call of the service uses 600 tokens and 0.25 dollars. */
class SpendIT {

    private static final String LOOPBACK = "executor.http.allowed_addresses=127.0.0.0/8";

    @TempDir
    private static Path folder;

    @Test
    void whatWasRecordedIsSpentAlsoWhenItWasRejected() throws IOException, InterruptedException {
        Path graph = Files.writeString(folder.resolve("work.yaml"), GRAPH);
        Path policies = Files.writeString(folder.resolve("policies.yaml"), REJECTING);
        int calls;
        try (MeteredService service = new MeteredService()) {
            run(graph, service);
            run(graph, service, "--set", "guardrail.policies=" + policies);
            calls = service.calls();
        }

        assertEquals(3, calls, "two of the first run, one of the second, whose record was rejected");
        JsonNode byNode = spend("--by", "node");
        JsonNode work = byNode.get("rows").get(0);
        assertEquals("metered", work.get("graph").asText(), byNode::toString);
        assertEquals("work", work.get("node").asText(), byNode::toString);
        assertEquals(calls, work.get("executions").asInt(), byNode::toString);
        assertEquals(600 * calls, work.get("tokens_used").asInt(), byNode::toString);
        assertEquals(250_000 * calls, work.get("cost_micros").asInt(), byNode::toString);
        assertEquals(work.get("cost_micros"), byNode.get("total").get("cost_micros"), byNode::toString);
        assertEquals(
                "default",
                spend("--by", "tenant").get("rows").get(0).get("tenant").asText());
        assertEquals(0, spend("--until", "2020-01-01").get("rows").size());
        assertEquals(0, spend("--graph", "other").get("total").get("executions").asInt());

        JarProcess.Result text = JarProcess.run(folder, "", "spend", "--by", "version", "--since", "1h");
        assertEquals(0, text.exitCode(), text::toString);
        assertTrue(
                text.out().lines().anyMatch(line -> line.matches("metered +1\\.0\\.0 +\\d+ +1800 +0\\.750000")),
                text::toString);
        Replays.requireAllAgree(folder);
    }

    private static void run(Path graph, MeteredService service, String... more)
            throws IOException, InterruptedException {
        String[] arguments = {
            "run", graph.toString(), "--input", "url=" + service.url(), "--set", LOOPBACK, "-o", "json"
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        JarProcess.Result ran = JarProcess.run(folder, "", all);
        assertEquals(0, ran.exitCode(), ran::toString);
    }

    private static JsonNode spend(String... flags) throws IOException, InterruptedException {
        String[] arguments = new String[flags.length + 3];
        arguments[0] = "spend";
        arguments[1] = "-o";
        arguments[2] = "json";
        System.arraycopy(flags, 0, arguments, 3, flags.length);
        JarProcess.Result told = JarProcess.run(folder, "", arguments);
        assertEquals(0, told.exitCode(), told::toString);
        return RunIT.json(told);
    }

    private static final String REJECTING = """
            policies:
              - {name: reject, scope: execution, when: execution.tokens_used > 500, action: REJECT_EXECUTION}
            """;

    private static final String GRAPH = """
            graph: metered
            version: 1.0.0
            start: work
            tasks:
              work:
                type: http
                url: "${input.url}"
                telemetry: {tokens_used: "${body.tokens}", cost_usd: "${body.cost}"}
            plans:
              again:
                type: rules
                rules:
                  - {when: "has(result.error) || iteration >= 2", next: END}
                otherwise: {next: work}
            edges:
              - work -> again [on_failure route]
              - again -> work
              - again -> END [FINAL]
            """;
}
