package io.ticktock.state;

import io.ticktock.proto.v1.AppendAuditRequest;
import io.ticktock.proto.v1.AppendAuditResponse;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.ListAuditRequest;
import io.ticktock.proto.v1.ListAuditResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/** Who did what, or was denied it. */
final class AuditRepository {

    private final Database database;

    AuditRepository(Database database) {
        this.database = database;
    }

    /** In order, so that two that have entries in common do not wait for each other. */
    private static final String INSERT = """
            INSERT INTO audit_log (entry_id, tenant_id, time, entry)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::bytea[])
                AS noted (entry_id, tenant_id, time, entry)
            ORDER BY entry_id
            ON CONFLICT (entry_id) DO NOTHING
            """;

    Future<AppendAuditResponse> append(AppendAuditRequest request) {
        TenantChecks.entries(request);
        return database.onConnection(query -> append(query, request));
    }

    /** With what is noted, in one transaction. */
    static Future<AppendAuditResponse> append(Query query, AppendAuditRequest request) {
        TenantChecks.entries(request);
        List<AuditEntry> entries = request.getEntriesList();
        Tuple columns = Tuple.of(
                entries.stream().map(entry -> Checks.entry(entry.getEntryId())).toArray(UUID[]::new),
                entries.stream().map(AuditEntry::getTenantId).toArray(String[]::new),
                entries.stream().map(entry -> Stored.time(entry.getTime())).toArray(OffsetDateTime[]::new),
                entries.stream().map(Stored::bytes).toArray(Buffer[]::new));
        return query.execute(INSERT, columns).map(inserted -> AppendAuditResponse.getDefaultInstance());
    }

    private static final String LIST = """
            SELECT entry FROM audit_log
            WHERE (time, entry_id) < ($1, $2)
                AND time >= coalesce($3::timestamptz, '-infinity') AND time < coalesce($4::timestamptz, 'infinity') %s
            ORDER BY time DESC, entry_id DESC
            LIMIT $5
            """;

    private static final String LIST_OF_ALL = LIST.formatted("");
    private static final String LIST_OF_TENANT = LIST.formatted("AND tenant_id = $6");

    Future<ListAuditResponse> list(ListAuditRequest request) {
        TenantChecks.span(request);
        ListAuditRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        TimeCursor before =
                Pages.place(list, request.getPageToken()).map(TimeCursor::parse).orElse(TimeCursor.LAST);
        Tuple parameters = Tuple.of(
                before.time(),
                before.id(),
                request.hasSince() ? Stored.time(request.getSince()) : null,
                request.hasUntil() ? Stored.time(request.getUntil()) : null,
                size);
        return list(request.getTenantId(), parameters).map(rows -> page(list, rows, size));
    }

    private Future<RowSet<Row>> list(String tenantId, Tuple parameters) {
        if (tenantId.isEmpty()) {
            return database.query(LIST_OF_ALL, parameters);
        }
        Tuple ofTenant = parameters.addString(tenantId);
        return database.ofTenant(tenantId, query -> query.execute(LIST_OF_TENANT, ofTenant));
    }

    private static ListAuditResponse page(ListAuditRequest list, RowSet<Row> rows, int size) {
        ListAuditResponse.Builder page = ListAuditResponse.newBuilder();
        rows.forEach(row -> page.addEntries(Stored.parse(AuditEntry.parser(), row.getBuffer(0))));
        if (page.getEntriesCount() == size) {
            AuditEntry last = page.getEntries(size - 1);
            TimeCursor place = TimeCursor.of(last.getTime(), Checks.entry(last.getEntryId()));
            page.setNextPageToken(Pages.token(list, place.toString()));
        }
        return page.build();
    }
}
