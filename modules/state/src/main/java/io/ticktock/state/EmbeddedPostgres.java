package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of this process's own, on a data folder that persists. It listens on the loopback interface only,
 * with a password that only the owner of the folder can read. All methods block.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private static final String CLUSTER = "postgres";
    private static final String PASSWORD = "ticktock.password";
    private static final String USER = "ticktock";
    private static final String DATABASE = "postgres";
    private static final String LOOPBACK = "127.0.0.1";

    private static final int PORT_ATTEMPTS = 5;
    private static final long POLL_MS = 5;
    /** Replaying the log of a server that was killed may take a while. */
    private static final long START_SECONDS = 120;

    private static final long STOP_SECONDS = 30;
    private static final long CREATE_SECONDS = 120;
    private static final long LARGEST_LOG_BYTES = 8L << 20;

    private final FolderLock lock;
    private final Path cluster;
    private final PostgresBinaries binaries;
    private final PostgresUser user;
    private ProcessHandle server;

    private EmbeddedPostgres(FolderLock lock, Path cluster, PostgresBinaries binaries, PostgresUser user) {
        this.lock = lock;
        this.cluster = cluster;
        this.binaries = binaries;
        this.user = user;
    }

    /**
     * Starts the server of this folder, or adopts the one that an earlier process left running when it was killed. Creates
     * what is missing. FAILED_PRECONDITION when another process uses the folder, or PostgreSQL cannot run here.
     */
    public static EmbeddedPostgres start(Path dataFolder) {
        try {
            return startLocked(dataFolder);
        } catch (IOException e) {
            throw new Failure(
                    FailureCode.FAILED_PRECONDITION,
                    "the embedded PostgreSQL cannot use the data folder " + dataFolder + ": " + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(FailureCode.UNAVAILABLE, "interrupted while the embedded PostgreSQL started", e);
        }
    }

    /** How to reach the server that runs on this folder, whoever started it; empty when none does. */
    public static Optional<DatabaseAddress> connectionTo(Path dataFolder) {
        Path cluster = dataFolder.resolve(CLUSTER);
        return PostmasterFile.in(cluster)
                .filter(PostmasterFile::isReady)
                .filter(file -> file.server(cluster).isPresent())
                .flatMap(file -> password(cluster).map(password -> address(file.port(), password)));
    }

    public DatabaseAddress address() {
        return PostmasterFile.in(cluster)
                .flatMap(file -> password(cluster).map(password -> address(file.port(), password)))
                .orElseThrow(() -> new Failure(FailureCode.UNAVAILABLE, "the embedded PostgreSQL has stopped"));
    }

    /** The server's main process. */
    public long pid() {
        return server.pid();
    }

    /** Stops the server, whose clients are cut off, and lets go of the folder. */
    @Override
    public void close() {
        try {
            stop();
            lock.close();
        } catch (IOException e) {
            throw new Failure(FailureCode.INTERNAL, "the embedded PostgreSQL could not be stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(FailureCode.UNAVAILABLE, "interrupted while the embedded PostgreSQL stopped", e);
        }
    }

    private static EmbeddedPostgres startLocked(Path dataFolder) throws IOException, InterruptedException {
        Files.createDirectories(dataFolder);
        FolderLock lock = FolderLock.on(dataFolder);
        try {
            Path cluster = dataFolder.toRealPath().resolve(CLUSTER);
            PostgresBinaries binaries = PostgresBinaries.in(cache(dataFolder));
            EmbeddedPostgres postgres =
                    new EmbeddedPostgres(lock, cluster, binaries, PostgresUser.choose(cluster, binaries));
            postgres.create();
            postgres.adoptOrStart();
            return postgres;
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Shared by all data folders of a user; where there is no such place, in the data folder. */
    private static Path cache(Path dataFolder) {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path home = configured == null || configured.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        Path cache = home.resolve("ticktock");
        try {
            Files.createDirectories(cache);
            return Files.isWritable(cache) ? cache : dataFolder.resolve("cache");
        } catch (IOException e) {
            return dataFolder.resolve("cache");
        }
    }

    /** Makes a cluster under another name first, so that a half-made one is never used. */
    private void create() throws IOException, InterruptedException {
        if (Files.exists(cluster)) {
            user.own(cluster);
            return;
        }
        Path fresh = cluster.resolveSibling(CLUSTER + ".new");
        if (Files.exists(fresh)) {
            PostgresBinaries.delete(fresh);
        }
        Files.createDirectory(
                fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path password = newPassword(cluster.resolveSibling(CLUSTER + ".password"));
        user.own(password);
        user.own(fresh);
        run(user.command(
                binaries.program("initdb"),
                "--pgdata=" + fresh,
                "--username=" + USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--wal-segsize=64",
                "--no-instructions"));
        Files.move(password, fresh.resolve(PASSWORD), StandardCopyOption.ATOMIC_MOVE);
        Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path newPassword(Path file) throws IOException {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, HexFormat.of().formatHex(random));
    }

    private static Optional<String> password(Path cluster) {
        try {
            return Optional.of(Files.readString(cluster.resolve(PASSWORD), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static DatabaseAddress address(int port, String password) {
        return new DatabaseAddress(LOOPBACK, port, DATABASE, USER, password, "disable");
    }

    private void adoptOrStart() throws IOException, InterruptedException {
        Optional<PostmasterFile> file = PostmasterFile.in(cluster);
        Optional<ProcessHandle> orphan = file.flatMap(noted -> noted.server(cluster));
        if (orphan.isPresent() && adopts(orphan.get())) {
            LOG.info("adopted the PostgreSQL that an earlier process had left running");
            return;
        }
        if (file.isPresent() && ProcessHandle.of(file.get().pid()).isPresent() && orphan.isEmpty()) {
            PostmasterFile.disown(cluster, ProcessHandle.current().pid());
        }
        start();
    }

    /** False when it ends instead of becoming ready. */
    private boolean adopts(ProcessHandle orphan) throws InterruptedException {
        server = orphan;
        return becomesReady(orphan);
    }

    private void start() throws IOException, InterruptedException {
        for (int attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
            Process process = launch(freePort());
            server = process.toHandle();
            if (becomesReady(server)) {
                return;
            }
            LOG.info("PostgreSQL did not start at attempt {}: {}", attempt, lastLogLine());
        }
        throw new Failure(FailureCode.FAILED_PRECONDITION, "the embedded PostgreSQL does not start: " + lastLogLine());
    }

    private Process launch(int port) throws IOException {
        Path log = log();
        if (Files.exists(log) && Files.size(log) > LARGEST_LOG_BYTES) {
            Files.delete(log);
        }
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(user.command(binaries.program("postgres"), "-D", cluster.toString(), "-p", "" + port));
        PostgresSettings.embedded().forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return new ProcessBuilder(command)
                .directory(cluster.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** So that an interrupt from the terminal reaches this process only, which then stops the server in its turn. */
    private static List<String> ownSession() {
        String setsid = "/usr/bin/setsid";
        return Files.isExecutable(Path.of(setsid)) ? List.of(setsid) : List.of();
    }

    private Path log() {
        return cluster.resolveSibling("postgres.log");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private boolean becomesReady(ProcessHandle process) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (System.nanoTime() - deadlineNanos < 0) {
            boolean isReady = PostmasterFile.in(cluster)
                    .filter(file -> file.pid() == process.pid() && file.isReady())
                    .isPresent();
            if (isReady) {
                return true;
            }
            if (ended(process, POLL_MS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        throw new Failure(
                FailureCode.UNAVAILABLE,
                "the embedded PostgreSQL was not ready after " + START_SECONDS + " s; it may still be recovering");
    }

    private void stop() throws IOException, InterruptedException {
        for (String signal : List.of("INT", "QUIT", "KILL")) {
            if (!server.isAlive()) {
                return;
            }
            run(user.command(binaries.program("pg_ctl"), "kill", signal, Long.toString(server.pid())));
            if (ended(server, STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
            LOG.warn("PostgreSQL did not stop within {} s of SIG{}", STOP_SECONDS, signal);
        }
    }

    private static boolean ended(ProcessHandle process, long time, TimeUnit unit) throws InterruptedException {
        try {
            process.onExit().get(time, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the end of a process cannot be waited for", e);
        }
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(cluster.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
        if (!process.waitFor(CREATE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        if (process.waitFor() != 0) {
            throw new IOException(lastLogLine());
        }
    }

    private String lastLogLine() throws IOException {
        List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
        return lines.stream()
                .filter(line -> line.contains("FATAL") || line.contains("rror:"))
                .reduce((earlier, later) -> later)
                .orElse("see postgres.log in the data folder");
    }
}
