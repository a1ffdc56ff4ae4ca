package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed program tries graph files out on lifetimes that ran by the graph that ships, and changes none of them. */
class PlansReplayIT {

    private static final Path NEWTON =
            Path.of("..", "conf", "graphs", "newton.yaml").toAbsolutePath().normalize();
    private static final List<LifetimeId> IDS = List.of(LifetimeId.random(), LifetimeId.random(), LifetimeId.random());
    private static final int PAGE = 200;

    @TempDir
    private static Path folder;

    private static List<Message> recorded;

    @BeforeAll
    static void runSome() throws InterruptedException {
        try (LocalSystem system = LocalSystem.startAll(configuration())) {
            Client client = system.client();
            GraphReference graph = client.register(GraphFile.read(NEWTON));
            for (LifetimeId id : IDS) {
                String input = "{\"n\": " + (IDS.indexOf(id) + 2) + "}";
                client.start(
                        id,
                        graph,
                        Payload.newBuilder()
                                .setInline(ByteString.copyFromUtf8(input))
                                .build());
            }
            long deadlineMs = System.currentTimeMillis() + 30_000;
            for (LifetimeId id : IDS) {
                while (!client.lifetime(id).hasEndedAt()) {
                    assertTrue(System.currentTimeMillis() < deadlineMs, () -> id + " has not ended");
                    Thread.sleep(5);
                }
            }
            recorded = everything(client);
        }
    }

    @AfterAll
    static void nothingHasChanged() {
        try (LocalSystem system = LocalSystem.toReplay(configuration())) {
            assertEquals(recorded, everything(system.client()));
            Replays.requireAllAgree(system.client());
        }
    }

    @Test
    void theFileThatTheyRanByChoosesTheSame() throws IOException, InterruptedException {
        JarProcess.Result replayed = replay(NEWTON, "--since", "1d", "-o", "json");

        assertEquals(0, replayed.exitCode(), replayed::toString);
        JsonNode report = RunIT.json(replayed);
        assertEquals(IDS.size(), report.get("lifetimes").asInt(), replayed::toString);
        assertTrue(report.get("compared").asInt() > IDS.size(), replayed::toString);
        assertEquals(report.get("compared"), report.get("same"), replayed::toString);
        assertEquals(0, report.get("not_compared").asInt(), replayed::toString);
    }

    @Test
    void aFileThatIsContentEarlierDiffersInEveryLifetime() throws IOException, InterruptedException {
        Path file = folder.resolve("hasty.yaml");
        Files.writeString(file, Files.readString(NEWTON).replace("1e-9", "1e-1"));

        JarProcess.Result replayed = replay(file, "--since", "1d");

        assertEquals(1, replayed.exitCode(), replayed::toString);
        assertEquals(
                IDS.size(),
                replayed.out()
                        .lines()
                        .filter(line -> line.endsWith(": chose improve, chooses END now"))
                        .count(),
                replayed::toString);
        IDS.forEach(id -> assertTrue(replayed.out().contains("lifetime " + id + ", execution "), replayed::toString));
        assertTrue(replayed.out().contains("What would have followed a different choice is unknown"));
    }

    @Test
    void aFaultyFileIsRefused() throws IOException, InterruptedException {
        Path file = folder.resolve("faulty.yaml");
        Files.writeString(file, Files.readString(NEWTON).replace("next: improve", "next: imprve"));

        JarProcess.Result replayed = replay(file, "--since", "1d");

        assertEquals(2, replayed.exitCode(), replayed::toString);
        assertTrue(replayed.err().startsWith(file + ":"), replayed::toString);
        assertTrue(replayed.err().contains("imprve"), replayed::toString);
    }

    @Test
    void whereNothingStartedThatIsSaid() throws IOException, InterruptedException {
        JarProcess.Result replayed = replay(NEWTON, "--since", "2999-01-01");

        assertEquals(0, replayed.exitCode(), replayed::toString);
        assertEquals("no lifetime of graph newton started in that time: nothing was compared\n", replayed.out());
    }

    private static JarProcess.Result replay(Path file, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("plans", "replay", file.toString()));
        arguments.addAll(List.of(more));
        return JarProcess.run(folder, "", arguments.toArray(String[]::new));
    }

    private static Configuration configuration() {
        return Configuration.of(Settings.shipped()
                .with("launcher.data_folder", folder.resolve("data").toString(), "--data"));
    }

    /** Rows, logs and records of all lifetimes. */
    private static List<Message> everything(Client client) {
        List<Message> everything = new ArrayList<>();
        for (LifetimeId id : IDS) {
            everything.add(client.lifetime(id));
            client.forEachEvent(id, everything::add);
            everything.addAll(client.executions(id, PAGE, "").getExecutionsList());
        }
        return everything;
    }
}
