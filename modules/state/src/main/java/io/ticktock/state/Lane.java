package io.ticktock.state;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of its own for one {@link GroupCommit}, with its statements prepared. It connects again when used after the
 * connection broke.
 */
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    private final Vertx vertx;
    private final PgConnectOptions options;
    private final long timeoutMs;
    private final Map<String, Future<PreparedStatement>> prepared = new HashMap<>();
    private Future<PgConnection> connection;
    private boolean isRefused;

    Lane(Vertx vertx, PgConnectOptions options, long timeoutMs) {
        this.vertx = vertx;
        this.options = options;
        this.timeoutMs = timeoutMs;
    }

    /** A store that cannot write is not to be open: a server may have connections left for reading, and no more. */
    synchronized Future<Void> connect() {
        return connection().mapEmpty();
    }

    private Future<PgConnection> connection() {
        if (connection == null) {
            connection =
                    PgConnection.connect(vertx, options).onSuccess(this::listen).onFailure(this::tellOnce);
        }
        return connection;
    }

    private synchronized void tellOnce(Throwable cause) {
        if (!isRefused) {
            LOG.warn("no connection to the database, trying again: {}", cause.getMessage());
        }
        isRefused = true;
    }

    /** Executes in a transaction of its own. When it fails on the way, the next call connects afresh. */
    Future<RowSet<Row>> execute(String sql, Tuple parameters) {
        return prepared(sql)
                .compose(statement -> statement.query().execute(parameters))
                .timeout(timeoutMs, TimeUnit.MILLISECONDS)
                .onFailure(this::dropIfBroken);
    }

    Future<Void> close() {
        return drop();
    }

    private synchronized Future<PreparedStatement> prepared(String sql) {
        Future<PreparedStatement> statement = prepared.get(sql);
        if (statement == null) {
            statement = connection().compose(open -> open.prepare(sql));
            prepared.put(sql, statement);
            statement.onFailure(cause -> drop());
        }
        return statement;
    }

    /** Else the next flush would be the first to notice. */
    private synchronized void listen(PgConnection opened) {
        isRefused = false;
        opened.exceptionHandler(cause -> LOG.info("a connection to the database broke: {}", cause.getMessage()))
                .closeHandler(closed -> forget(opened));
    }

    private synchronized void forget(PgConnection closed) {
        if (connection != null && connection.succeeded() && connection.result() == closed) {
            connection = null;
            prepared.clear();
        }
    }

    private void dropIfBroken(Throwable cause) {
        if (DatabaseFault.of(cause).breaksConnection()) {
            drop();
        }
    }

    private synchronized Future<Void> drop() {
        Future<PgConnection> dropped = connection;
        connection = null;
        prepared.clear();
        return dropped == null
                ? Future.succeededFuture()
                : dropped.compose(PgConnection::close).otherwiseEmpty();
    }
}
