package io.ticktock.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.launcher.configuration.Configuration;
import io.ticktock.launcher.configuration.Settings;
import io.ticktock.launcher.crash.Journal;
import io.ticktock.launcher.crash.Journey;
import io.ticktock.launcher.crash.StoredRows;
import io.ticktock.state.EmbeddedPostgres;
import io.ticktock.testkit.Awaiting;
import io.ticktock.testkit.Evidence;
import io.ticktock.testkit.ReplayCheck;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backup made while lifetimes run, as the page about operations says: a base backup of the database, then the blobs.
 * Restored elsewhere, everything that was acknowledged before is there, and every lifetime goes on to its end.
 */
class BackupIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final int BEFORE = 8;
    private static final int IN_ALL = 12;

    /** What belongs to the running server, or is made anew. */
    private static final Set<String> NOT_COPIED = Set.of("pg_wal", "postmaster.pid", "postmaster.opts", "pg_replslot");

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> told = Collections.synchronizedList(new ArrayList<>());
    private final Journal journal = new Journal(told::add);

    @AfterEach
    void close() {
        Awaiting.result(vertx.close());
    }

    @Test
    void whatWasBackedUpWhileItRanGoesOnElsewhere() throws Exception {
        Path backup = folder.resolve("backup");
        Path source = folder.resolve("source");
        Set<String> acknowledged;
        try (GivenPostgres postgres = GivenPostgres.start(Files.createDirectory(source));
                LocalSystem system = LocalSystem.start(configuration(source, postgres.url()), SystemModule.engine())) {
            Journey.graphs().forEach(system.clientOf(Journey.TENANT)::register);
            StoredRows rows = new StoredRows(vertx, postgres.address());
            // Nobody answers what they ask: those wait for a person when the backup is made.
            system.deploy(new JourneyClient(system.bus(), journal, journeys(0, BEFORE), List.of()));
            await(() -> rows.number("SELECT count(*) FROM ticktock.lifetimes WHERE ended_at IS NOT NULL") > 2);
            await(() -> rows.number("SELECT count(*) FROM ticktock.lifetimes") >= BEFORE);
            acknowledged = executions(rows);
            backUp(system, postgres, backup);
            copy(source.resolve("blobs"), backup.resolve("blobs"), Set.of());
        }
        restore(backup, acknowledged);
    }

    private static List<Journey> journeys(int from, int to) {
        return IntStream.range(from, to).mapToObj(Journey::new).toList();
    }

    private static Configuration configuration(Path data, String url) {
        return Configuration.of(Settings.shipped()
                .with("launcher.data_folder", data.toString(), "--data")
                .with("state.database_url", url, "--database-url")
                // So that what is large for the suite is cheap to have.
                .with("executor.inline_limit_bytes", "16384", "--set")
                .with("control.park_after", "500ms", "--set")
                // The copy has another name than who held the shards, and waits for that to be gone.
                .with("control.lease", "2s", "--set"));
    }

    private static Set<String> executions(StoredRows rows) {
        return rows.history().executions().stream()
                .map(execution -> execution.key().lifetimeId() + " " + execution.execId())
                .collect(Collectors.toSet());
    }

    /** What pg_basebackup does: it is told when the copy begins and ends, and the log of that time goes with the copy. */
    private void backUp(LocalSystem system, GivenPostgres postgres, Path backup) throws IOException {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(postgres.address().host())
                .setPort(postgres.address().port())
                .setUser(postgres.address().user())
                .setPassword(postgres.address().password())
                .setDatabase(postgres.address().database());
        // The backup ends when this connection does.
        PgConnection connection = Awaiting.result(PgConnection.connect(vertx, options));
        Awaiting.result(connection.query("SELECT pg_backup_start('test', true)").execute());
        // More comes in meanwhile.
        system.deploy(new JourneyClient(system.bus(), journal, journeys(BEFORE, IN_ALL), List.of()));
        Path copy = backup.resolve("postgres");
        copy(postgres.cluster(), copy, NOT_COPIED);
        Row stopped = Awaiting.result(connection
                        .query("SELECT labelfile, spcmapfile FROM pg_backup_stop(wait_for_archive => false)")
                        .execute())
                .iterator()
                .next();
        Files.writeString(copy.resolve("backup_label"), stopped.getString("labelfile"));
        assertTrue(stopped.getString("spcmapfile").isBlank(), "there are no other table spaces");
        copy(postgres.cluster().resolve("pg_wal"), copy.resolve("pg_wal"), Set.of());
        Files.createDirectory(copy.resolve("pg_replslot"));
        Awaiting.result(connection.close());
    }

    /** With the owners and rights that it has. What goes while it is copied was of no more use. */
    private static void copy(Path from, Path to, Set<String> without) throws IOException {
        Files.createDirectories(to.getParent());
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                return visit(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                visit(file);
                return FileVisitResult.CONTINUE;
            }

            private boolean visit(Path file) throws IOException {
                Path relative = from.relativize(file);
                boolean isWanted = !without.contains(relative.getName(0).toString());
                try {
                    if (isWanted) {
                        Files.copy(file, to.resolve(relative.toString()), StandardCopyOption.COPY_ATTRIBUTES);
                    }
                } catch (NoSuchFileException gone) {
                    return false;
                }
                return isWanted;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    /** As the data folder of a process with a database of its own: the copy needs nothing of where it comes from. */
    private void restore(Path backup, Set<String> acknowledged) {
        Configuration configuration = configuration(backup, "");
        try (LocalSystem system = LocalSystem.startAll(configuration)) {
            StoredRows rows =
                    new StoredRows(vertx, EmbeddedPostgres.connectionTo(backup).orElseThrow());
            Set<String> missing = new HashSet<>(acknowledged);
            missing.removeAll(executions(rows));
            assertEquals(Set.of(), missing);
            assertTrue(acknowledged.size() > 40, () -> "only " + acknowledged.size() + " records were made before");
            long open = rows.openLifetimes();
            assertTrue(open >= BEFORE / 3, () -> "only " + open + " lifetimes wait");

            List<Journey> all = journeys(0, IN_ALL);
            // Those of the time of the backup are started again, where they are not in it.
            system.deploy(new JourneyClient(
                    system.bus(),
                    journal,
                    all,
                    all.stream().filter(Journey::asks).toList()));
            await(() -> rows.openLifetimes() == 0 && rows.number("SELECT count(*) FROM ticktock.lifetimes") >= IN_ALL);

            // What was acknowledged after the backup had begun is either in it or was asked for again.
            Evidence evidence = Evidence.NONE.withJournal(Journal.read(List.copyOf(told).stream()));
            assertEquals(List.of(), new Aftermath(system.clientOf(Journey.TENANT), rows, evidence, IN_ALL, 2).faults());
            int replayed = Client.await(new ReplayCheck(system.bus(), Journey.TENANT).requireAllAgree());
            assertTrue(replayed >= IN_ALL, () -> "only " + replayed + " lifetimes were decided anew");
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadlineNanos, "not within " + PATIENCE.toSeconds() + " s");
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }
}
