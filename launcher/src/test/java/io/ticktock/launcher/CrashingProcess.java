package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.crash.Journal;
import io.ticktock.testkit.Evidence.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process such as {@link CrashingSystem} as its parent has it. What it prints goes to files, which outlive it. */
final class CrashingProcess implements AutoCloseable {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(2);
    private static final long LOOK_EVERY_MS = 20;

    private final Process process;
    private final Path out;
    private final Path err;

    private CrashingProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts the number-th one, of this main class. */
    static CrashingProcess start(Class<?> main, Path folder, int number, List<String> arguments) throws IOException {
        Path out = folder.resolve("out-" + number);
        Path err = folder.resolve("err-" + number);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                // It lives for a second or two.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
        ProcessBuilder builder = new ProcessBuilder(
                        Stream.concat(command.stream(), arguments.stream()).toList())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        return new CrashingProcess(builder.start(), out, err);
    }

    /** The numbers of the journeys whose start was acknowledged. */
    List<Integer> started() {
        return lines(out).stream()
                .filter(line -> line.startsWith(JourneyClient.STARTED))
                .map(line -> Integer.valueOf(line.substring(JourneyClient.STARTED.length())))
                .toList();
    }

    /** What its client asked and was told. */
    List<Operation> journal() {
        return Journal.read(lines(out).stream());
    }

    void awaitReady() throws InterruptedException {
        await(() -> lines(out).contains(CrashingSystem.READY) || !process.isAlive(), "it is ready");
    }

    /** Lets it go on for so long, unless it ends before. */
    void letRun(long millis) throws InterruptedException {
        process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    void await(BooleanSupplier condition, String what) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_WAIT);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), () -> "waited until " + what + "; " + this);
            process.waitFor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
        }
    }

    int awaitExit(String what) throws InterruptedException {
        await(() -> !process.isAlive(), what);
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        awaitExit("it has been killed");
    }

    /** Lets it end in order. */
    int end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return awaitExit("it has ended in order");
    }

    @Override
    public String toString() {
        return "standard output:\n" + String.join("\n", lines(out)) + "\nstandard error:\n"
                + lines(err).stream().limit(1_000).collect(Collectors.joining("\n"));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
