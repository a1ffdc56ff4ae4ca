package io.ticktock.state;

import static io.ticktock.state.TestDatabase.eventually;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    private static final int LONG_GRACE_SECONDS = 600;
    private static final int NOBODY = 65534;

    /** Made once, since that takes a second or more; each test starts with a copy. */
    @TempDir
    private static Path made;

    @TempDir
    private Path folder;

    private Vertx vertx;

    @BeforeAll
    static void makeCluster() {
        EmbeddedPostgres.start(made).close();
    }

    @BeforeEach
    void copyCluster() throws IOException {
        vertx = Vertx.vertx();
        try (Stream<Path> files = Files.walk(made.resolve("postgres"))) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(made.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @AfterEach
    void closeVertx() {
        result(vertx.close());
    }

    @Test
    void whatIsWrittenPersists() {
        assertTrue(EmbeddedPostgres.connectionTo(folder).isEmpty());
        long pid;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            pid = postgres.pid();
            execute(postgres.address(), "CREATE TABLE kept AS SELECT 42 AS answer");
            assertEquals(
                    postgres.address(), EmbeddedPostgres.connectionTo(folder).orElseThrow());
        }
        assertFalse(isAlive(pid));
        assertTrue(EmbeddedPostgres.connectionTo(folder).isEmpty());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals(42, execute(postgres.address(), "SELECT answer FROM kept"));
            assertEquals(1, execute(postgres.address(), "SELECT (current_setting('fsync') = 'on')::integer"));
        }
    }

    @Test
    void onlyItsOwnerCanReadThePassword() throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            Path password = folder.resolve("postgres").resolve("ticktock.password");
            Set<PosixFilePermission> expected = PosixFilePermissions.fromString("rw-------");
            assertEquals(expected, Files.getPosixFilePermissions(password));
            DatabaseAddress wrong =
                    postgres.address().withUser(postgres.address().user(), "guessed");
            Throwable refused = TestDatabase.cause(PgConnection.connect(vertx, wrong.options()));
            assertTrue(refused.getMessage().contains("password authentication failed"), refused.getMessage());
        }
    }

    @Test
    void aSecondProcessOnTheFolderIsRefused() throws IOException {
        Child child = new Child(LONG_GRACE_SECONDS);
        Failure refused = assertThrows(Failure.class, () -> EmbeddedPostgres.start(folder));
        assertEquals(FailureCode.FAILED_PRECONDITION, refused.code());
        assertTrue(refused.getMessage().contains("in use by another process"), refused.getMessage());
        assertTrue(EmbeddedPostgres.connectionTo(folder).isPresent());
        child.end();
        EmbeddedPostgres.start(folder).close();
    }

    @Test
    void theServerOfAKilledProcessIsAdopted() throws IOException {
        Child child = new Child(LONG_GRACE_SECONDS);
        execute(EmbeddedPostgres.connectionTo(folder).orElseThrow(), "CREATE TABLE kept AS SELECT 42 AS answer");
        child.kill();
        assertTrue(isAlive(child.server), "the server outlives its process");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals(child.server, postgres.pid());
            assertEquals(42, execute(postgres.address(), "SELECT answer FROM kept"));
        }
        assertFalse(isAlive(child.server));
    }

    @Test
    void anOrphanEndsByItself() throws IOException {
        Child child = new Child(1);
        child.kill();
        eventually(() -> !isAlive(child.server));
        EmbeddedPostgres.start(folder).close();
    }

    @Test
    void anAdoptedServerDoesNotEndAsAnOrphan() throws IOException {
        Child child = new Child(1);
        child.kill();
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals(child.server, postgres.pid());
            result(vertx.timer(1_500));
            assertEquals(1, execute(postgres.address(), "SELECT 1"));
            assertEquals(child.server, postgres.pid());
        }
    }

    @Test
    void aNumberThatAnotherProcessHasByNowIsNoServer() throws IOException {
        Process other = new ProcessBuilder("sleep", "60").start();
        Path cluster = folder.resolve("postgres");
        Files.write(
                cluster.resolve("postmaster.pid"),
                List.of(
                        Long.toString(other.pid()),
                        cluster.toString(),
                        "1700000000",
                        "5432",
                        "",
                        "127.0.0.1",
                        "  1234567         0",
                        "ready   "));
        assertTrue(EmbeddedPostgres.connectionTo(folder).isEmpty());
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertNotEquals(other.pid(), postgres.pid());
            assertEquals(1, execute(postgres.address(), "SELECT 1"));
        }
        assertTrue(other.isAlive());
        other.destroyForcibly();
    }

    @Test
    void aKilledServerIsStartedAgainWhereItWas() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            DatabaseAddress address = postgres.address();
            long first = postgres.pid();
            assertTrue(ProcessHandle.of(first).orElseThrow().destroyForcibly());
            eventually(() -> postgres.pid() != first);
            assertEquals(address, postgres.address());
            assertEquals(1, execute(address, "SELECT 1"));
        }
    }

    @Test
    void writesSurviveAKilledServer() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            PostgresStateStore store = result(PostgresStateStore.open(
                    vertx, StateConfiguration.of(postgres.address()), new SimpleMeterRegistry()));
            Workload workload = new Workload(store, 40, 5);
            Future<Void> done = workload.run();
            eventually(() -> workload.steps() > 20);
            ProcessHandle.of(postgres.pid()).orElseThrow().destroyForcibly();
            result(done);
            assertEquals(200, execute(postgres.address(), "SELECT count(*) FROM ticktock.task_executions"));
            workload.assertLogs();
            result(store.close());
        }
    }

    /** On a server of its own, since the roles of the store must not be there yet. */
    @Test
    void anOrdinaryUserWhoOwnsTheDatabaseCanOpenTheStore() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            execute(postgres.address(), "CREATE ROLE landlord LOGIN CREATEROLE PASSWORD 'secret'");
            execute(postgres.address(), "CREATE DATABASE house OWNER landlord");
            DatabaseAddress house = postgres.address().withDatabase("house").withUser("landlord", "secret");
            PostgresStateStore store =
                    result(PostgresStateStore.open(vertx, StateConfiguration.of(house), new SimpleMeterRegistry()));
            Workload workload = new Workload(store, 2, 2);
            result(workload.run());
            workload.assertLogs();
            result(store.close());
        }
    }

    @Test
    void aHalfMadeClusterIsNotUsed() throws IOException {
        PostgresBinaries.delete(folder.resolve("postgres"));
        Files.createDirectories(folder.resolve("postgres.new"));
        Files.writeString(folder.resolve("postgres.new").resolve("PG_VERSION"), "18");
        Files.writeString(folder.resolve("postgres.password"), "of a start that was killed");
        EmbeddedPostgres.start(folder).close();
        assertFalse(Files.exists(folder.resolve("postgres.new")));
    }

    @Test
    void programsAreUnpackedOnceByManyAtOnce() throws IOException {
        Path cache = folder.resolve("cache");
        List<CompletableFuture<PostgresBinaries>> unpacking = List.of(
                CompletableFuture.supplyAsync(() -> unpack(cache)), CompletableFuture.supplyAsync(() -> unpack(cache)));
        PostgresBinaries first = unpacking.get(0).join();
        assertEquals(first, unpacking.get(1).join());
        assertTrue(Files.isExecutable(Path.of(first.program("postgres"))));
        try (Stream<Path> left = Files.list(cache)) {
            assertEquals(List.of(first.home()), left.toList());
        }
    }

    /** Root has to become somebody else, and does when the cluster is somebody else's; others stay who they are. */
    @Test
    void aClusterIsServedAsItsOwner() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path cluster = folder.resolve("postgres");
        boolean isRoot = (int) Files.getAttribute(folder, "unix:uid") == 0;
        if (isRoot) {
            new PostgresUser(List.of(), NOBODY).own(cluster);
        }
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertEquals(1, execute(postgres.address(), "SELECT 1"));
            Object owner = Files.getAttribute(cluster, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            assertEquals(isRoot ? NOBODY : Files.getAttribute(folder, "unix:uid"), owner);
            long first = postgres.pid();
            ProcessHandle.of(first).orElseThrow().destroyForcibly();
            eventually(() -> postgres.pid() != first);
            assertEquals(1, execute(postgres.address(), "SELECT 1"));
        }
    }

    private static PostgresBinaries unpack(Path cache) {
        try {
            return PostgresBinaries.in(cache);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private int execute(DatabaseAddress address, String sql) {
        return result(PgConnection.connect(vertx, address.options())
                .compose(connection -> connection.query(sql).execute().eventually(connection::close))
                .map(rows ->
                        rows.size() == 0 ? 0 : ((Number) rows.iterator().next().getValue(0)).intValue()));
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    /** Another process with the server of the test's folder. */
    private final class Child {
        private final Process process;
        private final long server;

        Child(int graceSeconds) throws IOException {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String classPath = System.getProperty("java.class.path");
            this.process = new ProcessBuilder(
                            java,
                            "-cp",
                            classPath,
                            EmbeddedPostgresChild.class.getName(),
                            folder.toString(),
                            Integer.toString(graceSeconds))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            this.server = Long.parseLong(output.readLine().replace("server ", ""));
        }

        void kill() {
            process.destroyForcibly();
            process.onExit().join();
        }

        void end() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
