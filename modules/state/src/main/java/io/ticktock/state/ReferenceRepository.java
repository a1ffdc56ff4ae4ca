package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.ExecutionKey;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.FindExecutionsRequest;
import io.ticktock.proto.v1.FindExecutionsResponse;
import io.ticktock.proto.v1.ListExecutionsRequest;
import io.ticktock.proto.v1.ListExecutionsResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * References to records of both kinds. Envelopes are read a few megabytes at a time, since a reference is small and a
 * record need not be.
 */
final class ReferenceRepository {

    private static final long CHUNK_BYTES = 4L << 20;

    private record Found(boolean isTask, RecordKey key, long sizeBytes, OffsetDateTime recordedAt) {}

    private final Database database;

    ReferenceRepository(Database database) {
        this.database = database;
    }

    private static final String FIND = """
            SELECT true, tenant_id, lifetime_id, exec_id, octet_length(envelope), recorded_at
            FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS k (tenant_id, lifetime_id, exec_id)
            JOIN task_executions USING (tenant_id, lifetime_id, exec_id)
            UNION ALL
            SELECT false, tenant_id, lifetime_id, exec_id, octet_length(envelope), recorded_at
            FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS k (tenant_id, lifetime_id, exec_id)
            JOIN plan_executions USING (tenant_id, lifetime_id, exec_id)
            """;

    Future<FindExecutionsResponse> find(FindExecutionsRequest request) {
        Checks.atMost("keys", request.getKeysCount());
        List<ExecutionKey> keys = request.getKeysList();
        Tuple parameters = Tuple.of(
                keys.stream().map(key -> Checks.tenant(key.getTenantId())).toArray(String[]::new),
                keys.stream().map(key -> Checks.lifetime(key.getLifetimeId())).toArray(UUID[]::new),
                keys.stream().map(key -> Checks.execution(key.getExecId())).toArray(UUID[]::new));
        return request.getTenantId().isEmpty()
                ? find(database::query, parameters)
                : database.ofTenant(Checks.tenant(request.getTenantId()), query -> find(query, parameters));
    }

    private Future<FindExecutionsResponse> find(Query query, Tuple parameters) {
        return query.execute(FIND, parameters)
                .compose(rows -> references(query, found(rows)))
                .map(references -> FindExecutionsResponse.newBuilder()
                        .addAllExecutions(references)
                        .build());
    }

    private static final String LIST = """
            SELECT * FROM (
                SELECT true, tenant_id, lifetime_id, exec_id, octet_length(envelope), recorded_at
                FROM task_executions WHERE tenant_id = $1 AND lifetime_id = $2
                UNION ALL
                SELECT false, tenant_id, lifetime_id, exec_id, octet_length(envelope), recorded_at
                FROM plan_executions WHERE tenant_id = $1 AND lifetime_id = $2) AS record
            WHERE (recorded_at, exec_id) > ($3, $4)
            ORDER BY recorded_at, exec_id
            LIMIT $5
            """;

    /** Oldest first. */
    Future<ListExecutionsResponse> list(ListExecutionsRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID lifetimeId = Checks.lifetime(request.getLifetimeId());
        int size = Pages.size(request.getPageSize());
        String token = request.getPageToken();
        TimeCursor after = token.isEmpty() ? TimeCursor.FIRST : TimeCursor.parse(token);
        Tuple parameters = Tuple.of(tenantId, lifetimeId, after.time(), after.id(), size);
        return database.ofTenant(
                tenantId,
                query -> query.execute(LIST, parameters).compose(rows -> {
                    List<Found> found = found(rows);
                    return found.isEmpty()
                            ? LifetimeRepository.requireExists(query, tenantId, lifetimeId)
                                    .map(exists -> ListExecutionsResponse.getDefaultInstance())
                            : references(query, found).map(references -> page(references, found, size));
                }));
    }

    private static ListExecutionsResponse page(List<ExecutionReference> references, List<Found> found, int size) {
        ListExecutionsResponse.Builder page =
                ListExecutionsResponse.newBuilder().addAllExecutions(references);
        if (found.size() == size) {
            Found last = found.get(size - 1);
            page.setNextPageToken(new TimeCursor(last.recordedAt, last.key.execId()).toString());
        }
        return page.build();
    }

    private static List<Found> found(RowSet<Row> rows) {
        List<Found> found = new ArrayList<>(rows.size());
        for (Row row : rows) {
            RecordKey key = new RecordKey(row.getString(1), row.getUUID(2), row.getUUID(3));
            found.add(new Found(row.getBoolean(0), key, row.getInteger(4), row.getOffsetDateTime(5)));
        }
        return found;
    }

    private Future<List<ExecutionReference>> references(Query query, List<Found> found) {
        Future<Void> read = Future.succeededFuture();
        Map<RecordKey, ExecutionReference> references = new HashMap<>();
        for (List<Found> chunk : chunks(found)) {
            read = read.compose(before -> read(query, chunk, references));
        }
        return read.map(
                all -> found.stream().map(each -> references.get(each.key)).toList());
    }

    private static List<List<Found>> chunks(List<Found> found) {
        List<List<Found>> chunks = new ArrayList<>();
        List<Found> chunk = new ArrayList<>();
        long bytes = 0;
        for (Found each : found) {
            if (!chunk.isEmpty() && bytes + each.sizeBytes > CHUNK_BYTES) {
                chunks.add(chunk);
                chunk = new ArrayList<>();
                bytes = 0;
            }
            chunk.add(each);
            bytes += each.sizeBytes;
        }
        chunks.add(chunk);
        return chunks;
    }

    private Future<Void> read(Query query, List<Found> chunk, Map<RecordKey, ExecutionReference> references) {
        List<RecordKey> taskKeys = keys(chunk, true);
        List<RecordKey> planKeys = keys(chunk, false);
        return read(query, RecordKind.TASK, taskKeys, references)
                .compose(read -> read(query, RecordKind.PLAN, planKeys, references));
    }

    private static List<RecordKey> keys(List<Found> chunk, boolean ofTasks) {
        return chunk.stream()
                .filter(each -> each.isTask == ofTasks)
                .map(Found::key)
                .toList();
    }

    private static <E extends Message> Future<Void> read(
            Query query, RecordKind<E> kind, List<RecordKey> keys, Map<RecordKey, ExecutionReference> references) {
        if (keys.isEmpty()) {
            return Future.succeededFuture();
        }
        return ExecutionRepository.read(query, kind, keys).map(records -> {
            records.forEach(
                    (key, execution) -> references.put(key, kind.reference().apply(execution)));
            return null;
        });
    }
}
