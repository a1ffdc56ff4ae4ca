package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lifetimes are forked and compared by the packed program, on its own database. */
class ForkIT {

    @TempDir
    private static Path folder;

    @Test
    void aLifetimeIsForkedAndCompared() throws IOException, InterruptedException {
        JsonNode parent = json("run", graph("1.0.0", "3"), "--input", "n=2", "-o", "json");
        String id = parent.get("lifetime_id").asText();
        String firstTask = execution(id, "double", 1).get("exec_id").asText();

        JsonNode fork = json("fork", id, "--at", firstTask, "-o", "json");
        assertEquals("completed", fork.get("status").asText(), fork::toString);
        assertEquals(parent.get("output"), fork.get("output"));
        assertEquals(id, fork.get("forked_from_lifetime_id").asText());
        assertEquals(
                parent.get("totals").get("executions").asInt() - 1,
                fork.get("totals").get("executions").asInt(),
                "what it shares is not counted again");
        String forkId = fork.get("lifetime_id").asText();

        JsonNode same = json("diff", id, forkId, "-o", "json");
        assertTrue(same.get("path").get("same").asBoolean(), same::toString);
        assertEquals(1, same.get("path").get("shared").asInt(), same::toString);
        assertTrue(same.get("output").get("same").asBoolean(), same::toString);

        JsonNode shared = json("executions", forkId, "-o", "json").get("executions");
        assertEquals(firstTask, shared.get(0).get("exec_id").asText());
        assertTrue(shared.get(0).get("shared").asBoolean());
        assertFalse(shared.get(1).get("shared").asBoolean());
        JarProcess.Result shown = run("lifetimes", "show", forkId);
        assertTrue(shown.out().contains("forked from " + id + " at execution " + firstTask), shown::toString);

        anotherVersion(id, firstTask);
        anotherInput(id, firstTask);
        refusals(id, firstTask);
        Replays.requireAllAgree(folder);
    }

    private static void anotherVersion(String id, String execId) throws IOException, InterruptedException {
        json("run", graph("2.0.0", "4"), "--input", "n=1", "-o", "json");
        JsonNode fork = json("fork", id, "--at", execId, "--version", "2.0.0", "-o", "json");
        assertEquals("2.0.0", fork.get("version").asText());
        assertEquals(32, fork.get("output").get("x").asInt(), fork::toString);
        String forkId = fork.get("lifetime_id").asText();
        JsonNode diff = json("diff", id, forkId, "-o", "json");
        JsonNode first = diff.get("path").get("first_difference");
        assertEquals("enough", first.get("node").asText(), diff::toString);
        assertEquals(3, first.get("iteration").asInt(), diff::toString);
        assertEquals("END", first.get("a").get("next_task_ids").get(0).asText());
        assertEquals("double", first.get("b").get("next_task_ids").get(0).asText());
        assertEquals(
                2, diff.get("figures").get("path_executions").get("difference").asInt());
        JarProcess.Result text = run("diff", id, forkId);
        assertEquals(0, text.exitCode(), text::toString);
        assertTrue(text.out().contains("1 different, 0 only in A, 2 only in B"), text::toString);
        assertTrue(text.out().contains("output  different"), text::toString);
    }

    /** What is shared was made of the old input, what follows reads the new one. */
    private static void anotherInput(String id, String execId) throws IOException, InterruptedException {
        JsonNode fork = json("fork", id, "--at", execId, "--input", "n=100", "-o", "json");
        assertEquals(16, fork.get("output").get("x").asInt(), fork::toString);
        assertEquals(100, fork.get("output").get("n").asInt(), fork::toString);
    }

    private static void refusals(String id, String execId) throws IOException, InterruptedException {
        String nowhere = "0190a0b0-0000-7000-8000-000000000001";
        refused("is not a lifetime id", "fork", "x", "--at", execId);
        refused("exec_id must be a UUID", "fork", id, "--at", "first");
        refused("has accepted no execution " + nowhere, "fork", id, "--at", nowhere);
        refused("there is no lifetime " + nowhere, "fork", nowhere, "--at", execId);
        refused("there is no graph doubling version 9.0.0", "fork", id, "--at", execId, "--version", "9.0.0");
        refused("--at", "fork", id);
        refused("there is no lifetime " + nowhere, "diff", id, nowhere);
        json("run", renamed(), "--input", "n=1", "-o", "json");
        refused("has no node double, at which the fork goes on", "fork", id, "--at", execId, "--version", "3.0.0");
    }

    private static void refused(String message, String... arguments) throws IOException, InterruptedException {
        JarProcess.Result result = run(arguments);
        assertEquals(2, result.exitCode(), result::toString);
        assertTrue(result.err().contains(message), result::toString);
        assertEquals(1, result.err().lines().count(), result::toString);
    }

    private static JsonNode execution(String id, String node, int iteration) throws IOException, InterruptedException {
        JsonNode executions = json("executions", id, "-o", "json").get("executions");
        return StreamSupport.stream(executions.spliterator(), false)
                .filter(each -> each.get("node").asText().equals(node))
                .filter(each -> each.get("iteration").asInt() == iteration)
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode json(String... arguments) throws IOException, InterruptedException {
        JarProcess.Result result = run(arguments);
        assertEquals(0, result.exitCode(), result::toString);
        return RunIT.json(result);
    }

    private static JarProcess.Result run(String... arguments) throws IOException, InterruptedException {
        return JarProcess.run(folder, "", arguments);
    }

    private static String graph(String version, String rounds) throws IOException {
        return file(version, GRAPH.formatted(version, rounds));
    }

    private static String renamed() throws IOException {
        return file("3.0.0", GRAPH.formatted("3.0.0", "3").replace("double", "twice"));
    }

    private static String file(String version, String content) throws IOException {
        return Files.writeString(folder.resolve("doubling-" + version + ".yaml"), content)
                .toString();
    }

    private static final String GRAPH = """
            graph: doubling
            version: %s
            start: double
            tasks:
              double:
                type: transform
                output: {x: "${iteration == 1 ? input.n * 2 : plan.x * 2}", n: "${input.n}"}
            plans:
              enough:
                type: rules
                rules:
                  - {when: "iteration >= %s", next: END}
                otherwise: {next: double, input: {x: "${result.x}"}}
            edges:
              - double -> enough
              - enough -> double
              - enough -> END [FINAL]
            """;
}
