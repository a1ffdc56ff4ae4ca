package io.ticktock.state;

import io.ticktock.proto.v1.FoundWork;
import io.ticktock.proto.v1.ListWaitingWorkRequest;
import io.ticktock.proto.v1.ListWaitingWorkResponse;
import io.ticktock.proto.v1.WaitingWork;
import io.ticktock.proto.v1.WantedWork;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/** Reads which attempts wait for workers outside; decisions write it. */
final class WaitingWorkRepository {

    private final Database database;

    WaitingWorkRepository(Database database) {
        this.database = database;
    }

    private static final String LIST = """
            SELECT w.tenant_id, w.lifetime_id, w.exec_id, w.task_type, w.since
            FROM unnest($1::text[], $2::text[], $3::integer[]) AS wanted (tenant_id, task_type, most)
            CROSS JOIN LATERAL (
                SELECT * FROM waiting_work
                WHERE tenant_id = wanted.tenant_id AND task_type = wanted.task_type
                ORDER BY since, exec_id
                LIMIT wanted.most) AS w
            """;

    Future<ListWaitingWorkResponse> list(ListWaitingWorkRequest request) {
        List<WantedWork> wanted = WaitingWorks.checked(request);
        Tuple parameters = Tuple.of(
                wanted.stream().map(WantedWork::getTenantId).toArray(String[]::new),
                wanted.stream().map(WantedWork::getTaskType).toArray(String[]::new),
                wanted.stream().map(WantedWork::getMost).toArray(Integer[]::new));
        return database.onConnection(query -> query.execute(LIST, parameters)).map(WaitingWorkRepository::found);
    }

    private static ListWaitingWorkResponse found(RowSet<Row> rows) {
        ListWaitingWorkResponse.Builder response = ListWaitingWorkResponse.newBuilder();
        for (Row row : rows) {
            response.addFound(FoundWork.newBuilder()
                    .setTenantId(row.getString(0))
                    .setLifetimeId(row.getUUID(1).toString())
                    .setWork(WaitingWork.newBuilder()
                            .setExecId(row.getUUID(2).toString())
                            .setTaskType(row.getString(3))
                            .setSince(Stored.timestamp(row.getOffsetDateTime(4)))));
        }
        return response.build();
    }
}
