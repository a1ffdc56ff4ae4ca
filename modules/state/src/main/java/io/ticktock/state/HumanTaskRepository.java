package io.ticktock.state;

import io.ticktock.proto.v1.AskedQuestion;
import io.ticktock.proto.v1.ClaimHumanTaskRequest;
import io.ticktock.proto.v1.ClaimHumanTaskResponse;
import io.ticktock.proto.v1.GetHumanTaskRequest;
import io.ticktock.proto.v1.GetHumanTaskResponse;
import io.ticktock.proto.v1.HumanTask;
import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ListHumanTasksRequest;
import io.ticktock.proto.v1.ListHumanTasksResponse;
import io.ticktock.proto.v1.ReleaseHumanTaskRequest;
import io.ticktock.proto.v1.ReleaseHumanTaskResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Reads which executions ask a person; decisions write it. */
final class HumanTaskRepository {

    private final Database database;

    HumanTaskRepository(Database database) {
        this.database = database;
    }

    /** The questions may be large, so that only as many are read as a page may have bytes. */
    private static final String LIST = """
            SELECT exec_id, node_id, asked_at, closed_at, graph_name, graph_version, event, claimed_by, claimed_until,
                claimed_until > now() AS is_claimed, open_count
            FROM (
                SELECT t.*, e.event, count(*) OVER () AS open_count,
                    sum(octet_length(e.event)) OVER (ORDER BY t.asked_at, t.exec_id) - octet_length(e.event)
                        AS size_before
                FROM (
                    SELECT h.*, l.graph_name, l.graph_version
                    FROM human_tasks h JOIN lifetimes l USING (tenant_id, lifetime_id)
                    WHERE h.tenant_id = $1 AND h.closed_at IS NULL AND (h.asked_at, h.exec_id) > ($2, $3)
                        AND ($4 = '' OR l.graph_name = $4) AND ($5::uuid IS NULL OR h.lifetime_id = $5)
                        AND ($8 = '' OR (h.claimed_by = $8 AND h.claimed_until > now()))
                        AND (NOT $9 OR h.claimed_until IS NULL OR h.claimed_until <= now())
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
                .addInteger(HumanTasks.MOST_BYTES)
                .addString(request.getClaimedBy())
                .addBoolean(request.getUnclaimed());
        return database.ofTenant(tenantId, query -> query.execute(LIST, parameters))
                .map(rows -> page(request, rows, size));
    }

    private static ListHumanTasksResponse page(ListHumanTasksRequest request, RowSet<Row> rows, int size) {
        ListHumanTasksResponse.Builder page = ListHumanTasksResponse.newBuilder();
        long open = 0;
        for (Row row : rows) {
            page.addHumanTasks(task(row));
            open = row.getLong("open_count");
        }
        boolean isCut = page.getHumanTasksCount() < open || open == size;
        return isCut ? HumanTasks.continued(request, page) : page.build();
    }

    private static final String SELECT = """
            SELECT h.exec_id, h.node_id, h.asked_at, h.closed_at, l.graph_name, l.graph_version, e.event, h.claimed_by,
                h.claimed_until, h.claimed_until > now() AS is_claimed
            FROM human_tasks h
            JOIN lifetimes l USING (tenant_id, lifetime_id)
            JOIN lifetime_events e USING (tenant_id, lifetime_id, seq)
            WHERE h.tenant_id = $1 AND h.exec_id = $2
            """;

    Future<GetHumanTaskResponse> get(GetHumanTaskRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID execId = Checks.execution(request.getExecId());
        return database.ofTenant(tenantId, query -> find(query, tenantId, execId))
                .map(task ->
                        GetHumanTaskResponse.newBuilder().setHumanTask(task).build());
    }

    private static Future<HumanTask> find(Query query, String tenantId, UUID execId) {
        return query.execute(SELECT, Tuple.of(tenantId, execId)).map(rows -> {
            for (Row row : rows) {
                return task(row);
            }
            throw Refusal.noHumanTask(execId);
        });
    }

    private static final String CLAIM = """
            UPDATE human_tasks SET claimed_by = $3, claimed_until = now() + $4::integer * interval '1 second'
            WHERE tenant_id = $1 AND exec_id = $2 AND closed_at IS NULL
                AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_until <= now())
            """;

    Future<ClaimHumanTaskResponse> claim(ClaimHumanTaskRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID execId = Checks.execution(request.getExecId());
        Tuple claim = Tuple.of(tenantId, execId, HumanTasks.claimant(request.getActor()), HumanTasks.leaseS(request));
        return database.onConnection(query -> query.execute(CLAIM, claim)
                        .compose(claimed -> find(query, tenantId, execId)
                                .map(task -> HumanTasks.require(claimed.rowCount() > 0, task))))
                .map(task ->
                        ClaimHumanTaskResponse.newBuilder().setHumanTask(task).build());
    }

    private static final String RELEASE = """
            UPDATE human_tasks SET claimed_by = NULL, claimed_until = NULL
            WHERE tenant_id = $1 AND exec_id = $2 AND closed_at IS NULL
                AND (claimed_by IS NULL OR claimed_by = $3 OR claimed_until <= now() OR $4)
            """;

    Future<ReleaseHumanTaskResponse> release(ReleaseHumanTaskRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID execId = Checks.execution(request.getExecId());
        Tuple release = Tuple.of(tenantId, execId, HumanTasks.claimant(request.getActor()), request.getOfAnybody());
        return database.onConnection(query -> query.execute(RELEASE, release)
                        .compose(released -> find(query, tenantId, execId)
                                .map(task -> HumanTasks.require(released.rowCount() > 0, task))))
                .map(task ->
                        ReleaseHumanTaskResponse.newBuilder().setHumanTask(task).build());
    }

    /** The database's clock says whether it holds: an answer that is under way a little longer changes nothing. */
    private static HumanTask claim(Row row) {
        OffsetDateTime until = row.getOffsetDateTime("claimed_until");
        boolean holds = until != null && row.getOffsetDateTime(3) == null && row.getBoolean("is_claimed");
        return holds
                ? HumanTask.newBuilder()
                        .setClaimedBy(row.getString("claimed_by"))
                        .setClaimedUntil(Stored.timestamp(until))
                        .build()
                : HumanTask.getDefaultInstance();
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
                .mergeFrom(claim(row))
                .build();
    }
}
