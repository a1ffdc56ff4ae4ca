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

/**
 * A connection of its own for one {@link GroupCommit}, with its statements prepared. It connects when first used, and
 * again after the connection broke.
 */
final class Lane {

    private final Vertx vertx;
    private final PgConnectOptions options;
    private final long timeoutMs;
    private final Map<String, Future<PreparedStatement>> prepared = new HashMap<>();
    private Future<PgConnection> connection;

    Lane(Vertx vertx, PgConnectOptions options, long timeoutMs) {
        this.vertx = vertx;
        this.options = options;
        this.timeoutMs = timeoutMs;
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
        if (connection == null) {
            connection = PgConnection.connect(vertx, options);
        }
        Future<PgConnection> current = connection;
        return prepared.computeIfAbsent(sql, key -> current.compose(open -> open.prepare(key)));
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
