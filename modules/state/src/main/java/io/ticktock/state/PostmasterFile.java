package io.ticktock.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a PostgreSQL server notes in postmaster.pid of its folder while it runs, and leaves there when it is killed.
 *
 * @param pid the server's process
 * @param port where it listens; 0 before it does
 * @param status starting, ready, stopping or standby; empty before the first
 */
record PostmasterFile(long pid, int port, String status) {

    private static final String NAME = "postmaster.pid";
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;

    /** Empty when there is none, or none that can be read (yet). */
    static Optional<PostmasterFile> in(Path cluster) {
        try {
            List<String> lines = Files.readAllLines(cluster.resolve(NAME));
            long pid = Long.parseLong(line(lines, 0));
            String port = line(lines, PORT_LINE);
            return Optional.of(
                    new PostmasterFile(pid, port.isEmpty() ? 0 : Integer.parseInt(port), line(lines, STATUS_LINE)));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    boolean isReady() {
        return status.equals("ready");
    }

    /** The process, when it lives and serves this folder rather than having got a dead server's number. */
    Optional<ProcessHandle> server(Path cluster) {
        return ProcessHandle.of(pid).filter(process -> process.isAlive() && serves(process, cluster));
    }

    /**
     * Makes the note one of a dead server also to PostgreSQL, which else refuses to start when the number in it belongs
     * to another process by now. The rest is kept: by it PostgreSQL finds out whether a child of that server lives on.
     * A server's own parent is not mistaken for a server.
     */
    static void disown(Path cluster, long parent) throws IOException {
        Path file = cluster.resolve(NAME);
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(0, Long.toString(parent));
        Files.write(file, lines);
    }

    private static boolean serves(ProcessHandle process, Path cluster) {
        try {
            // A server works in its folder.
            return Files.isSameFile(Path.of("/proc", Long.toString(process.pid()), "cwd"), cluster);
        } catch (NoSuchFileException e) {
            return process.info()
                    .arguments()
                    .map(arguments -> List.of(arguments).contains(cluster.toString()))
                    .orElse(false);
        } catch (IOException e) {
            return false;
        }
    }

    private static String line(List<String> lines, int number) {
        return number < lines.size() ? lines.get(number).strip() : "";
    }
}
