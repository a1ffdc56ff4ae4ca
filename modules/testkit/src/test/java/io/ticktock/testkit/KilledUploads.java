package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Kills processes in the middle of their {@link EndlessUploads}, and keeps what they said is committed. */
final class KilledUploads {

    private final Set<String> committed = new LinkedHashSet<>();

    void killAfter(int commits, Process child) throws Exception {
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < commits; i++) {
                committed.add(nextLine(output));
            }
            // Unlike Process, its handle leaves the output open: what the child said before it died still counts.
            child.toHandle().destroyForcibly();
            output.lines()
                    .filter(line -> line.length() == EndlessUploads.LINE_LENGTH)
                    .forEach(committed::add);
        }
        assertTrue(child.waitFor(10, TimeUnit.SECONDS));
    }

    private static String nextLine(BufferedReader output) throws IOException {
        String line = output.readLine();
        assertNotNull(line, "the process ended by itself, or did not commit as much in its time");
        return line;
    }

    Set<String> committed() {
        return committed;
    }
}
