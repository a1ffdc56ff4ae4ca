package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in load measures what it says, and leaves nothing behind. */
class BenchIT {

    @TempDir
    private Path folder;

    @Test
    void everyStepIsMeasuredAndRecorded() throws IOException, InterruptedException {
        JarProcess.Result result = JarProcess.run(
                folder,
                "",
                "bench",
                "--steps",
                "6",
                "--task-ms",
                "200",
                "--lifetimes",
                "100",
                "--concurrency",
                "8",
                "--warm-up",
                "10",
                "-o",
                "json");

        assertEquals(0, result.exitCode(), result::toString);
        JsonNode figures = RunIT.json(result);
        assertEquals(600, figures.get("records").asInt(), result::toString);
        assertEquals(
                0,
                figures.get("records_missing").asInt()
                        + figures.get("records_double").asInt());
        for (String figure : new String[] {"steps_per_s", "step_p50_ms", "lifetime_p50_ms", "heap_mb"}) {
            assertTrue(figures.get(figure).asDouble() > 0, result::toString);
        }
        assertTrue(figures.get("step_p99_ms").asDouble()
                >= figures.get("step_p50_ms").asDouble());
        assertTrue(figures.get("lifetime_p99_ms").asDouble()
                >= figures.get("lifetime_p50_ms").asDouble());
        assertTrue(figures.get("lifetime_p50_ms").asDouble() >= 3 * 200, result::toString);
        assertTrue(figures.get("warm_up").get("steps_per_s").asDouble() > 0, result::toString);
        assertTrue(figures.has("commits") && figures.has("rows"), result::toString);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }
}
