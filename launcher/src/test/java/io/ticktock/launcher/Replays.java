package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;

/** How a test of the packed program ends: whatever it has recorded is decided anew, and comes out the same. */
final class Replays {

    private Replays() {}

    static void requireAllAgree(Path folder) throws IOException, InterruptedException {
        JarProcess.Result replayed = JarProcess.run(folder, "", "replay", "--all", "-o", "json");
        assertEquals(0, replayed.exitCode(), replayed::toString);
        JsonNode tally = RunIT.json(replayed);
        assertTrue(tally.get("lifetimes").asInt() > 0, replayed::toString);
        assertEquals(tally.get("lifetimes"), tally.get("agree"), replayed::toString);
    }
}
