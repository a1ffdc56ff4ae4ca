package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.ticktock.state.GroupCommit.Pending;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of one kind of node: appends them in groups, and reads them back by id. */
final class ExecutionRepository<E extends Message> {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionRepository.class);

    private record Append<E>(RecordKey key, E execution) {}

    private final RecordKind<E> kind;
    private final Database database;
    private final Lane lane;
    private final RecentlyWritten<RecordKey, E> recent;
    private final BlobReferenceRepository blobs;
    private final StoredBytes stored;
    private final GroupCommit<Append<E>, Recorded<E>> appends;
    private final StateMeters meters;
    private final String insert;
    private final String insertMissing;
    private final String select;
    private final String selectShared;

    ExecutionRepository(
            RecordKind<E> kind,
            Vertx vertx,
            Database database,
            GroupCommit.Limits limits,
            RecentlyWritten<RecordKey, E> recent,
            BlobReferenceRepository blobs,
            StoredBytes stored,
            StateMeters meters) {
        this.kind = kind;
        this.database = database;
        this.lane = database.lane();
        this.recent = recent;
        this.blobs = blobs;
        this.stored = stored;
        this.meters = meters;
        this.appends = new GroupCommit<>(vertx, kind.table(), limits, meters, this::write);
        this.insert = INSERT.formatted(kind.table());
        this.insertMissing = insert + "ON CONFLICT DO NOTHING";
        this.select = SELECT.formatted(kind.table());
        this.selectShared = SELECT_SHARED.formatted(kind.table());
    }

    Future<Recorded<E>> append(E execution) {
        RecordKey key = RecordKey.of(kind.headers().apply(execution));
        int sizeBytes = execution.getSerializedSize();
        return appends.submit(key.tenantId(), new Append<>(key, execution), sizeBytes)
                .onSuccess(recorded -> count(key, recorded, sizeBytes));
    }

    private void count(RecordKey key, Recorded<E> recorded, int sizeBytes) {
        if (recorded.outcome() == AppendOutcome.APPEND_OUTCOME_RECORDED) {
            stored.add(key.tenantId(), sizeBytes);
        }
    }

    Future<Void> close() {
        return appends.close().eventually(lane::close);
    }

    private static final String INSERT = """
            INSERT INTO %s (
                tenant_id, lifetime_id, exec_id, tokens_used, cost_micros, latency_ms, iteration, attempt, status,
                node_id, envelope)
            SELECT * FROM unnest(
                $1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[],
                $8::integer[], $9::smallint[], $10::text[], $11::bytea[])
            """;

    private Future<Void> write(List<Pending<Append<E>, Recorded<E>>> rows) {
        BlobReferenceRepository.Uses uses = new BlobReferenceRepository.Uses();
        rows.forEach(row -> uses.add(row.row().key.tenantId(), kind.blobs().apply(row.row().execution)));
        return blobs.add(lane, uses)
                .compose(referenced -> lane.execute(insert, parameters(rows)))
                .compose(inserted -> completeAll(rows))
                .recover(cause ->
                        DatabaseFault.isUniqueViolation(cause) ? writeMissing(rows) : Future.failedFuture(cause));
    }

    /** Skipping what is there costs more than failing on it, and is seldom needed. */
    private Future<Void> writeMissing(List<Pending<Append<E>, Recorded<E>>> rows) {
        return lane.execute(insertMissing, parameters(rows)).compose(inserted -> resolve(rows));
    }

    private Tuple parameters(List<Pending<Append<E>, Recorded<E>>> rows) {
        int count = rows.size();
        String[] tenants = new String[count];
        UUID[] lifetimes = new UUID[count];
        UUID[] executions = new UUID[count];
        Long[] tokens = new Long[count];
        Long[] costs = new Long[count];
        Long[] latencies = new Long[count];
        Integer[] iterations = new Integer[count];
        Integer[] attempts = new Integer[count];
        Short[] statuses = new Short[count];
        String[] nodes = new String[count];
        Buffer[] envelopes = new Buffer[count];
        for (int i = 0; i < count; i++) {
            Append<E> append = rows.get(i).row();
            ExecutionHeaders headers = kind.headers().apply(append.execution);
            PolicyTelemetry telemetry = kind.telemetry().apply(append.execution);
            tenants[i] = append.key.tenantId();
            lifetimes[i] = append.key.lifetimeId();
            executions[i] = append.key.execId();
            tokens[i] = telemetry.getTokensUsed();
            costs[i] = telemetry.getCostMicros();
            latencies[i] = telemetry.getLatencyMs();
            iterations[i] = headers.getIteration();
            attempts[i] = headers.getAttempt();
            statuses[i] = (short) headers.getStatusValue();
            nodes[i] = headers.getNodeId();
            envelopes[i] = Stored.bytes(append.execution);
        }
        return Tuple.wrap(new Object[] {
            tenants, lifetimes, executions, tokens, costs, latencies, iterations, attempts, statuses, nodes, envelopes
        });
    }

    private Future<Void> completeAll(List<Pending<Append<E>, Recorded<E>>> rows) {
        for (Pending<Append<E>, Recorded<E>> row : rows) {
            recent.put(row.row().key, row.row().execution);
            meters.recorded(kind.headers().apply(row.row().execution));
            row.complete(new Recorded<>(row.row().execution, AppendOutcome.APPEND_OUTCOME_RECORDED));
        }
        return Future.succeededFuture();
    }

    private static final String SELECT = """
            SELECT r.tenant_id, r.lifetime_id, r.exec_id, r.envelope
            FROM unnest($1::text[], $2::uuid[], $3::uuid[]) AS k (tenant_id, lifetime_id, exec_id)
            JOIN %s r USING (tenant_id, lifetime_id, exec_id)
            """;

    /** Some were there before: by an earlier try whose reply was lost, or by another run of the attempt. */
    private Future<Void> resolve(List<Pending<Append<E>, Recorded<E>>> rows) {
        List<RecordKey> keys = rows.stream().map(row -> row.row().key).toList();
        return read(lane::execute, keys).map(stored -> {
            rows.forEach(row -> complete(row, stored));
            return null;
        });
    }

    private void complete(Pending<Append<E>, Recorded<E>> row, Map<RecordKey, E> stored) {
        RecordKey key = row.row().key;
        E first = stored.get(key);
        if (first == null) {
            throw new IllegalStateException("a record is neither inserted nor there");
        }
        recent.put(key, first);
        if (first.equals(row.row().execution)) {
            meters.recorded(kind.headers().apply(first));
            row.complete(new Recorded<>(first, AppendOutcome.APPEND_OUTCOME_RECORDED));
            return;
        }
        LOG.info("another record of execution {} came first and stays", key.execId());
        row.complete(new Recorded<>(first, AppendOutcome.APPEND_OUTCOME_SUPERSEDED));
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
        return addMissing(execIds, found, missing -> query.execute(select, keyParameters(keys(lifetime, missing))))
                .compose(own -> addMissing(
                        execIds, found, missing -> query.execute(selectShared, sharedParameters(lifetime, missing))));
    }

    private Future<Map<UUID, E>> addMissing(
            Collection<UUID> execIds, Map<UUID, E> found, Function<List<UUID>, Future<RowSet<Row>>> select) {
        List<UUID> missing =
                execIds.stream().filter(execId -> !found.containsKey(execId)).toList();
        if (missing.isEmpty()) {
            return Future.succeededFuture(found);
        }
        return select.apply(missing).map(rows -> {
            byKey(rows).forEach((key, execution) -> found.put(key.execId(), execution));
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

    private static Tuple sharedParameters(LifetimeIdentity lifetime, List<UUID> execIds) {
        return Tuple.of(lifetime.tenantId(), lifetime.lifetimeId(), execIds.toArray(UUID[]::new));
    }

    /** Those of these records that the query may see. */
    Future<Map<RecordKey, E>> read(Query query, Collection<RecordKey> keys) {
        return query.execute(select, keyParameters(keys)).map(this::byKey);
    }

    private static Tuple keyParameters(Collection<RecordKey> keys) {
        return Tuple.of(
                keys.stream().map(RecordKey::tenantId).toArray(String[]::new),
                keys.stream().map(RecordKey::lifetimeId).toArray(UUID[]::new),
                keys.stream().map(RecordKey::execId).toArray(UUID[]::new));
    }

    private Map<RecordKey, E> byKey(RowSet<Row> rows) {
        Map<RecordKey, E> stored = new HashMap<>();
        for (Row row : rows) {
            RecordKey key = new RecordKey(row.getString(0), row.getUUID(1), row.getUUID(2));
            stored.put(key, kind.parse(row.getBuffer(3)));
        }
        return stored;
    }
}
