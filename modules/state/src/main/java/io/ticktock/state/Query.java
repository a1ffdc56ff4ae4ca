package io.ticktock.state;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** Something that executes one statement: a pool, a lane or a connection within a transaction. */
@FunctionalInterface
interface Query {

    Future<RowSet<Row>> execute(String sql, Tuple parameters);

    static Query on(SqlConnection connection) {
        return (sql, parameters) -> connection.preparedQuery(sql).execute(parameters);
    }
}
