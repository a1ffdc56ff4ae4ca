package io.ticktock.state;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server of this process's own, on a data folder that persists. It listens on the loopback interface only,
 * with a password that only the owner of the folder can read. When it dies it is started again on the same port; when
 * this process is killed, it ends by itself a while later unless another process adopts it. All methods block.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final int ORPHAN_GRACE_SECONDS = 30;
    private static final int MOST_REVIVALS = 100;

    private final FolderLock lock;
    private final PostgresCluster cluster;
    private final int port;
    private final int orphanGraceSeconds;

    private Postmaster postmaster;
    private OrphanWatch watch;
    private boolean closing;

    private EmbeddedPostgres(FolderLock lock, PostgresCluster cluster, Postmaster postmaster, int orphanGraceSeconds)
            throws IOException {
        this.lock = lock;
        this.cluster = cluster;
        this.orphanGraceSeconds = orphanGraceSeconds;
        this.port = postmaster.port();
        this.postmaster = postmaster;
        this.watch = OrphanWatch.on(postmaster, orphanGraceSeconds);
        Thread guard = new Thread(this::reviveWheneverItEnds, "postgres-guard");
        guard.setDaemon(true);
        guard.start();
    }

    /**
     * Starts the server of this folder, or adopts the one that an earlier process left running when it was killed. Creates
     * what is missing. FAILED_PRECONDITION when another process uses the folder, or PostgreSQL cannot run here.
     */
    public static EmbeddedPostgres start(Path dataFolder) {
        return start(dataFolder, ORPHAN_GRACE_SECONDS);
    }

    static EmbeddedPostgres start(Path dataFolder, int orphanGraceSeconds) {
        try {
            Files.createDirectories(dataFolder);
            return start(dataFolder, FolderLock.on(dataFolder), orphanGraceSeconds);
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

    private static EmbeddedPostgres start(Path dataFolder, FolderLock lock, int orphanGraceSeconds)
            throws IOException, InterruptedException {
        try {
            Path folder = PostgresCluster.folderIn(dataFolder.toRealPath());
            PostgresBinaries binaries = PostgresBinaries.in(cache(dataFolder));
            PostgresCluster cluster = new PostgresCluster(folder, binaries, PostgresUser.choose(folder, binaries));
            cluster.createIfMissing();
            return new EmbeddedPostgres(lock, cluster, Postmaster.adoptOrStart(cluster), orphanGraceSeconds);
        } catch (IOException | InterruptedException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** How to reach the server that runs on this folder, whoever started it; empty when none does. */
    public static Optional<DatabaseAddress> connectionTo(Path dataFolder) {
        Path folder = PostgresCluster.folderIn(dataFolder);
        return PostmasterFile.in(folder)
                .filter(PostmasterFile::isReady)
                .filter(file -> file.server(folder).isPresent())
                .flatMap(file -> PostgresCluster.address(folder, file.port()));
    }

    public DatabaseAddress address() {
        return PostgresCluster.address(cluster.folder(), port)
                .orElseThrow(() -> new Failure(
                        FailureCode.FAILED_PRECONDITION, "the password of the embedded PostgreSQL cannot be read"));
    }

    /** The server's main process. */
    public long pid() {
        return process().pid();
    }

    /** Stops the server, whose clients are cut off, and lets go of the folder. */
    @Override
    public synchronized void close() {
        closing = true;
        try {
            watch.close();
            postmaster.stop();
            lock.close();
        } catch (IOException e) {
            throw new Failure(FailureCode.INTERNAL, "the embedded PostgreSQL could not be stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(FailureCode.UNAVAILABLE, "interrupted while the embedded PostgreSQL stopped", e);
        }
    }

    private void reviveWheneverItEnds() {
        try {
            for (int revivals = 0; revivals < MOST_REVIVALS; revivals++) {
                process().onExit().join();
                if (!revive()) {
                    return;
                }
            }
            LOG.error(
                    "PostgreSQL was started again {} times, and will not be again when it ends: see its log",
                    MOST_REVIVALS);
        } catch (IOException | RuntimeException e) {
            LOG.error("PostgreSQL could not be started again; this process has to be restarted", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where the store expects it, since the store goes on trying there. False when its end was expected. */
    private synchronized boolean revive() throws IOException, InterruptedException {
        if (closing) {
            return false;
        }
        LOG.warn("PostgreSQL has ended unexpectedly and is started again");
        watch.close();
        postmaster = Postmaster.start(cluster, port);
        watch = OrphanWatch.on(postmaster, orphanGraceSeconds);
        return true;
    }

    private synchronized ProcessHandle process() {
        return postmaster.process();
    }

    /** Shared by all data folders of a user; where there is no such place, in the data folder. */
    private static Path cache(Path dataFolder) {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path home = configured == null || configured.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        // Whom root runs PostgreSQL as must be able to get there.
        boolean isRoot = System.getProperty("user.name").equals("root");
        Path cache = isRoot ? Path.of("/var/cache/ticktock") : home.resolve("ticktock");
        try {
            Files.createDirectories(cache);
            return Files.isWritable(cache) ? cache : dataFolder.resolve("cache");
        } catch (IOException e) {
            return dataFolder.resolve("cache");
        }
    }
}
