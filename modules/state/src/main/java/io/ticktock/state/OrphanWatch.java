package io.ticktock.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the server some time after the process that uses it was killed, unless another process has adopted it by then. A
 * small shell waits for the end of its input, which the system brings about when this process dies, however it does.
 */
final class OrphanWatch implements AutoCloseable {

    private static final String SCRIPT = """
            read -r never
            sleep "$1"
            [ "$(cat "$2")" = "$3" ] && kill -INT "$4"
            """;

    private final Path note;
    private final Process shell;

    private OrphanWatch(Path note, Process shell) {
        this.note = note;
        this.shell = shell;
    }

    /** The note in the data folder says who uses the server; the watch of whoever used it before then does nothing. */
    static OrphanWatch on(Postmaster postmaster, int graceSeconds) throws IOException {
        Path note = postmaster.cluster().folder().resolveSibling("postgres.user");
        String user =
                ProcessHandle.current().pid() + " of " + postmaster.process().pid();
        Files.writeString(note, user);
        List<String> command = new ArrayList<>(Postmaster.ownSession());
        command.addAll(List.of("sh", "-c", SCRIPT, "orphan-watch", Integer.toString(graceSeconds), note.toString()));
        command.addAll(List.of(user, Long.toString(postmaster.process().pid())));
        return new OrphanWatch(note, postmaster.cluster().start(command));
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(note);
        shell.destroy();
    }
}
