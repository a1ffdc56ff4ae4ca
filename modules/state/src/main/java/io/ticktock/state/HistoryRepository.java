package io.ticktock.state;

import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.proto.v1.LifetimeKey;
import io.ticktock.proto.v1.LifetimeLog;
import io.ticktock.proto.v1.ListHistoryRequest;
import io.ticktock.proto.v1.ListHistoryResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** The logs of many lifetimes, a page at a time. The database packs the events, so that few rows have to be taken apart. */
final class HistoryRepository {

    private final Database database;

    HistoryRepository(Database database) {
        this.database = database;
    }

    Future<ListHistoryResponse> list(ListHistoryRequest request) {
        HistoryRange range = HistoryRange.of(request);
        int size = Pages.size(request.getPageSize(), HistoryRange.USUAL_EVENTS, HistoryRange.MOST_EVENTS);
        return database.report(
                request.getTenantId(),
                query -> range.tenantId().isEmpty()
                        ? tenantBehind(query, request, "")
                        : page(query, request, range, size));
    }

    /** The graph is looked up once for a lifetime, and an unwanted one is not sent, but counts as read. */
    private static final String SELECT = """
            SELECT
                lifetime_id, last_seq, event_count, size_bytes,
                CASE WHEN $7 = '' OR EXISTS (
                    SELECT FROM lifetimes
                    WHERE tenant_id = $1 AND lifetimes.lifetime_id = log.lifetime_id AND graph_name = $7)
                THEN events END
            FROM (
                SELECT
                    lifetime_id, max(seq) AS last_seq, count(*) AS event_count, sum(octet_length(event)) AS size_bytes,
                    string_agg(int4send(octet_length(event)) || event, '' ORDER BY seq) AS events
                FROM (
                    SELECT
                        lifetime_id, seq, event,
                        sum(octet_length(event)) OVER (ORDER BY lifetime_id, seq ROWS UNBOUNDED PRECEDING) AS size_so_far
                    FROM (
                        SELECT lifetime_id, seq, event FROM lifetime_events
                        WHERE tenant_id = $1 AND (lifetime_id, seq) > ($2, $3) AND lifetime_id < $4
                        ORDER BY lifetime_id, seq
                        LIMIT $5) AS next) AS sized
                WHERE size_so_far - octet_length(event) < $6
                GROUP BY lifetime_id) AS log
            ORDER BY lifetime_id
            """;

    private static Future<ListHistoryResponse> page(
            Query query, ListHistoryRequest request, HistoryRange range, int size) {
        Tuple parameters = Tuple.of(
                range.tenantId(),
                range.afterLifetime(),
                range.afterSeq(),
                range.end(),
                size,
                HistoryRange.MOST_BYTES,
                request.getGraphName());
        return query.execute(SELECT, parameters).compose(rows -> {
            ListHistoryResponse.Builder page = ListHistoryResponse.newBuilder();
            boolean isFull = fill(page, range.tenantId(), rows, size);
            if (isFull) {
                return Future.succeededFuture(page.build());
            }
            page.clearAfter().clearAfterSeq();
            return request.getTenantId().isEmpty()
                    ? tenantBehind(query, request, range.tenantId())
                            .map(next -> page.mergeFrom(next).build())
                    : Future.succeededFuture(page.build());
        });
    }

    /** Whether there may be more of this tenant. */
    private static boolean fill(ListHistoryResponse.Builder page, String tenantId, RowSet<Row> rows, int size) {
        long events = 0;
        long bytes = 0;
        for (Row row : rows) {
            LifetimeKey key = LifetimeKey.newBuilder()
                    .setTenantId(tenantId)
                    .setLifetimeId(row.getUUID(0).toString())
                    .build();
            page.setAfter(key).setAfterSeq(row.getLong(1));
            events += row.getLong(2);
            bytes += row.getLong(3);
            if (row.getBuffer(4) != null) {
                page.addLogs(LifetimeLog.newBuilder()
                        .setLifetime(key)
                        .setEvents(
                                UnsafeByteOperations.unsafeWrap(row.getBuffer(4).getBytes())));
            }
        }
        return events == size || bytes >= HistoryRange.MOST_BYTES;
    }

    private static final String SELECT_TENANT = "SELECT min(tenant_id) FROM lifetimes WHERE tenant_id > $1";

    /** An empty page with which the next tenant begins, or after which there is nothing. */
    private static Future<ListHistoryResponse> tenantBehind(Query query, ListHistoryRequest request, String tenantId) {
        return query.execute(SELECT_TENANT, Tuple.of(tenantId)).map(rows -> {
            String next = rows.iterator().next().getString(0);
            return next == null
                    ? ListHistoryResponse.getDefaultInstance()
                    : ListHistoryResponse.newBuilder()
                            .setAfter(LifetimeKey.newBuilder()
                                    .setTenantId(next)
                                    .setLifetimeId(HistoryRange.begin(request).toString()))
                            .build();
        });
    }
}
