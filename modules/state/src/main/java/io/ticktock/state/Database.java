package io.ticktock.state;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The connections of the store: a pool for the planes (role ticktock_writer), a few connections for what must not wait
 * behind them, a pool for what tenants read (role ticktock_reader, under row-level security), for each role one
 * connection for reports, and lanes. Every operation has a timeout; reads are tried again while the database is away.
 */
final class Database {

    private static final int MOST_WAITING = 4_096;
    /** Who waits here for a decision of its own, such as with a renewal of its lease, must not keep others waiting. */
    private static final int URGENT_CONNECTIONS = 4;

    /** Longest time of such an operation, whose asker gives up after 3 s. */
    private static final long URGENT_TIMEOUT_MS = 2_500;

    private static final int MOST_WAITING_REPORTS = 64;
    private static final long REPORT_TIMEOUT_MS = 45_000;
    private static final long FIRST_PAUSE_MS = 20;
    private static final long LONGEST_PAUSE_MS = 500;

    private static final String RETIRE = "ROLLBACK; RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())";
    private static final String SET_TENANT = "SELECT set_config('ticktock.tenant_id', $1, true)";

    private final Vertx vertx;
    private final StateConfiguration configuration;
    private final StateMeters meters;
    private final ConnectionPool planes;
    private final ConnectionPool urgent;
    private final ConnectionPool tenants;
    private final ConnectionPool reports;
    private final ConnectionPool tenantReports;
    private final long timeoutMs;
    private final long patienceMs;

    Database(Vertx vertx, StateConfiguration configuration, StateMeters meters) {
        this.vertx = vertx;
        this.configuration = configuration;
        this.meters = meters;
        this.planes = pool("planes", "ticktock_writer", configuration.poolSize());
        this.urgent =
                pool("urgent", "ticktock_writer", URGENT_CONNECTIONS, MOST_WAITING, urgentTimeoutMs(configuration));
        this.tenants = pool("tenants", "ticktock_reader", configuration.poolSize());
        this.reports = pool("reports", "ticktock_writer", 1, MOST_WAITING_REPORTS, REPORT_TIMEOUT_MS);
        this.tenantReports = pool("tenant_reports", "ticktock_reader", 1, MOST_WAITING_REPORTS, REPORT_TIMEOUT_MS);
        this.timeoutMs = configuration.timeoutMs();
        this.patienceMs = configuration.patienceMs();
    }

    private Database(Database connections) {
        this.vertx = connections.vertx;
        this.configuration = connections.configuration;
        this.meters = connections.meters;
        this.planes = connections.urgent;
        this.urgent = connections.urgent;
        this.tenants = connections.tenants;
        this.reports = connections.reports;
        this.tenantReports = connections.tenantReports;
        this.timeoutMs = urgentTimeoutMs(configuration);
        this.patienceMs = 0;
    }

    private static long urgentTimeoutMs(StateConfiguration configuration) {
        return Math.min(URGENT_TIMEOUT_MS, configuration.timeoutMs());
    }

    /** For operations that are not to be done late: none waits behind what the planes read, or is tried again. */
    Database withoutPatience() {
        return new Database(this);
    }

    /** A connection of its own for group commit. */
    Lane lane() {
        PgConnectOptions options = options("ticktock_writer", configuration.timeoutMs())
                // Arrays look like a few rows to the planner, and small tables ask to be scanned: always use the keys.
                .addProperty("plan_cache_mode", "force_generic_plan")
                .addProperty("enable_seqscan", "off")
                .addProperty("enable_hashjoin", "off")
                .addProperty("enable_mergejoin", "off");
        return new Lane(vertx, options, configuration.timeoutMs());
    }

    /** One statement of the planes that may be repeated. */
    Future<RowSet<Row>> query(String sql, Tuple parameters) {
        return onConnection(query -> query.execute(sql, parameters));
    }

    /** Several statements of the planes on one connection, which may be repeated. */
    <T> Future<T> onConnection(Function<Query, Future<T>> statements) {
        return patiently(() -> planes.withConnection(connection ->
                statements.apply(Query.on(connection)).onFailure(cause -> retireIfBroken(connection, cause))));
    }

    /** Statements of the planes in one transaction, which may be repeated. */
    <T> Future<T> inTransaction(Function<Query, Future<T>> statements) {
        return patiently(() -> planes.withTransaction(connection ->
                statements.apply(Query.on(connection)).onFailure(cause -> retireIfBroken(connection, cause))));
    }

    /** What this tenant, and no other, can see. */
    <T> Future<T> ofTenant(String tenantId, Function<Query, Future<T>> statements) {
        return patiently(() -> inTransactionOf(tenants, tenantId, statements));
    }

    /**
     * What a report reads of this tenant, or of all of them when it is empty, in one transaction. It may take longer than
     * other operations, so there is one such transaction at a time, and it is not tried again.
     */
    <T> Future<T> report(String tenantId, Function<Query, Future<T>> statements) {
        ConnectionPool pool = tenantId.isEmpty() ? reports : tenantReports;
        return inTransactionOf(pool, tenantId, statements)
                .timeout(REPORT_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(DatabaseFault.of(cause).toFailure()));
    }

    private static <T> Future<T> inTransactionOf(
            ConnectionPool pool, String tenantId, Function<Query, Future<T>> statements) {
        return pool.withTransaction(connection -> connection
                .preparedQuery(SET_TENANT)
                .execute(Tuple.of(tenantId))
                .compose(set -> statements.apply(Query.on(connection))));
    }

    Future<Void> close() {
        return planes.close()
                .eventually(urgent::close)
                .eventually(tenants::close)
                .eventually(reports::close)
                .eventually(tenantReports::close);
    }

    /** A server that has become read-only keeps its connections, and the pool would use them again. */
    private static void retireIfBroken(SqlConnection connection, Throwable cause) {
        if (DatabaseFault.of(cause).breaksConnection()) {
            connection.query(RETIRE).execute();
        }
    }

    private <T> Future<T> patiently(Supplier<Future<T>> operation) {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patienceMs);
        return attempt(operation, deadlineNanos, FIRST_PAUSE_MS);
    }

    private <T> Future<T> attempt(Supplier<Future<T>> operation, long deadlineNanos, long pauseMs) {
        return operation.get().timeout(timeoutMs, TimeUnit.MILLISECONDS).recover(cause -> {
            DatabaseFault fault = DatabaseFault.of(cause);
            boolean late = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMs) - deadlineNanos > 0;
            if (fault.kind() != DatabaseFault.Kind.PASSING || late) {
                return Future.failedFuture(fault.toFailure());
            }
            return vertx.timer(pauseMs, TimeUnit.MILLISECONDS)
                    .compose(fired -> attempt(operation, deadlineNanos, Math.min(2 * pauseMs, LONGEST_PAUSE_MS)));
        });
    }

    private ConnectionPool pool(String name, String role, int connections) {
        return pool(name, role, connections, MOST_WAITING, configuration.timeoutMs());
    }

    private ConnectionPool pool(String name, String role, int connections, int mostWaiting, long timeoutMs) {
        PoolOptions bounds = new PoolOptions()
                .setMaxSize(connections)
                .setMaxWaitQueueSize(mostWaiting)
                .setConnectionTimeout((int) timeoutMs)
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout(5)
                .setIdleTimeoutUnit(TimeUnit.MINUTES)
                .setMaxLifetime(60)
                .setMaxLifetimeUnit(TimeUnit.MINUTES);
        Pool pool = PgBuilder.pool()
                .with(bounds)
                .connectingTo(options(role, timeoutMs).setCachePreparedStatements(true))
                .using(vertx)
                .build();
        return new ConnectionPool(pool, meters.pool(name, connections));
    }

    private PgConnectOptions options(String role, long timeoutMs) {
        return configuration
                .database()
                .options()
                .addProperty("role", role)
                .addProperty("search_path", "ticktock")
                .addProperty("application_name", "ticktock")
                .addProperty("statement_timeout", Long.toString(timeoutMs))
                .addProperty("idle_in_transaction_session_timeout", Long.toString(timeoutMs));
    }
}
