package io.ticktock.state;

import io.ticktock.proto.v1.AskedQuestion;
import io.ticktock.proto.v1.GetHumanTaskRequest;
import io.ticktock.proto.v1.GetHumanTaskResponse;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ListHumanTasksResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;

/** Reads which executions ask a person; decisions write it. */
final class HumanTaskRepository {

    private final Database database;

    HumanTaskRepository(Database database) {
        this.database = database;
    }

    /** The questions may be large, so that only as many are read as a page may have bytes. */
    private static final String LIST = """
            SELECT exec_id, node_id, asked_at, closed_at, graph_name, graph_version, event, open_count
            FROM (
                SELECT t.*, e.event, count(*) OVER () AS open_count,
                    sum(octet_length(e.event)) OVER (ORDER BY t.asked_at, t.exec_id) - octet_length(e.event)
                        AS size_before
                FROM (
                    SELECT h.*, l.graph_name, l.graph_version
                    FROM human_tasks h JOIN lifetimes l USING (tenant_id, lifetime_id)
                    WHERE h.tenant_id = $1 AND h.closed_at IS NULL AND (h.asked_at, h.exec_id) > ($2, $3)
                        AND ($4 = '' OR l.graph_name = $4) AND ($5::uuid IS NULL OR h.lifetime_id = $5)
                    ORDER BY h.asked_at, h.exec_id
                    LIMIT $6) AS t
                JOIN lifetime_events e USING (tenant_id, lifetime_id, seq)) AS sized
            WHERE size_before < $7
            ORDER BY asked_at, exec_id
            """;

    /** Oldest first. */
    Future<ListHumanTasksResponse> list(ListHumanTasksRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        int size = HumanTasks.pageSize(request);
        UUID lifetimeId = HumanTasks.lifetime(request).orElse(null);
        TimeCursor after = HumanTasks.place(request);
        Tuple parameters = Tuple.of(tenantId, after.time(), after.id(), request.getGraphName())
                .addUUID(lifetimeId)
                .addInteger(size)
                .addInteger(HumanTasks.MOST_BYTES);
        return database.ofTenant(tenantId, query -> query.execute(LIST, parameters))
                .map(rows -> page(request, rows, size));
    }

    private static ListHumanTasksResponse page(ListHumanTasksRequest request, RowSet<Row> rows, int size) {
        ListHumanTasksResponse.Builder page = ListHumanTasksResponse.newBuilder();
        long open = 0;
        for (Row row : rows) {
            page.addHumanTasks(task(row));
            open = row.getLong(7);
        }
        boolean isCut = page.getHumanTasksCount() < open || open == size;
        return isCut ? HumanTasks.continued(request, page) : page.build();
    }

    private static final String SELECT = """
            SELECT h.exec_id, h.node_id, h.asked_at, h.closed_at, l.graph_name, l.graph_version, e.event
            FROM human_tasks h
            JOIN lifetimes l USING (tenant_id, lifetime_id)
            JOIN lifetime_events e USING (tenant_id, lifetime_id, seq)
            WHERE h.tenant_id = $1 AND h.exec_id = $2
            """;

    Future<GetHumanTaskResponse> get(GetHumanTaskRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID execId = Checks.execution(request.getExecId());
        return database.ofTenant(tenantId, query -> query.execute(SELECT, Tuple.of(tenantId, execId)))
                .map(rows -> {
                    for (Row row : rows) {
                        return GetHumanTaskResponse.newBuilder()
                                .setHumanTask(task(row))
                                .build();
                    }
                    throw Refusal.noHumanTask(execId);
                });
    }

    private static HumanTask task(Row row) {
        AskedQuestion question = AskedQuestion.newBuilder()
                .setExecId(row.getUUID(0).toString())
                .setNodeId(row.getString(1))
                .setAskedAt(Stored.timestamp(row.getOffsetDateTime(2)))
                .build();
        LifetimeEvent event = Stored.parse(LifetimeEvent.parser(), row.getBuffer(6));
        return HumanTasks.of(question, row.getString(4), row.getString(5), event).toBuilder()
                .setClosed(row.getOffsetDateTime(3) != null)
                .build();
    }
}
