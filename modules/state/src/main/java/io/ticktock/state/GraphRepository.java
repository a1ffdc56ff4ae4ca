package io.ticktock.state;

import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.ListGraphVersionsRequest;
import io.ticktock.proto.v1.ListGraphVersionsResponse;
import io.ticktock.proto.v1.ListGraphsRequest;
import io.ticktock.proto.v1.ListGraphsResponse;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.RegisterGraphResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Registered graphs. A version never changes. */
final class GraphRepository {

    private final Database database;

    GraphRepository(Database database) {
        this.database = database;
    }

    private static final String INSERT = """
            INSERT INTO agent_graphs (tenant_id, name, version, digest, canonical) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """;

    private static final String SELECT_DIGEST =
            "SELECT digest FROM agent_graphs WHERE tenant_id = $1 AND name = $2 AND version = $3";

    Future<RegisterGraphResponse> register(RegisterGraphRequest request) {
        GraphReference graph = request.getGraph();
        GraphVersions.parse(graph.getVersion());
        Tuple key = Tuple.of(Checks.tenant(graph.getTenantId()), graph.getName(), graph.getVersion());
        Tuple row = Tuple.of(
                graph.getTenantId(),
                graph.getName(),
                graph.getVersion(),
                graph.getDigest(),
                Buffer.buffer(request.getCanonical().toByteArray()));
        return database.query(INSERT, row)
                .compose(inserted -> inserted.rowCount() > 0
                        ? Future.succeededFuture(true)
                        : database.query(SELECT_DIGEST, key).map(rows -> isNew(graph, rows)))
                .map(created ->
                        RegisterGraphResponse.newBuilder().setCreated(created).build());
    }

    private static boolean isNew(GraphReference graph, RowSet<Row> earlier) {
        if (!earlier.iterator().next().getString(0).equals(graph.getDigest())) {
            throw Refusal.otherGraph(graph);
        }
        return false;
    }

    private static final String SELECT_VERSIONS = "SELECT version FROM agent_graphs WHERE tenant_id = $1 AND name = $2";

    private static final String SELECT =
            "SELECT version, digest, canonical FROM agent_graphs WHERE tenant_id = $1 AND name = $2 AND version = $3";

    Future<GetGraphResponse> get(GetGraphRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        return database.ofTenant(
                tenantId,
                query -> version(query, request)
                        .compose(version -> query.execute(SELECT, Tuple.of(tenantId, request.getName(), version)))
                        .map(rows -> graph(request, rows)));
    }

    private static Future<String> version(Query query, GetGraphRequest request) {
        if (!request.getVersion().isEmpty()) {
            return Future.succeededFuture(request.getVersion());
        }
        return query.execute(SELECT_VERSIONS, Tuple.of(request.getTenantId(), request.getName()))
                .map(rows -> {
                    List<String> versions = new ArrayList<>();
                    rows.forEach(row -> versions.add(row.getString(0)));
                    return GraphVersions.highest(versions).orElseThrow(() -> Refusal.noGraph(request));
                });
    }

    private static GetGraphResponse graph(GetGraphRequest request, RowSet<Row> rows) {
        for (Row row : rows) {
            return GetGraphResponse.newBuilder()
                    .setGraph(reference(request.getTenantId(), request.getName(), row, 0))
                    .setCanonical(
                            UnsafeByteOperations.unsafeWrap(row.getBuffer(2).getBytes()))
                    .build();
        }
        throw Refusal.noGraph(request);
    }

    /** Of each name those that differ from its highest version in their pre-release or build at most: a few. */
    private static final String LIST = """
            SELECT name, version, digest
            FROM (
                SELECT g.name, g.version, g.digest,
                    rank() OVER (PARTITION BY g.name
                        ORDER BY string_to_array(substring(g.version FROM '^[0-9.]+'), '.')::numeric[] DESC) AS place
                FROM agent_graphs g
                WHERE g.tenant_id = $1 AND g.name IN (
                    SELECT DISTINCT name FROM agent_graphs WHERE tenant_id = $1 AND name > $2 ORDER BY name LIMIT $3)
                ) AS ranked
            WHERE place = 1
            ORDER BY name
            """;

    Future<ListGraphsResponse> list(ListGraphsRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        Tuple parameters = Tuple.of(tenantId, GraphVersions.place(request), GraphVersions.size(request));
        return database.ofTenant(tenantId, query -> query.execute(LIST, parameters))
                .map(rows -> GraphVersions.page(request, highest(tenantId, rows)));
    }

    private static List<GraphReference> highest(String tenantId, RowSet<Row> byName) {
        Map<String, GraphReference> highest = new LinkedHashMap<>();
        byName.forEach(row -> highest.merge(
                row.getString(0), reference(tenantId, row.getString(0), row, 1), GraphRepository::higher));
        return List.copyOf(highest.values());
    }

    private static GraphReference higher(GraphReference one, GraphReference other) {
        return GraphVersions.ORDER.compare(one.getVersion(), other.getVersion()) > 0 ? one : other;
    }

    private static final String LIST_VERSIONS =
            "SELECT version, digest FROM agent_graphs WHERE tenant_id = $1 AND name = $2";

    Future<ListGraphVersionsResponse> listVersions(ListGraphVersionsRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        return database.ofTenant(tenantId, query -> query.execute(LIST_VERSIONS, Tuple.of(tenantId, request.getName())))
                .map(rows -> versions(request, rows));
    }

    private static ListGraphVersionsResponse versions(ListGraphVersionsRequest request, RowSet<Row> rows) {
        if (rows.size() == 0) {
            throw Refusal.noGraph(request.getName());
        }
        List<GraphReference> versions = new ArrayList<>();
        rows.forEach(row -> versions.add(reference(request.getTenantId(), request.getName(), row, 0)));
        return GraphVersions.page(request, versions);
    }

    /** @param column of the version, behind which is the digest */
    private static GraphReference reference(String tenantId, String name, Row row, int column) {
        return GraphReference.newBuilder()
                .setTenantId(tenantId)
                .setName(name)
                .setVersion(row.getString(column))
                .setDigest(row.getString(column + 1))
                .build();
    }
}
