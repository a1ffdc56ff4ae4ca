package io.ticktock.state;

import com.google.protobuf.Message;
import io.ticktock.proto.v1.AppendOutcome;
import io.ticktock.state.GroupCommit.Pending;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Appends records in groups: those of Tasks and of Plans with the same statement, so that they share a commit. */
final class ExecutionAppends {

    private static final Logger LOG = LoggerFactory.getLogger(ExecutionAppends.class);

    private record Append<E extends Message>(RecordKind<E> kind, RecordKey key, E execution) {

        Recorded<E> first() {
            return new Recorded<>(execution, AppendOutcome.APPEND_OUTCOME_RECORDED);
        }

        Recorded<E> superseded(Message first) {
            return new Recorded<>(kind.type().cast(first), AppendOutcome.APPEND_OUTCOME_SUPERSEDED);
        }

        Recorded<E> typed(Recorded<?> recorded) {
            return new Recorded<>(kind.type().cast(recorded.execution()), recorded.outcome());
        }

        void addTo(ExecutionColumns columns) {
            columns.add(key, kind.headers().apply(execution), kind.telemetry().apply(execution), execution);
        }

        void addTo(BlobReferenceRepository.Uses uses) {
            uses.add(key.tenantId(), kind.blobs().apply(execution));
        }
    }

    private final Lane lane;
    private final BlobReferenceRepository blobs;
    private final StoredBytes stored;
    private final StateMeters meters;
    private final GroupCommit<Append<?>, Recorded<?>> appends;

    ExecutionAppends(
            Vertx vertx,
            Database database,
            GroupCommit.Limits limits,
            BlobReferenceRepository blobs,
            StoredBytes stored,
            StateMeters meters) {
        this.lane = database.lane();
        this.blobs = blobs;
        this.stored = stored;
        this.meters = meters;
        this.appends = new GroupCommit<>(vertx, "records", limits, meters, this::write);
    }

    /** The first record of this key, once it is durable. */
    <E extends Message> Future<Recorded<E>> append(RecordKind<E> kind, RecordKey key, E execution) {
        Append<E> append = new Append<>(kind, key, execution);
        int sizeBytes = execution.getSerializedSize();
        return appends.submit(key.tenantId(), append, sizeBytes).map(recorded -> {
            count(append, recorded.outcome(), sizeBytes);
            return append.typed(recorded);
        });
    }

    private <E extends Message> void count(Append<E> append, AppendOutcome outcome, int sizeBytes) {
        if (outcome == AppendOutcome.APPEND_OUTCOME_RECORDED) {
            stored.add(append.key.tenantId(), sizeBytes);
            meters.recorded(append.kind.headers().apply(append.execution));
        }
    }

    Future<Void> connect() {
        return lane.connect();
    }

    Future<Void> close() {
        return appends.close().eventually(lane::close);
    }

    private static final String INSERT = """
            WITH tasks AS (
                INSERT INTO task_executions (
                    tenant_id, lifetime_id, exec_id, tokens_used, cost_micros, latency_ms, iteration, attempt, status,
                    node_id, envelope)
                SELECT * FROM unnest(
                    $1::text[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::integer[],
                    $8::integer[], $9::smallint[], $10::text[], $11::bytea[])
                %1$s)
            INSERT INTO plan_executions (
                tenant_id, lifetime_id, exec_id, tokens_used, cost_micros, latency_ms, iteration, attempt, status,
                node_id, envelope)
            SELECT * FROM unnest(
                $12::text[], $13::uuid[], $14::uuid[], $15::bigint[], $16::bigint[], $17::bigint[], $18::integer[],
                $19::integer[], $20::smallint[], $21::text[], $22::bytea[])
            %1$s
            """;

    private static final String INSERT_ALL = INSERT.formatted("");
    private static final String INSERT_MISSING = INSERT.formatted("ON CONFLICT DO NOTHING");

    private Future<Void> write(List<Pending<Append<?>, Recorded<?>>> rows) {
        BlobReferenceRepository.Uses uses = new BlobReferenceRepository.Uses();
        rows.forEach(row -> row.row().addTo(uses));
        return blobs.add(lane, uses)
                .compose(referenced -> lane.execute(INSERT_ALL, parameters(rows)))
                .compose(inserted -> completeAll(rows))
                .recover(cause ->
                        DatabaseFault.isUniqueViolation(cause) ? writeMissing(rows) : Future.failedFuture(cause));
    }

    /** Skipping what is there costs more than failing on it, and is seldom needed. */
    private Future<Void> writeMissing(List<Pending<Append<?>, Recorded<?>>> rows) {
        return lane.execute(INSERT_MISSING, parameters(rows))
                .compose(inserted -> resolve(RecordKind.TASK, rows))
                .compose(resolved -> resolve(RecordKind.PLAN, rows));
    }

    private static Tuple parameters(List<Pending<Append<?>, Recorded<?>>> rows) {
        ExecutionColumns tasks = new ExecutionColumns();
        ExecutionColumns plans = new ExecutionColumns();
        rows.forEach(row -> row.row().addTo(row.row().kind.equals(RecordKind.TASK) ? tasks : plans));
        List<Object> parameters = new ArrayList<>(22);
        tasks.addTo(parameters);
        plans.addTo(parameters);
        return Tuple.wrap(parameters);
    }

    private static Future<Void> completeAll(List<Pending<Append<?>, Recorded<?>>> rows) {
        rows.forEach(row -> row.complete(row.row().first()));
        return Future.succeededFuture();
    }

    /** Some were there before: by an earlier try whose reply was lost, or by another run of the attempt. */
    private Future<Void> resolve(RecordKind<?> kind, List<Pending<Append<?>, Recorded<?>>> rows) {
        List<Pending<Append<?>, Recorded<?>>> ofKind =
                rows.stream().filter(row -> row.row().kind.equals(kind)).toList();
        if (ofKind.isEmpty()) {
            return Future.succeededFuture();
        }
        List<RecordKey> keys = ofKind.stream().map(row -> row.row().key).toList();
        return ExecutionRepository.read(lane::execute, kind, keys).map(found -> {
            ofKind.forEach(row -> complete(row, found));
            return null;
        });
    }

    private static void complete(Pending<Append<?>, Recorded<?>> row, Map<RecordKey, ? extends Message> found) {
        Append<?> append = row.row();
        Message first = found.get(append.key);
        if (first == null) {
            throw new IllegalStateException("a record is neither inserted nor there");
        }
        if (first.equals(append.execution)) {
            row.complete(append.first());
            return;
        }
        LOG.info("another record of execution {} came first and stays", append.key.execId());
        row.complete(append.superseded(first));
    }
}
