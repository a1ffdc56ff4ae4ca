package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL runs, which refuses to run as root: the user of this process; for root its own user namespace, in
 * which nobody is root; where that is refused, another user, who then owns the cluster.
 *
 * @param prefix what goes before a command
 * @param owner numeric id of who must own the cluster
 */
record PostgresUser(List<String> prefix, int owner) {

    private static final int ROOT = 0;
    private static final int NOBODY = 65534;
    private static final String OWNER = "unix:uid";
    private static final long PROBE_SECONDS = 10;

    /** The first way that works here. FAILED_PRECONDITION when none does. */
    static PostgresUser choose(Path cluster, PostgresBinaries binaries) throws IOException, InterruptedException {
        int self = self(cluster.toAbsolutePath().getParent());
        if (self != ROOT) {
            return new PostgresUser(List.of(), self);
        }
        for (PostgresUser candidate : candidates(cluster)) {
            if (candidate.canRun(binaries, cluster)) {
                return candidate;
            }
        }
        throw new Failure(
                FailureCode.FAILED_PRECONDITION,
                "PostgreSQL does not run as root, and here it can run neither in a user namespace nor as another user:"
                        + " run this as an ordinary user, or give"
                        + " --database-url postgres://user:password@host:port/database");
    }

    List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program);
        command.addAll(List.of(arguments));
        return command;
    }

    /** Hands a file, or a folder with all that is in it, to this user. */
    void own(Path path) throws IOException {
        if (!isPosix() || ownerOf(path) == owner) {
            return;
        }
        List<Path> all = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(path)) {
            tree.forEach(all::add);
        }
        for (Path each : all) {
            Files.setAttribute(each, OWNER, owner, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static List<PostgresUser> candidates(Path cluster) throws IOException {
        int owner = Files.exists(cluster) ? ownerOf(cluster) : ROOT;
        PostgresUser namespace = new PostgresUser(List.of("unshare", "-U"), ROOT);
        int other = owner == ROOT ? NOBODY : owner;
        String name = owner == ROOT ? "nobody" : Files.getOwner(cluster).getName();
        PostgresUser setpriv =
                new PostgresUser(List.of("setpriv", "--reuid=" + other, "--regid=" + other, "--clear-groups"), other);
        PostgresUser runuser = new PostgresUser(List.of("runuser", "-u", name, "--"), other);
        return owner == ROOT ? List.of(namespace, setpriv, runuser) : List.of(setpriv, runuser, namespace);
    }

    private boolean canRun(PostgresBinaries binaries, Path cluster) throws InterruptedException {
        Path folder = cluster.toAbsolutePath().getParent();
        return succeeds(command(binaries.program("postgres"), "--version"))
                && succeeds(command("test", "-x", folder.toString()));
    }

    private static boolean succeeds(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.destroyForcibly();
            return false;
        } catch (IOException e) {
            // No such program here.
            return false;
        }
    }

    /** Who owns what this process creates. */
    private static int self(Path folder) throws IOException {
        Path mine = Files.createTempFile(folder, "owner-", "");
        try {
            return isPosix() ? ownerOf(mine) : NOBODY;
        } finally {
            Files.delete(mine);
        }
    }

    private static int ownerOf(Path path) throws IOException {
        return (int) Files.getAttribute(path, OWNER);
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
    }
}
