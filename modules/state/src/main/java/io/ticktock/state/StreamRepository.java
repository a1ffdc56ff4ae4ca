package io.ticktock.state;

import io.ticktock.proto.v1.LifetimeEvent;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.StreamedEvent;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** Reads a tenant's events in the order in which they became durable. */
final class StreamRepository {

    private final Database database;
    private Future<PositionSeal> seal = Future.failedFuture("not read yet");

    StreamRepository(Database database) {
        this.database = database;
    }

    Future<ReadStreamResponse> read(ReadStreamRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        StreamFilter filter = StreamFilter.of(request);
        int size = Pages.sizeOfEvents(request.getPageSize());
        return seal().compose(known -> {
            StreamPages pages = new StreamPages(known, tenantId, filter);
            if (request.getPosition().isEmpty()) {
                return database.ofTenant(tenantId, StreamRepository::horizon).map(pages::now);
            }
            StreamPosition after = pages.place(request.getPosition());
            return database.ofTenant(
                    tenantId,
                    query -> horizon(query)
                            .compose(horizon ->
                                    read(query, pages.requireReached(after, horizon), horizon, pages, size)));
        });
    }

    private static final String SELECT_KEY = "SELECT position_key FROM event_order";

    private synchronized Future<PositionSeal> seal() {
        if (seal.failed()) {
            seal = database.query(SELECT_KEY, Tuple.tuple())
                    .map(rows ->
                            new PositionSeal(rows.iterator().next().getBuffer(0).getBytes()));
        }
        return seal;
    }

    private static Future<Long> horizon(Query query) {
        return query.execute(EventOrder.HORIZON, Tuple.tuple())
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /**
     * Whole batches as the index has them, so that nothing after a page is read, whatever the planner believes of it; of these the
     * first events. They may be large: only as many are read as a page may have bytes.
     */
    private static final String SELECT = """
            SELECT s.batch, s.lifetime_id, s.seq, s.event, l.graph_name
            FROM (
                SELECT p.*, sum(octet_length(p.event)) OVER (ORDER BY p.batch, p.lifetime_id, p.seq)
                    - octet_length(p.event) AS size_before
                FROM (
                    SELECT w.*
                    FROM (
                        SELECT batch, lifetime_id, seq, event
                        FROM lifetime_events
                        WHERE tenant_id = $1 AND batch >= $2 AND batch < $5
                            AND (batch, lifetime_id, seq) > ($2, $3::uuid, $4)
                        ORDER BY batch
                        FETCH FIRST ($6::bigint) ROWS WITH TIES) AS w
                    ORDER BY w.batch, w.lifetime_id, w.seq
                    LIMIT $6::bigint) AS p) AS s
            JOIN lifetimes l ON l.tenant_id = $1 AND l.lifetime_id = s.lifetime_id
            WHERE s.size_before < $7
            ORDER BY s.batch, s.lifetime_id, s.seq
            """;

    private static Future<ReadStreamResponse> read(
            Query query, StreamPosition after, long horizon, StreamPages pages, int size) {
        Tuple parameters = Tuple.of(
                pages.tenantId(),
                after.batch(),
                after.lifetimeId(),
                after.seq(),
                horizon,
                size,
                StreamPages.MOST_BYTES);
        return query.execute(SELECT, parameters).map(rows -> page(rows, after, horizon, pages, size));
    }

    private static ReadStreamResponse page(
            RowSet<Row> rows, StreamPosition after, long horizon, StreamPages pages, int size) {
        ReadStreamResponse.Builder page = ReadStreamResponse.newBuilder();
        StreamPosition last = after;
        long bytes = 0;
        for (Row row : rows) {
            last = new StreamPosition(row.getLong("batch"), row.getUUID("lifetime_id"), row.getLong("seq"));
            bytes += row.getBuffer("event").length();
            LifetimeEvent event = Stored.parse(LifetimeEvent.parser(), row.getBuffer("event"));
            if (pages.filter().takes(row.getString("graph_name"), event)) {
                page.addEvents(
                        StreamedEvent.newBuilder().setPosition(pages.text(last)).setEvent(event));
            }
        }
        boolean isCut = rows.size() == size || bytes >= StreamPages.MOST_BYTES;
        StreamPosition next = isCut ? last : StreamPosition.before(horizon);
        return page.setPosition(pages.text(next)).setMore(isCut).build();
    }
}
