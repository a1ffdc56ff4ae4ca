package io.ticktock.state;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.bus.ProtoTotals;
import io.ticktock.proto.v1.GetUsageRequest;
import io.ticktock.proto.v1.GetUsageResponse;
import io.ticktock.proto.v1.Totals;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;

/** What a tenant's records of a span of time add up to. */
public final class UsageRepository {

    /** Ids of recent records that one answer holds at most. */
    private static final int MOST_RECENT = 200_000;

    /** Later than any time that PostgreSQL gives. */
    private static final OffsetDateTime NEVER = OffsetDateTime.of(9_999, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private final Database database;
    private final double settlingSeconds;

    /** With the time within which every write has been committed or has failed. */
    UsageRepository(Database database, long timeoutMs) {
        this.database = database;
        this.settlingSeconds = (timeoutMs + 1_000) / 1_000.0;
    }

    private static final String SETTLED_UNTIL = "SELECT now() - make_interval(secs => $1)";

    /** One row for what is recent, and one for the rest. */
    private static final String SUM = """
            SELECT recent, count(*), least(sum(tokens_used), 9223372036854775807)::bigint,
                least(sum(cost_micros), 9223372036854775807)::bigint,
                least(sum(latency_ms), 9223372036854775807)::bigint,
                max(tokens_used), max(cost_micros), max(latency_ms), array_agg(exec_id) FILTER (WHERE recent)
            FROM (
                SELECT recorded_at >= $4 AS recent, exec_id, tokens_used, cost_micros, latency_ms
                FROM task_executions WHERE tenant_id = $1 AND recorded_at >= $2 AND recorded_at < $3
                UNION ALL
                SELECT recorded_at >= $4, exec_id, tokens_used, cost_micros, latency_ms
                FROM plan_executions WHERE tenant_id = $1 AND recorded_at >= $2 AND recorded_at < $3) AS record
            GROUP BY recent
            """;

    Future<GetUsageResponse> get(GetUsageRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        OffsetDateTime since = time(request.getSince());
        OffsetDateTime until = request.hasUntil() ? time(request.getUntil()) : NEVER;
        return database.ofTenant(
                tenantId,
                query -> query.execute(SETTLED_UNTIL, Tuple.of(settlingSeconds)).compose(rows -> {
                    OffsetDateTime settled = rows.iterator().next().getOffsetDateTime(0);
                    OffsetDateTime end = settled.isBefore(until) ? settled : until;
                    return query.execute(SUM, Tuple.of(tenantId, since, until, end))
                            .map(sums -> response(sums, end));
                }));
    }

    private static OffsetDateTime time(Timestamp timestamp) {
        return ProtoTime.instant(timestamp).atOffset(ZoneOffset.UTC);
    }

    private static GetUsageResponse response(RowSet<Row> sums, OffsetDateTime settledUntil) {
        Totals settled = Totals.getDefaultInstance();
        Totals recent = Totals.getDefaultInstance();
        UUID[] recentIds = {};
        for (Row row : sums) {
            if (row.getBoolean(0)) {
                recent = totals(row);
                recentIds = row.getArrayOfUUIDs(8);
            } else {
                settled = totals(row);
            }
        }
        return response(settled, settledUntil.toInstant(), recent, recentIds);
    }

    /** The answer of these parts; OVERLOADED when too many are recent. */
    public static GetUsageResponse response(Totals settled, Instant settledUntil, Totals recent, UUID... recentIds) {
        if (recentIds.length > MOST_RECENT) {
            throw new Failure(FailureCode.OVERLOADED, "more than " + MOST_RECENT + " records are too recent to add up");
        }
        GetUsageResponse.Builder response = GetUsageResponse.newBuilder()
                .setTotals(ProtoTotals.sum(settled, recent))
                .setSettled(settled)
                .setSettledUntil(ProtoTime.timestamp(settledUntil))
                .setRecent(recent);
        for (UUID id : recentIds) {
            response.addRecentExecIds(id.toString());
        }
        return response.build();
    }

    private static Totals totals(Row row) {
        return Totals.newBuilder()
                .setExecutions(row.getLong(1))
                .setTokensUsed(row.getLong(2))
                .setCostMicros(row.getLong(3))
                .setLatencyMs(row.getLong(4))
                .setMaxTokensUsed(row.getLong(5))
                .setMaxCostMicros(row.getLong(6))
                .setMaxLatencyMs(row.getLong(7))
                .build();
    }
}
