package io.ticktock.state;

import io.ticktock.proto.v1.GetStatisticsResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** What PostgreSQL counts of this database. Its sessions report with a delay of about a second. */
final class StatisticsRepository {

    private final Database database;

    StatisticsRepository(Database database) {
        this.database = database;
    }

    private static final String SELECT =
            "SELECT xact_commit, tup_inserted FROM pg_stat_database WHERE datname = current_database()";

    Future<GetStatisticsResponse> get() {
        return database.query(SELECT, Tuple.tuple()).map(StatisticsRepository::response);
    }

    private static GetStatisticsResponse response(RowSet<Row> rows) {
        GetStatisticsResponse.Builder statistics = GetStatisticsResponse.newBuilder();
        rows.forEach(row -> statistics.setCommits(row.getLong(0)).setRows(row.getLong(1)));
        return statistics.build();
    }
}
