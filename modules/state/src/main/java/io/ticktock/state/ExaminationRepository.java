package io.ticktock.state;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.ticktock.proto.v1.ExamineLifetimeRequest;
import io.ticktock.proto.v1.ExamineLifetimeResponse;
import io.ticktock.proto.v1.ExaminedRecord;
import io.ticktock.proto.v1.ExecutionHeaders;
import io.ticktock.proto.v1.ExecutionReference;
import io.ticktock.proto.v1.Payload;
import io.ticktock.proto.v1.PolicyTelemetry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What is stored of a lifetime, for who does not take anybody's word for it: nothing is answered from memory, and the
 * columns of a row are held against its record. Records are read a few megabytes at a time.
 */
final class ExaminationRepository {

    private static final int MOST_RECORDS = 1_000;
    private static final long CHUNK_BYTES = 4L << 20;

    private final Database database;

    ExaminationRepository(Database database) {
        this.database = database;
    }

    Future<ExamineLifetimeResponse> examine(ExamineLifetimeRequest request) {
        LifetimeIdentity lifetime = LifetimeIdentity.of(request.getTenantId(), request.getLifetimeId());
        Checks.atMost("exec_ids", request.getExecIdsCount(), MOST_RECORDS);
        UUID[] execIds =
                request.getExecIdsList().stream().map(Checks::execution).toArray(UUID[]::new);
        ExamineLifetimeResponse.Builder response = ExamineLifetimeResponse.newBuilder();
        return database.onConnection(query -> input(query, request.getWithInput(), lifetime, response)
                        .compose(read -> records(query, RecordKind.TASK, lifetime, execIds, response))
                        .compose(read -> records(query, RecordKind.PLAN, lifetime, execIds, response)))
                .map(read -> response.build());
    }

    private static final String SELECT_INPUT = "SELECT input FROM lifetimes WHERE tenant_id = $1 AND lifetime_id = $2";

    private static Future<Void> input(
            Query query, boolean asked, LifetimeIdentity lifetime, ExamineLifetimeResponse.Builder response) {
        if (!asked) {
            return Future.succeededFuture();
        }
        return query.execute(SELECT_INPUT, Tuple.of(lifetime.tenantId(), lifetime.lifetimeId()))
                .map(rows -> {
                    for (Row row : rows) {
                        response.setInput(Stored.parse(Payload.parser(), row.getBuffer(0)));
                        return null;
                    }
                    throw Refusal.noLifetime(lifetime.lifetimeId());
                });
    }

    private static final String SELECT_SIZES = """
            SELECT exec_id, octet_length(envelope) FROM %s
            WHERE tenant_id = $1 AND lifetime_id = $2 AND exec_id = ANY ($3::uuid[])
            """;

    private static final String SELECT = """
            SELECT exec_id, tokens_used, cost_micros, latency_ms, iteration, attempt, status, node_id, envelope FROM %s
            WHERE tenant_id = $1 AND lifetime_id = $2 AND exec_id = ANY ($3::uuid[])
            """;

    private static <E extends Message> Future<Void> records(
            Query query,
            RecordKind<E> kind,
            LifetimeIdentity lifetime,
            UUID[] execIds,
            ExamineLifetimeResponse.Builder response) {
        String select = SELECT.formatted(kind.table());
        return query.execute(SELECT_SIZES.formatted(kind.table()), parameters(lifetime, execIds))
                .compose(sizes -> {
                    Future<Void> read = Future.succeededFuture();
                    for (UUID[] chunk : chunks(sizes)) {
                        read = read.compose(before -> query.execute(select, parameters(lifetime, chunk))
                                .map(rows -> {
                                    rows.forEach(row -> response.addRecords(examined(kind, row)));
                                    return null;
                                }));
                    }
                    return read;
                });
    }

    private static Tuple parameters(LifetimeIdentity lifetime, UUID[] execIds) {
        return Tuple.of(lifetime.tenantId(), lifetime.lifetimeId(), execIds);
    }

    private static List<UUID[]> chunks(RowSet<Row> sizes) {
        List<UUID[]> chunks = new ArrayList<>();
        List<UUID> chunk = new ArrayList<>();
        long bytes = 0;
        for (Row row : sizes) {
            if (!chunk.isEmpty() && bytes + row.getInteger(1) > CHUNK_BYTES) {
                chunks.add(chunk.toArray(UUID[]::new));
                chunk.clear();
                bytes = 0;
            }
            chunk.add(row.getUUID(0));
            bytes += row.getInteger(1);
        }
        if (!chunk.isEmpty()) {
            chunks.add(chunk.toArray(UUID[]::new));
        }
        return chunks;
    }

    private static <E extends Message> ExaminedRecord examined(RecordKind<E> kind, Row row) {
        byte[] envelope = row.getBuffer("envelope").getBytes();
        ExaminedRecord.Builder examined = ExaminedRecord.newBuilder();
        String execId = row.getUUID("exec_id").toString();
        try {
            E record = kind.parser().parseFrom(envelope);
            return examined.setReference(
                            kind.reference().apply(record).toBuilder().setRecordDigest(RecordDigest.of(envelope)))
                    .addAllDifferingColumns(differing(
                            row,
                            execId,
                            kind.headers().apply(record),
                            kind.telemetry().apply(record)))
                    .build();
        } catch (InvalidProtocolBufferException e) {
            // It is no record any more, and who examines it has to hear of that.
            ExecutionHeaders headers =
                    ExecutionHeaders.newBuilder().setExecId(execId).build();
            return examined.setReference(ExecutionReference.newBuilder()
                            .setHeaders(headers)
                            .setRecordDigest(RecordDigest.of(envelope)))
                    .addDifferingColumns("envelope")
                    .build();
        }
    }

    private static List<String> differing(Row row, String execId, ExecutionHeaders headers, PolicyTelemetry telemetry) {
        List<String> differing = new ArrayList<>();
        note(differing, "exec_id", execId.equals(headers.getExecId()));
        note(differing, "tokens_used", row.getLong("tokens_used") == telemetry.getTokensUsed());
        note(differing, "cost_micros", row.getLong("cost_micros") == telemetry.getCostMicros());
        note(differing, "latency_ms", row.getLong("latency_ms") == telemetry.getLatencyMs());
        note(differing, "iteration", row.getInteger("iteration") == headers.getIteration());
        note(differing, "attempt", row.getInteger("attempt") == headers.getAttempt());
        note(differing, "status", row.getShort("status") == headers.getStatusValue());
        note(differing, "node_id", row.getString("node_id").equals(headers.getNodeId()));
        return differing;
    }

    private static void note(List<String> differing, String column, boolean agrees) {
        if (!agrees) {
            differing.add(column);
        }
    }
}
