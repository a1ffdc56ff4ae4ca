package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The packed program as a child process, as a user has it. */
final class JarProcess implements AutoCloseable {

    /** Most live for seconds, in which the better compiler costs more than it gains; measurements give server.jvm. */
    private static final String SHORT_LIVED = "-Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData";

    /** How a process ended. */
    record Result(int exitCode, String out, String err) {

        @Override
        public String toString() {
            return "exit code " + exitCode + "\nstandard output:\n" + out + "\nstandard error:\n" + err;
        }
    }

    private static final Duration LONGEST_RUN = Duration.ofSeconds(60);

    private final Process process;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<CompletableFuture<Void>> readers = new ArrayList<>();

    private JarProcess(Process process) {
        this.process = process;
        readers.add(CompletableFuture.runAsync(() -> copy(process.getInputStream(), out)));
        readers.add(CompletableFuture.runAsync(() -> copy(process.getErrorStream(), err)));
    }

    /** Starts it in this working folder. */
    static JarProcess start(Path folder, String... arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    /** As above, with these variables, and none from outside that S3 would take credentials from. */
    static JarProcess start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        return start(folder, environment, List.of("-jar", jar()), arguments);
    }

    /** As above, with the types of Tasks that the tests bring, as their author has them on the class path. */
    static JarProcess startWithTypes(Path folder, String... arguments) throws IOException {
        String classes = String.join(File.pathSeparator, jar(), ownClasses().toString());
        return start(folder, Map.of(), List.of("-cp", classes, Ticktock.class.getName()), arguments);
    }

    private static String jar() {
        return System.getProperty("ticktock.jar");
    }

    private static Path ownClasses() {
        try {
            return Path.of(JarProcess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the tests' classes are not in a folder", e);
        }
    }

    private static JarProcess start(
            Path folder, Map<String, String> environment, List<String> program, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("server.jvm", SHORT_LIVED).split(" ")));
        // The build makes it of a run; where it does not fit, the runtime goes without.
        command.add("-XX:SharedArchiveFile=" + jar().replaceFirst("jar$", "jsa"));
        command.addAll(program);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("TICKTOCK_") || name.startsWith("AWS_") || name.startsWith("OTEL_"));
        // Several may run at a time.
        builder.environment().put("TICKTOCK_API_PORT", "0");
        builder.environment().putAll(environment);
        return new JarProcess(builder.start());
    }

    /** Runs it to its end, with this text as its standard input. */
    static Result run(Path folder, String input, String... arguments) throws IOException, InterruptedException {
        return run(folder, Map.of(), input, arguments);
    }

    static Result run(Path folder, Map<String, String> environment, String input, String... arguments)
            throws IOException, InterruptedException {
        try (JarProcess process = start(folder, environment, arguments)) {
            process.type(input);
            process.process.getOutputStream().close();
            return process.await();
        }
    }

    void type(String text) throws IOException {
        process.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    Result await() throws InterruptedException {
        assertTrue(process.waitFor(LONGEST_RUN.toMillis(), TimeUnit.MILLISECONDS), () -> "still runs; " + printed());
        CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new)).join();
        return new Result(process.exitValue(), out.toString(), err.toString());
    }

    /** Waits until it has printed this to standard output or standard error. */
    void awaitText(String text) throws InterruptedException {
        awaitCondition(
                () -> out.toString().contains(text) || err.toString().contains(text), "'" + text + "' was printed");
    }

    /** What it has printed to standard output so far. */
    String out() {
        return out.toString();
    }

    private void awaitCondition(BooleanSupplier condition, String what) throws InterruptedException {
        Instant deadline = Instant.now().plus(LONGEST_RUN);
        while (!condition.getAsBoolean()) {
            boolean goesOn = process.isAlive() && Instant.now().isBefore(deadline);
            assertTrue(goesOn || condition.getAsBoolean(), () -> "waited until " + what + "; " + printed());
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    /** As Ctrl-C or a service manager does. By the handle, since Process closes the streams that are still read. */
    Result terminate() throws InterruptedException {
        process.toHandle().destroy();
        return await();
    }

    /** As a power cut does, as far as this process goes. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        await();
    }

    /** So that what its heap holds is what it needs. */
    void collectGarbage() throws IOException, InterruptedException {
        Process asking = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(asking.waitFor(LONGEST_RUN.toMillis(), TimeUnit.MILLISECONDS), "it does not collect its garbage");
        assertEquals(0, asking.exitValue(), "jcmd cannot ask it to collect its garbage");
    }

    private String printed() {
        return "so far\nstandard output:\n" + out + "\nstandard error:\n" + err;
    }

    private static void copy(InputStream from, StringWriter to) {
        char[] buffer = new char[8_192];
        try (Reader reader = new InputStreamReader(from, StandardCharsets.UTF_8)) {
            for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
                to.write(buffer, 0, read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
