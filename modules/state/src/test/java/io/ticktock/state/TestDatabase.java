package io.ticktock.state;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A database of its own for a test class, on an embedded server that all classes share. */
final class TestDatabase implements AutoCloseable {

    private static final long MOST_SECONDS = 30;
    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** A class of its own, so that other threads can use this one while the server starts. */
    private static final class Server {
        private static final DatabaseAddress ADDRESS = startServer();
    }

    private final Vertx vertx = Vertx.vertx();
    private final DatabaseAddress address;

    TestDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        execute(Server.ADDRESS, "CREATE DATABASE " + name);
        this.address = Server.ADDRESS.withDatabase(name);
    }

    Vertx vertx() {
        return vertx;
    }

    DatabaseAddress address() {
        return address;
    }

    PostgresStateStore openStore() {
        return result(PostgresStateStore.open(vertx, StateConfiguration.of(address), new SimpleMeterRegistry()));
    }

    /** As the superuser, in the schema of the store. */
    RowSet<Row> execute(String sql) {
        return execute(address, sql);
    }

    long count(String sql) {
        return execute(sql).iterator().next().getLong(0);
    }

    PgConnection connect() {
        return result(tryConnect());
    }

    Future<PgConnection> tryConnect() {
        return PgConnection.connect(vertx, address.options().addProperty("search_path", "ticktock"));
    }

    @Override
    public void close() {
        result(vertx.close());
    }

    static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("nothing after " + MOST_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static Throwable cause(Future<?> future) {
        return result(future.transform(done -> done.succeeded()
                ? Future.failedFuture(new AssertionError("did not fail: " + done.result()))
                : Future.succeededFuture(done.cause())));
    }

    static Failure failure(Future<?> future) {
        return Failure.of(cause(future));
    }

    static void eventually(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new AssertionError("not so after " + MOST_SECONDS + " s");
            }
            Thread.onSpinWait();
        }
    }

    private RowSet<Row> execute(DatabaseAddress where, String sql) {
        return result(PgConnection.connect(vertx, where.options().addProperty("search_path", "ticktock"))
                .compose(connection -> connection.query(sql).execute().eventually(connection::close)));
    }

    private static DatabaseAddress startServer() {
        try {
            Path folder = Files.createTempDirectory("ticktock-state-");
            EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
            forgetAboutPowerFailures(postgres.address());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopServer(postgres, folder)));
            return postgres.address();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tests kill processes, not machines; and each new database has some hundred files to flush. */
    private static void forgetAboutPowerFailures(DatabaseAddress address) {
        Vertx vertx = Vertx.vertx();
        result(PgConnection.connect(vertx, address.options())
                .compose(connection -> connection
                        .query("ALTER SYSTEM SET fsync = off")
                        .execute()
                        .compose(set ->
                                connection.query("SELECT pg_reload_conf()").execute())
                        .eventually(connection::close)));
        result(vertx.close());
    }

    private static void stopServer(EmbeddedPostgres postgres, Path folder) {
        postgres.close();
        try {
            PostgresBinaries.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
