package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes on one data folder: one serves, others look and steer, and a kill loses nothing. */
class ServeIT {

    @TempDir
    private Path folder;

    @AfterEach
    void everyLifetimeIsDecidedTheSameAgain() throws IOException, InterruptedException {
        Replays.requireAllAgree(folder);
    }

    @Test
    void lifetimesAreSteeredWhileAnotherProcessServes() throws IOException, InterruptedException {
        String first = leftWaiting();
        String second = leftWaiting();
        try (JarProcess serving = JarProcess.start(folder, "serve", "--set", ScriptedModel.SETTING)) {
            serving.awaitReady();
            serving.awaitText("; a scripted model, which is none, at http://127.0.0.1:");

            JarProcess.Result refused = run("serve");
            assertEquals(2, refused.exitCode(), refused::toString);
            assertTrue(refused.err().contains("in use by another process"), refused::toString);
            assertEquals(1, refused.err().lines().count(), refused::toString);

            assertStatus(0, "is paused", run("lifetimes", "pause", first));
            assertEquals(
                    "paused", json("lifetimes", "show", first).get("status").asText());
            assertStatus(0, "is running", run("lifetimes", "resume", first));
            assertStatus(0, "is aborted", run("lifetimes", "abort", second, "--reason", "enough"));
            assertStatus(0, "goes on", run("lifetimes", "answer", first, "--input", "{\"ready\":true,\"stars\":2}"));
            awaitStatus(first, "completed");

            JsonNode shown = json("lifetimes", "show", first);
            assertEquals("{\"ready\":true,\"stars\":2}", Json.text(shown.get("output")));
            JsonNode listed = json("lifetimes", "list").get("lifetimes");
            assertEquals(2, listed.size());
            assertEquals(second, listed.get(0).get("lifetime_id").asText());
            assertEquals("aborted", listed.get(0).get("status").asText());
            assertEquals(2, json("executions", first).get("executions").size());

            String unknown = LifetimeId.random().toString();
            assertStatus(2, "", run("lifetimes", "show", unknown));

            JarProcess.Result stopped = serving.terminate();
            assertEquals(0, stopped.exitCode(), stopped::toString);
            assertEquals(1, stopped.out().lines().count(), stopped::toString);
        }
    }

    @Test
    void aLifetimeGoesOnAfterItsProcessWasKilled() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("wait.yaml"), WAIT);
        String id;
        try (JarProcess running = JarProcess.start(folder, "run", file.toString())) {
            running.awaitText("waiting for a timer");
            running.kill();
        }
        id = json("lifetimes", "list")
                .get("lifetimes")
                .get(0)
                .get("lifetime_id")
                .asText();
        assertEquals("running", json("lifetimes", "show", id).get("status").asText());

        JsonNode ended = json("lifetimes", "resume", id);

        assertEquals("completed", ended.get("status").asText());
        assertEquals(4, json("executions", id).get("executions").size());
    }

    @Test
    void anInterruptedRunTellsHowToGoOn() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("wait.yaml"), WAIT.replace("2s", "30d"));
        try (JarProcess running = JarProcess.start(folder, "run", file.toString())) {
            running.awaitText("waiting for a timer");
            JarProcess.Result result = running.terminate();

            assertEquals(3, result.exitCode(), result::toString);
            assertTrue(result.err().contains("has not ended; go on with: "), result::toString);
        }
    }

    private static final String WAIT = """
            graph: wait-a-little
            version: 1.0.0
            start: begin
            tasks:
              begin: {type: transform, output: {n: 1}}
              pause: {type: wait, for: 2s}
            plans:
              then: {type: next, next: pause}
              done: {type: next, next: END}
            edges:
              - begin -> then
              - then -> pause
              - pause -> done
              - done -> END [FINAL]
            """;

    private String leftWaiting() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("ask.yaml"), RunIT.ASK);
        JarProcess.Result left = run("run", file.toString(), "-o", "json");
        assertEquals(3, left.exitCode(), left::toString);
        return RunIT.json(left).get("lifetime_id").asText();
    }

    private void awaitStatus(String id, String status) throws IOException, InterruptedException {
        String now = "";
        for (int tries = 0; tries < 20 && !now.equals(status); tries++) {
            now = json("lifetimes", "show", id).get("status").asText();
        }
        assertEquals(status, now);
    }

    private static void assertStatus(int exitCode, String text, JarProcess.Result result) {
        assertEquals(exitCode, result.exitCode(), result::toString);
        assertTrue(result.out().contains(text), result::toString);
    }

    private JsonNode json(String... arguments) throws IOException, InterruptedException {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "-o";
        all[arguments.length + 1] = "json";
        JarProcess.Result result = run(all);
        assertEquals(0, result.exitCode(), result::toString);
        return RunIT.json(result);
    }

    private JarProcess.Result run(String... arguments) throws IOException, InterruptedException {
        return JarProcess.run(folder, "", arguments);
    }
}
