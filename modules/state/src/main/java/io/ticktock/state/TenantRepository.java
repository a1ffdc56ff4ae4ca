package io.ticktock.state;

import io.ticktock.proto.v1.CreateTenantRequest;
import io.ticktock.proto.v1.CreateTenantResponse;
import io.ticktock.proto.v1.GetTenantRequest;
import io.ticktock.proto.v1.GetTenantResponse;
import io.ticktock.proto.v1.ListTenantsRequest;
import io.ticktock.proto.v1.ListTenantsResponse;
import io.ticktock.proto.v1.Tenant;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** Tenants. None ever changes or goes. */
final class TenantRepository {

    private final Database database;

    TenantRepository(Database database) {
        this.database = database;
    }

    private static final String EXISTS = "SELECT 1 FROM tenants WHERE tenant_id = $1";

    static Future<Void> requireExists(Query query, String tenantId) {
        return query.execute(EXISTS, Tuple.of(tenantId))
                .compose(rows ->
                        rows.size() > 0 ? Future.succeededFuture() : Future.failedFuture(Refusal.noTenant(tenantId)));
    }

    private static final String INSERT =
            "INSERT INTO tenants (tenant_id, display_name, created_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

    Future<CreateTenantResponse> create(CreateTenantRequest request) {
        Tenant tenant = request.getTenant();
        TenantChecks.newTenant(tenant);
        Tuple row = Tuple.of(tenant.getTenantId(), tenant.getDisplayName(), tenant.getCreatedBy());
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

    private static final String SELECT =
            "SELECT tenant_id, display_name, created_at, created_by FROM tenants WHERE tenant_id = $1";

    private static Future<Tenant> find(Query query, String tenantId) {
        return query.execute(SELECT, Tuple.of(tenantId)).map(rows -> {
            for (Row row : rows) {
                return tenant(row);
            }
            throw Refusal.noTenant(tenantId);
        });
    }

    private static final String LIST = """
            SELECT tenant_id, display_name, created_at, created_by FROM tenants
            WHERE tenant_id > $1 ORDER BY tenant_id LIMIT $2
            """;

    Future<ListTenantsResponse> list(ListTenantsRequest request) {
        ListTenantsRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize(), 50, 200);
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
        return Tenant.newBuilder()
                .setTenantId(row.getString(0))
                .setDisplayName(row.getString(1))
                .setCreatedAt(Stored.timestamp(row.getOffsetDateTime(2)))
                .setCreatedBy(row.getString(3))
                .build();
    }
}
