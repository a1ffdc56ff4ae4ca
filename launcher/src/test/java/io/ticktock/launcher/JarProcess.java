package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.faults.Signals;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final String ARCHIVE = "-XX:SharedArchiveFile=";

    /** Of a generation, as {@code GC.heap_info} tells it. */
    private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)K");

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
        return start(folder, environment, List.of(), List.of(ARCHIVE + archive(), "-jar", jar()), arguments);
    }

    /** As above, with the types of Tasks that the tests bring, as their author has them on the class path. */
    static JarProcess startWithTypes(Path folder, String... arguments) throws IOException {
        return startWithTypes(folder, List.of(), List.of(), arguments);
    }

    /**
     * As above, with classes that differ from the program's.
     *
     * @param prefix a command that runs the rest of its words, such as one that enters a namespace
     * @param altered folders before the jar on the class path
     */
    static JarProcess startWithTypes(Path folder, List<String> prefix, List<Path> altered, String... arguments)
            throws IOException {
        List<String> classes = new ArrayList<>();
        altered.forEach(each -> classes.add(each.toString()));
        classes.add(jar());
        classes.add(ownClasses().toString());
        List<String> program = new ArrayList<>();
        if (altered.isEmpty()) {
            program.add(ARCHIVE + archive());
        }
        program.addAll(List.of("-cp", String.join(File.pathSeparator, classes), Ticktock.class.getName()));
        return start(folder, Map.of(), prefix, program, arguments);
    }

    /** The build makes it of a run; where it does not fit, the runtime goes without. */
    private static String archive() {
        return jar().replaceFirst("jar$", "jsa");
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
            Path folder,
            Map<String, String> environment,
            List<String> prefix,
            List<String> program,
            String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(System.getProperty("server.jvm", SHORT_LIVED).split(" ")));
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

    /** Until it says that it is, in a line of its own: "already in use" is what another one says. */
    void awaitReady() throws InterruptedException {
        awaitText("ticktock: ready");
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

    /** It stands still with all that it holds, connections included, until it is told to {@link #goOn}. */
    void standStill() throws IOException {
        Signals.send("STOP", process.toHandle());
    }

    void goOn() throws IOException {
        Signals.send("CONT", process.toHandle());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** So that what its heap holds is what it needs. */
    void collectGarbage() throws IOException, InterruptedException {
        ask("GC.run");
    }

    /** What its heap holds. */
    long heapBytes() throws IOException, InterruptedException {
        long kilobytes = ask("GC.heap_info")
                .lines()
                // Metaspace and its classes are not of the heap.
                .filter(line -> line.contains("total") && line.contains("used"))
                .map(HEAP_USED::matcher)
                .filter(Matcher::find)
                .mapToLong(used -> Long.parseLong(used.group(1)))
                .sum();
        assertTrue(kilobytes > 0, "a Java process does not tell of its heap");
        return kilobytes << 10;
    }

    /** How many threads of Java's it has. */
    long threads() throws IOException, InterruptedException {
        return ask("Thread.print").lines().filter(line -> line.startsWith("\"")).count();
    }

    private String ask(String command) throws IOException, InterruptedException {
        Process asking = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        StringWriter answer = new StringWriter();
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> copy(asking.getInputStream(), answer));
        boolean ended = asking.waitFor(LONGEST_RUN.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            asking.destroyForcibly();
        }
        assertTrue(ended, () -> "it does not answer to " + command);
        assertEquals(0, asking.exitValue(), () -> "jcmd cannot ask it for " + command);
        reading.join();
        return answer.toString();
    }

    /** What it has printed so far, in words for a failure. */
    String printed() {
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
