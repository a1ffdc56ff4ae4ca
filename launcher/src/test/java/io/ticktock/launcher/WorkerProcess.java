package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A worker as a child process, in whichever language. */
final class WorkerProcess implements AutoCloseable {

    private static final Duration LONGEST_SETUP = Duration.ofMinutes(4);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final Path EXAMPLES = Path.of("..", "sdk", "examples").toAbsolutePath();
    private static final Path PREPARED = Path.of("..", "target", "examples").toAbsolutePath();

    private final Process process;
    private final Path printed;

    private WorkerProcess(Process process, Path printed) {
        this.process = process;
        this.printed = printed;
    }

    /** One that keeps a ledger of what its handler has run. */
    static WorkerProcess java(String url, String key, Path ledger, int capacity, long workMillis) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                LedgerWorker.class.getName(),
                url,
                key,
                ledger.toString(),
                Integer.toString(capacity),
                Long.toString(workMillis));
        return start(command, Map.of(), ledger.resolveSibling(ledger.getFileName() + ".out"));
    }

    /** One whose effects are lines in a ledger, and that dies where a file tells it to. */
    static WorkerProcess ofEffects(String url, String key, Path ledger, Path death) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                EffectWorker.class.getName(),
                url,
                key,
                ledger.toString(),
                death.toString());
        return start(command, Map.of(), ledger.resolveSibling(ledger.getFileName() + ".out"));
    }

    /** Waits until it has ended by itself; how. */
    int awaitExit() throws InterruptedException {
        assertTrue(process.waitFor(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS), () -> "still runs: " + this);
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The example in Python, set up anew where its files have changed. */
    static WorkerProcess python(String url, String key, Path folder) throws IOException, InterruptedException {
        Path prepared = prepare("python", folder);
        List<String> command = List.of(
                prepared.resolve(Path.of("venv", "bin", "python")).toString(),
                prepared.resolve("main.py").toString(),
                url);
        Map<String, String> environment = Map.of(
                "TICKTOCK_KEY", key, "PYTHONPATH", prepared.resolve("generated").toString());
        return start(command, environment, folder.resolve("python.out"));
    }

    /** The example in TypeScript, likewise. */
    static WorkerProcess typescript(String url, String key, Path folder) throws IOException, InterruptedException {
        Path prepared = prepare("typescript", folder);
        List<String> command =
                List.of("node", prepared.resolve(Path.of("dist", "main.js")).toString(), url);
        return start(command, Map.of("TICKTOCK_KEY", key), folder.resolve("typescript.out"));
    }

    /** Whether this machine has the program. */
    static boolean isThere(String program) throws InterruptedException {
        try {
            Process asked = new ProcessBuilder(program, "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return asked.waitFor(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS) && asked.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static Path prepare(String language, Path folder) throws IOException, InterruptedException {
        Path prepared = PREPARED.resolve(language);
        Path printed = folder.resolve("prepare-" + language + ".out");
        List<String> command = List.of(EXAMPLES.resolve("prepare").toString(), language, prepared.toString());
        try (WorkerProcess setup = start(command, Map.of(), printed)) {
            assertTrue(
                    setup.process.waitFor(LONGEST_SETUP.toSeconds(), TimeUnit.SECONDS)
                            && setup.process.exitValue() == 0,
                    () -> "the set-up of the example in " + language + " is broken: " + setup);
        }
        return prepared;
    }

    private static WorkerProcess start(List<String> command, Map<String, String> environment, Path printed)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(printed.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("TICKTOCK_"));
        builder.environment().putAll(environment);
        return new WorkerProcess(builder.start(), printed);
    }

    /** Waits until it has printed this. */
    WorkerProcess awaitText(String text) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!toString().contains(text)) {
            assertTrue(
                    process.isAlive() && Instant.now().isBefore(deadline), () -> "waits for '" + text + "': " + this);
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        return this;
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        assertTrue(process.waitFor(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS));
    }

    /** SIGTERM; how it ended. */
    int terminate() throws InterruptedException {
        process.toHandle().destroy();
        assertTrue(process.waitFor(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS), () -> "still runs: " + this);
        return process.exitValue();
    }

    @Override
    public String toString() {
        try (Stream<String> lines = Files.lines(printed)) {
            return lines.limit(200).collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
