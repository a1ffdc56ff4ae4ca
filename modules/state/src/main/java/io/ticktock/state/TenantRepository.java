package io.ticktock.state;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateTenantResponse;
import io.ticktock.proto.v1.GetQuotasRequest;
import io.ticktock.proto.v1.GetQuotasResponse;
import io.ticktock.proto.v1.GetTenantRequest;
import io.ticktock.proto.v1.GetTenantResponse;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ListTenantsResponse;
import io.ticktock.proto.v1.Quotas;
import io.ticktock.proto.v1.Tenant;
import io.ticktock.proto.v1.UpdateTenantRequest;
import io.ticktock.proto.v1.UpdateTenantResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Set;

/** Tenants, and what they may have. None ever goes, and nothing but its quotas changes. */
final class TenantRepository {

    private static final int FIRST_QUOTA = 4;

    private final Database database;
    private final StoredBytes stored;
    private final long mostStoredBytes;

    /** @param mostStoredBytes of a tenant without a quota of its own */
    TenantRepository(Database database, StoredBytes stored, long mostStoredBytes) {
        this.database = database;
        this.stored = stored;
        this.mostStoredBytes = mostStoredBytes;
    }

    private static final String EXISTS = "SELECT 1 FROM tenants WHERE tenant_id = $1";

    static Future<Void> requireExists(Query query, String tenantId) {
        return query.execute(EXISTS, Tuple.of(tenantId))
                .compose(rows ->
                        rows.size() > 0 ? Future.succeededFuture() : Future.failedFuture(Refusal.noTenant(tenantId)));
    }

    private static final String COLUMNS = """
            tenant_id, display_name, created_at, created_by, starts_per_second, start_burst, running_lifetimes,
            executions_in_flight, remote_executions_in_flight, stored_bytes
            """;

    private static final String INSERT = """
            INSERT INTO tenants (
                tenant_id, display_name, created_by, starts_per_second, start_burst, running_lifetimes,
                executions_in_flight, remote_executions_in_flight, stored_bytes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
            """;

    Future<CreateTenantResponse> create(CreateTenantRequest request) {
        Tenant tenant = request.getTenant();
        TenantChecks.newTenant(tenant);
        Tuple row = Tuple.of(tenant.getTenantId(), tenant.getDisplayName(), tenant.getCreatedBy());
        TenantQuota.FIELDS.forEach(field -> row.addValue(TenantQuota.value(tenant.getQuotas(), field)));
        return database.onConnection(query -> query.execute(INSERT, row)
                .compose(inserted -> find(query, tenant.getTenantId()))
                .map(there -> created(tenant, there)));
    }

    private static CreateTenantResponse created(Tenant asked, Tenant there) {
        Tenant asThere = asked.toBuilder().setCreatedAt(there.getCreatedAt()).build();
        if (!asThere.equals(there)) {
            throw Refusal.otherTenant(asked.getTenantId());
        }
        return CreateTenantResponse.newBuilder().setTenant(there).build();
    }

    Future<GetTenantResponse> get(GetTenantRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        return database.ofTenant(tenantId, query -> find(query, tenantId))
                .map(tenant -> GetTenantResponse.newBuilder().setTenant(tenant).build());
    }

    private static final String SELECT = "SELECT " + COLUMNS + " FROM tenants WHERE tenant_id = $1";

    private static Future<Tenant> find(Query query, String tenantId) {
        return query.execute(SELECT, Tuple.of(tenantId)).map(rows -> {
            for (Row row : rows) {
                return tenant(row);
            }
            throw Refusal.noTenant(tenantId);
        });
    }

    private static final String LIST =
            "SELECT " + COLUMNS + " FROM tenants WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2";

    Future<ListTenantsResponse> list(ListTenantsRequest request) {
        ListTenantsRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        String after = Pages.place(list, request.getPageToken()).orElse("");
        return database.query(LIST, Tuple.of(after, size)).map(rows -> page(list, rows, size));
    }

    private static ListTenantsResponse page(ListTenantsRequest list, RowSet<Row> rows, int size) {
        ListTenantsResponse.Builder page = ListTenantsResponse.newBuilder();
        rows.forEach(row -> page.addTenants(tenant(row)));
        if (page.getTenantsCount() == size) {
            page.setNextPageToken(Pages.token(list, page.getTenants(size - 1).getTenantId()));
        }
        return page.build();
    }

    private static Tenant tenant(Row row) {
        Tenant.Builder tenant = Tenant.newBuilder()
                .setTenantId(row.getString(0))
                .setDisplayName(row.getString(1))
                .setCreatedAt(Stored.timestamp(row.getOffsetDateTime(2)))
                .setCreatedBy(row.getString(3));
        Quotas quotas = quotas(row, FIRST_QUOTA);
        return quotas.equals(Quotas.getDefaultInstance())
                ? tenant.build()
                : tenant.setQuotas(quotas).build();
    }

    private static Quotas quotas(Row row, int first) {
        Quotas.Builder quotas = Quotas.newBuilder();
        for (int i = 0; i < TenantQuota.FIELDS.size(); i++) {
            Long value = row.getLong(first + i);
            if (value != null) {
                quotas.setField(TenantQuota.FIELDS.get(i), value);
            }
        }
        return quotas.build();
    }

    // quotas

    private static final String UPDATE = """
            UPDATE tenants SET
                starts_per_second = CASE WHEN $2[1] THEN $3[1] ELSE starts_per_second END,
                start_burst = CASE WHEN $2[2] THEN $3[2] ELSE start_burst END,
                running_lifetimes = CASE WHEN $2[3] THEN $3[3] ELSE running_lifetimes END,
                executions_in_flight = CASE WHEN $2[4] THEN $3[4] ELSE executions_in_flight END,
                remote_executions_in_flight = CASE WHEN $2[5] THEN $3[5] ELSE remote_executions_in_flight END,
                stored_bytes = CASE WHEN $2[6] THEN $3[6] ELSE stored_bytes END
            WHERE tenant_id = $1
            """.replace("$2", "($2::boolean[])").replace("$3", "($3::bigint[])");

    Future<UpdateTenantResponse> update(UpdateTenantRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        TenantChecks.update(request);
        Set<FieldDescriptor> named = TenantQuota.named(request.getUpdateMask());
        Boolean[] changed = TenantQuota.FIELDS.stream().map(named::contains).toArray(Boolean[]::new);
        Long[] values = TenantQuota.FIELDS.stream()
                .map(field -> TenantQuota.value(request.getQuotas(), field))
                .toArray(Long[]::new);
        return database.onConnection(query -> query.execute(UPDATE, Tuple.of(tenantId, changed, values))
                        .compose(updated -> find(query, tenantId)))
                .map(tenant ->
                        UpdateTenantResponse.newBuilder().setTenant(tenant).build());
    }

    private static final String QUOTAS = """
            SELECT t.starts_per_second, t.start_burst, t.running_lifetimes, t.executions_in_flight,
                t.remote_executions_in_flight, t.stored_bytes, coalesce(s.stored_bytes, 0), (
                    SELECT count(*) FROM (
                        SELECT FROM lifetimes l WHERE l.tenant_id = $1 AND l.status IN (1, 2)
                        LIMIT CASE WHEN $2 = 0 THEN 0 ELSE coalesce(t.running_lifetimes, $2) + 1 END) AS open)
            FROM (SELECT $1::text AS tenant_id) AS asked
            LEFT JOIN tenants t USING (tenant_id)
            LEFT JOIN tenant_storage s USING (tenant_id)
            """.replace("$2", "$2::bigint");

    Future<GetQuotasResponse> quotas(GetQuotasRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        return database.query(QUOTAS, Tuple.of(tenantId, request.getMostRunningLifetimes()))
                .map(rows -> quotas(tenantId, rows.iterator().next()));
    }

    private GetQuotasResponse quotas(String tenantId, Row row) {
        Quotas quotas = quotas(row, 0);
        return GetQuotasResponse.newBuilder()
                .setQuotas(quotas)
                .setStoredBytes(row.getLong(6) + stored.noted(tenantId))
                .setRunningLifetimes(row.getLong(7))
                .setMostStoredBytes(quotas.hasStoredBytes() ? quotas.getStoredBytes() : mostStoredBytes)
                .build();
    }
}
