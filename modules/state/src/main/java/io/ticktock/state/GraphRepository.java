package io.ticktock.state;

import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.proto.v1.GetGraphRequest;
import io.ticktock.proto.v1.GetGraphResponse;
import io.ticktock.proto.v1.GraphReference;
import io.ticktock.proto.v1.RegisterGraphRequest;
import io.ticktock.proto.v1.RegisterGraphResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

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
            GraphReference graph = GraphReference.newBuilder()
                    .setTenantId(request.getTenantId())
                    .setName(request.getName())
                    .setVersion(row.getString(0))
                    .setDigest(row.getString(1))
                    .build();
            return GetGraphResponse.newBuilder()
                    .setGraph(graph)
                    .setCanonical(
                            UnsafeByteOperations.unsafeWrap(row.getBuffer(2).getBytes()))
                    .build();
        }
        throw Refusal.noGraph(request);
    }
}
