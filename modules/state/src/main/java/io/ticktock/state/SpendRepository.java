package io.ticktock.state;

import io.ticktock.proto.v1.GetSpendRequest;
import io.ticktock.proto.v1.GetSpendResponse;
import io.ticktock.proto.v1.SpendGrouping;
import io.ticktock.proto.v1.SpendRow;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** What all records add up to. PostgreSQL adds whole numbers up as numeric, so no sum overflows or is rounded. */
final class SpendRepository {

    private static final int MOST_ROWS = 10_000;

    private static final String GRAPH = "coalesce(graph_name, '') COLLATE \"C\"";
    private static final String VERSION = "coalesce(graph_version, '') COLLATE \"C\"";
    private static final String NODE = "node_id COLLATE \"C\"";
    private static final String NONE = "''";

    private final Database database;

    SpendRepository(Database database) {
        this.database = database;
    }

    /** With the columns of the group in place; where none is of the lifetime, PostgreSQL leaves out the join. */
    private static final String SELECT = """
            SELECT
                tenant_id, %s, %s, %s,
                count(*) AS executions, sum(tokens_used) AS tokens_used, sum(cost_micros) AS cost_micros,
                (sum(count(*)) OVER ())::bigint, sum(sum(tokens_used)) OVER (), sum(sum(cost_micros)) OVER ()
            FROM (
                SELECT tenant_id, lifetime_id, node_id, tokens_used, cost_micros FROM task_executions
                WHERE ($1 = '' OR tenant_id = $1)
                    AND recorded_at >= coalesce($2::timestamptz, '-infinity')
                    AND recorded_at < coalesce($3::timestamptz, 'infinity')
                UNION ALL
                SELECT tenant_id, lifetime_id, node_id, tokens_used, cost_micros FROM plan_executions
                WHERE ($1 = '' OR tenant_id = $1)
                    AND recorded_at >= coalesce($2::timestamptz, '-infinity')
                    AND recorded_at < coalesce($3::timestamptz, 'infinity')
            ) AS record
            LEFT JOIN lifetimes USING (tenant_id, lifetime_id)
            WHERE $4 = '' OR graph_name = $4
            GROUP BY 1, 2, 3, 4
            ORDER BY cost_micros DESC, tokens_used DESC, executions DESC, 1, 2, 3, 4
            LIMIT $5
            """;

    Future<GetSpendResponse> get(GetSpendRequest request) {
        Checks.timeSpan(request.getSince(), request.getUntil());
        Tuple parameters = Tuple.of(
                request.getTenantId(),
                request.hasSince() ? Stored.time(request.getSince()) : null,
                request.hasUntil() ? Stored.time(request.getUntil()) : null,
                request.getGraphName(),
                MOST_ROWS + 1);
        return database.report(request.getTenantId(), query -> query.execute(select(request.getBy()), parameters))
                .map(SpendRepository::response);
    }

    private static String select(SpendGrouping by) {
        return switch (by) {
            case SPEND_GROUPING_UNSPECIFIED, SPEND_GROUPING_TENANT, UNRECOGNIZED -> SELECT.formatted(NONE, NONE, NONE);
            case SPEND_GROUPING_GRAPH -> SELECT.formatted(GRAPH, NONE, NONE);
            case SPEND_GROUPING_VERSION -> SELECT.formatted(GRAPH, VERSION, NONE);
            case SPEND_GROUPING_NODE -> SELECT.formatted(GRAPH, NONE, NODE);
        };
    }

    private static GetSpendResponse response(RowSet<Row> rows) {
        GetSpendResponse.Builder response = GetSpendResponse.newBuilder()
                .setTotal(SpendRow.newBuilder().setTokensUsed("0").setCostMicros("0"))
                .setMore(rows.size() > MOST_ROWS);
        for (Row row : rows) {
            response.setTotal(sums(row, 7));
            if (response.getRowsCount() < MOST_ROWS) {
                response.addRows(sums(row, 4)
                        .setTenantId(row.getString(0))
                        .setGraphName(row.getString(1))
                        .setGraphVersion(row.getString(2))
                        .setNodeId(row.getString(3)));
            }
        }
        return response.build();
    }

    private static SpendRow.Builder sums(Row row, int firstColumn) {
        return SpendRow.newBuilder()
                .setExecutions(row.getLong(firstColumn))
                .setTokensUsed(row.getNumeric(firstColumn + 1).toString())
                .setCostMicros(row.getNumeric(firstColumn + 2).toString());
    }
}
