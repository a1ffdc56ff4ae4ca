package io.ticktock.mcp;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that runs as a process of ours: what it is given to live in, what it says in its log, and its end. */
final class ServerProcess {

    private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);

    /** What programs need to run at all; everything else of our environment is not for them. */
    private static final Set<String> INHERITED =
            Set.of("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR", "TERM", "SYSTEMROOT");

    private static final int MOST_LINE_BYTES = 2_048;
    private static final int MOST_LINE_CHARS = 500;
    private static final int MOST_LINES_IN_WINDOW = 50;
    private static final long WINDOW_NANOS = Duration.ofSeconds(10).toNanos();

    /** A program that has heard that nobody writes to it any more ends by itself; then it is asked, then ended. */
    private static final long PATIENCE_MS = 1_000;

    private final String name;
    private final Process process;
    private final Function<String, String> redacted;

    private ServerProcess(String name, Process process, Function<String, String> redacted) {
        this.name = name;
        this.process = process;
        this.redacted = redacted;
    }

    /**
     * Starts it. May block.
     *
     * @param redacted a text as it may be logged
     */
    static ServerProcess start(
            String name,
            ServerAddress.Command command,
            Map<String, String> environment,
            Function<String, String> redacted) {
        ProcessBuilder builder = new ProcessBuilder(command.command());
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(environment);
        try {
            return new ServerProcess(name, builder.start(), redacted);
        } catch (IOException e) {
            LOG.warn("the server {} cannot be started: {}", name, redacted.apply(String.valueOf(e.getMessage())));
            throw McpFailure.passing("mcp_server_down", "the server " + name + " cannot be started");
        }
    }

    InputStream output() {
        return process.getInputStream();
    }

    OutputStream input() {
        return process.getOutputStream();
    }

    /** For messages; its exit status follows the end of its output closely. May block for a moment. */
    String howItEnded() {
        try {
            return process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)
                    ? "it ended with exit status " + process.exitValue()
                    : "it closed its output";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "it closed its output";
        }
    }

    /** Brings what it writes to its standard error into our log, as much of it as is bearable, until its end. */
    void readLog() {
        MessageLines lines = new MessageLines(process.getErrorStream(), MOST_LINE_BYTES);
        long windowStart = System.nanoTime();
        int logged = 0;
        try {
            for (Optional<MessageLines.Line> line = lines.next(); line.isPresent(); line = lines.next()) {
                if (System.nanoTime() - windowStart > WINDOW_NANOS) {
                    windowStart = System.nanoTime();
                    logged = 0;
                }
                if (++logged <= MOST_LINES_IN_WINDOW) {
                    LOG.info("{} says: {}", name, shown(line.get().text()));
                }
            }
        } catch (IOException e) {
            LOG.debug("the log of {} is read no more: {}", name, e.getMessage());
            drain();
        }
    }

    /** A process that nobody reads from hangs as soon as the pipe is full. */
    private void drain() {
        try (InputStream log = process.getErrorStream()) {
            log.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            LOG.debug("the log of {} has ended: {}", name, e.getMessage());
        }
    }

    private String shown(String line) {
        String text = redacted.apply(line).replaceAll("\\p{Cntrl}", " ");
        return text.length() > MOST_LINE_CHARS ? text.substring(0, MOST_LINE_CHARS) + "…" : text;
    }

    /** Ends it and what it has started, by their own handles. Blocks for a few seconds at most. */
    void end() {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            LOG.debug("the input of {} was closed before: {}", name, e.getMessage());
        }
        if (!hasEnded()) {
            all.forEach(ProcessHandle::destroy);
        }
        if (!hasEnded()) {
            LOG.warn("the server {} does not end by itself and is killed", name);
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    private boolean hasEnded() {
        try {
            return process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
