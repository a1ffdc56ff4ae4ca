package io.ticktock.testkit;

import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.EmbeddedPostgres;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * One PostgreSQL for the tests of a process: the one of TICKTOCK_TEST_DATABASE_URL where that is set, else one in a
 * container where there are containers, else an embedded one.
 */
final class PostgresServer {

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final DatabaseAddress ADDRESS = start();

    private PostgresServer() {}

    /** An empty database that nobody else uses. */
    static DatabaseAddress freshDatabase(Vertx vertx) {
        String name = "test_" + System.nanoTime() + "_" + DATABASES.incrementAndGet();
        PgConnectOptions options = new PgConnectOptions()
                .setHost(ADDRESS.host())
                .setPort(ADDRESS.port())
                .setUser(ADDRESS.user())
                .setPassword(ADDRESS.password())
                .setDatabase(ADDRESS.database());
        Awaiting.result(PgConnection.connect(vertx, options)
                .compose(connection ->
                        connection.query("CREATE DATABASE " + name).execute().eventually(connection::close)));
        return new DatabaseAddress(
                ADDRESS.host(), ADDRESS.port(), name, ADDRESS.user(), ADDRESS.password(), ADDRESS.sslMode());
    }

    private static DatabaseAddress start() {
        String url = System.getenv("TICKTOCK_TEST_DATABASE_URL");
        if (url != null) {
            return DatabaseAddress.parse(url);
        }
        return DockerClientFactory.instance().isDockerAvailable() ? inContainer() : embedded();
    }

    private static DatabaseAddress inContainer() {
        // Stopped by Testcontainers when this process ends.
        PostgreSQLContainer container = new PostgreSQLContainer("postgres:18");
        container.start();
        return new DatabaseAddress(
                container.getHost(),
                container.getFirstMappedPort(),
                container.getDatabaseName(),
                container.getUsername(),
                container.getPassword(),
                "disable");
    }

    private static DatabaseAddress embedded() {
        try {
            Path folder = Files.createTempDirectory("ticktock-test-");
            EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(postgres, folder)));
            return postgres.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void stop(EmbeddedPostgres postgres, Path folder) {
        postgres.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
