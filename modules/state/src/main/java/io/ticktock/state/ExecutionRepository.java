package io.ticktock.state;

import com.google.protobuf.Message;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** The records of one kind of node: appended in groups with those of the other, and read back by id. */
final class ExecutionRepository<E extends Message> {

    private final RecordKind<E> kind;
    private final Database database;
    private final ExecutionAppends appends;
    private final RecentlyWritten<RecordKey, E> recent;

    ExecutionRepository(
            RecordKind<E> kind, Database database, ExecutionAppends appends, RecentlyWritten<RecordKey, E> recent) {
        this.kind = kind;
        this.database = database;
        this.appends = appends;
        this.recent = recent;
    }

    Future<Recorded<E>> append(E execution) {
        RecordKey key = RecordKey.of(kind.headers().apply(execution));
        return appends.append(kind, key, execution).onSuccess(recorded -> recent.put(key, recorded.execution()));
    }

    /** Those of these records that the lifetime has, or shares with what it is a fork of; by exec_id. */
    Future<Map<UUID, E>> get(LifetimeIdentity lifetime, Collection<UUID> execIds) {
        Map<UUID, E> found = new HashMap<>();
        for (UUID execId : execIds) {
            E execution = recent.get(new RecordKey(lifetime.tenantId(), lifetime.lifetimeId(), execId));
            if (execution != null) {
                found.put(execId, execution);
            }
        }
        return complete(database::query, lifetime, execIds, found);
    }

    /** As {@link #get}, of the records that the query may see. */
    Future<Map<UUID, E>> read(Query query, LifetimeIdentity lifetime, Collection<UUID> execIds) {
        return complete(query, lifetime, execIds, new HashMap<>());
    }

    /** Only a fork needs the second question: what others are asked for is there. */
    private Future<Map<UUID, E>> complete(
            Query query, LifetimeIdentity lifetime, Collection<UUID> execIds, Map<UUID, E> found) {
        return addMissing(execIds, found, missing -> read(query, kind, keys(lifetime, missing)))
                .compose(own -> addMissing(execIds, found, missing -> readShared(query, lifetime, missing)));
    }

    private Future<Map<UUID, E>> addMissing(
            Collection<UUID> execIds, Map<UUID, E> found, Function<List<UUID>, Future<Map<RecordKey, E>>> read) {
        List<UUID> missing =
                execIds.stream().filter(execId -> !found.containsKey(execId)).toList();
        if (missing.isEmpty()) {
            return Future.succeededFuture(found);
        }
        return read.apply(missing).map(records -> {
            records.forEach((key, execution) -> found.put(key.execId(), execution));
            return found;
        });
    }

    private static List<RecordKey> keys(LifetimeIdentity lifetime, Collection<UUID> execIds) {
        return execIds.stream()
                .map(execId -> new RecordKey(lifetime.tenantId(), lifetime.lifetimeId(), execId))
                .toList();
    }

    private static final String SELECT_SHARED = """
            SELECT r.tenant_id, r.lifetime_id, r.exec_id, r.envelope
            FROM lifetimes l
            CROSS JOIN unnest(l.lineage) AS ancestor (lifetime_id)
            CROSS JOIN unnest($3::uuid[]) AS k (exec_id)
            JOIN %s r
                ON r.tenant_id = l.tenant_id AND r.lifetime_id = ancestor.lifetime_id AND r.exec_id = k.exec_id
            WHERE l.tenant_id = $1 AND l.lifetime_id = $2
            """;

    private Future<Map<RecordKey, E>> readShared(Query query, LifetimeIdentity lifetime, List<UUID> execIds) {
        Tuple parameters = Tuple.of(lifetime.tenantId(), lifetime.lifetimeId(), execIds.toArray(UUID[]::new));
        return query.execute(SELECT_SHARED.formatted(kind.table()), parameters).map(rows -> byKey(kind, rows));
    }

    private static final String SELECT = """
            SELECT r.tenant_id, r.lifetime_id, r.exec_id, r.envelope
            FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS k (tenant_id, lifetime_id, exec_id)
            JOIN %s r USING (tenant_id, lifetime_id, exec_id)
            """;

    /** Those of these records that the query may see. */
    static <E extends Message> Future<Map<RecordKey, E>> read(
            Query query, RecordKind<E> kind, Collection<RecordKey> keys) {
        return query.execute(SELECT.formatted(kind.table()), keyParameters(keys))
                .map(rows -> byKey(kind, rows));
    }

    private static Tuple keyParameters(Collection<RecordKey> keys) {
        return Tuple.of(
                keys.stream().map(RecordKey::tenantId).toArray(String[]::new),
                keys.stream().map(RecordKey::lifetimeId).toArray(UUID[]::new),
                keys.stream().map(RecordKey::execId).toArray(UUID[]::new));
    }

    private static <E extends Message> Map<RecordKey, E> byKey(RecordKind<E> kind, RowSet<Row> rows) {
        Map<RecordKey, E> stored = new HashMap<>();
        for (Row row : rows) {
            RecordKey key = new RecordKey(row.getString(0), row.getUUID(1), row.getUUID(2));
            stored.put(key, kind.parse(row.getBuffer(3)));
        }
        return stored;
    }
}
