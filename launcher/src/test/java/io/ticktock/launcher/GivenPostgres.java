package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.faults.ServerPorts;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A PostgreSQL with the settings of one that can be backed up while it runs, as the embedded one cannot. */
final class GivenPostgres implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String READY = "ready to accept connections";
    private static final String USER_ID = "unix:uid";

    private final Process process;
    private final Path cluster;
    private final DatabaseAddress address;

    private GivenPostgres(Process process, Path cluster, DatabaseAddress address) {
        this.process = process;
        this.cluster = cluster;
        this.address = address;
    }

    /** On a data folder that has none yet. */
    static GivenPostgres start(Path dataFolder) throws IOException, InterruptedException {
        String program;
        DatabaseAddress made;
        try (EmbeddedPostgres embedded = EmbeddedPostgres.start(dataFolder)) {
            made = embedded.address();
            program = ProcessHandle.of(embedded.pid())
                    .flatMap(process -> process.info().command())
                    .orElseThrow();
        }
        Path cluster = dataFolder.resolve("postgres");
        int port = ServerPorts.free();
        List<String> command = new ArrayList<>(prefix(cluster));
        command.addAll(List.of(program, "-D", cluster.toString(), "-p", Integer.toString(port)));
        Map.of(
                        "listen_addresses", made.host(),
                        "unix_socket_directories", "",
                        "wal_level", "replica",
                        "io_method", "sync",
                        "search_path", "ticktock, public")
                .forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        Path log = dataFolder.resolve("given.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(log).contains(READY)) {
            assertTrue(process.isAlive() && System.nanoTime() < deadlineNanos, Files.readString(log));
            process.waitFor(20, TimeUnit.MILLISECONDS);
        }
        return new GivenPostgres(
                process,
                cluster,
                new DatabaseAddress(made.host(), port, made.database(), made.user(), made.password(), made.sslMode()));
    }

    /** PostgreSQL does not run as root: as its owner, or where that is root, in a namespace where nobody is. */
    private static List<String> prefix(Path cluster) throws IOException {
        if (!System.getProperty("user.name").equals("root")) {
            return List.of();
        }
        int owner = (int) Files.getAttribute(cluster, USER_ID, LinkOption.NOFOLLOW_LINKS);
        return owner == 0
                ? List.of("unshare", "-U")
                : List.of("setpriv", "--reuid=" + owner, "--regid=" + owner, "--clear-groups");
    }

    DatabaseAddress address() {
        return address;
    }

    String url() {
        return "postgres://" + address.user() + ":" + address.password() + "@" + address.host() + ":" + address.port()
                + "/" + address.database() + "?sslmode=disable";
    }

    /** What PostgreSQL calls its data directory. */
    Path cluster() {
        return cluster;
    }

    /** At once, as after a power cut: nothing of it is needed any more. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
