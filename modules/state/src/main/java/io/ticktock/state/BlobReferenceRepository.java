package io.ticktock.state;

import io.ticktock.proto.v1.FindUnreferencedBlobsRequest;
import io.ticktock.proto.v1.FindUnreferencedBlobsResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which blobs are referred to. A reference is durable before what refers to the blob, so none is missed. */
final class BlobReferenceRepository {

    /** Blobs, each with the tenant whose rows refer to it. */
    static final class Uses {
        private final List<String> tenants = new ArrayList<>();
        private final List<String> uris = new ArrayList<>();
        private final List<Long> sizes = new ArrayList<>();

        Uses add(String tenantId, Map<String, Long> blobs) {
            blobs.forEach((uri, sizeBytes) -> {
                tenants.add(tenantId);
                uris.add(uri);
                sizes.add(sizeBytes);
            });
            return this;
        }

        boolean isEmpty() {
            return uris.isEmpty();
        }

        private Tuple toTuple() {
            return Tuple.tuple()
                    .addArrayOfString(tenants.toArray(String[]::new))
                    .addArrayOfString(uris.toArray(String[]::new))
                    .addArrayOfLong(sizes.toArray(Long[]::new));
        }
    }

    private final Database database;
    private final StoredBytes stored;

    BlobReferenceRepository(Database database, StoredBytes stored) {
        this.database = database;
        this.stored = stored;
    }

    private static final String INSERT = """
            WITH blob AS (
                SELECT DISTINCT ON (tenant_id, uri) tenant_id, uri, size_bytes
                FROM unnest($1::text[], $2::text[], $3::bigint[]) AS blob (tenant_id, uri, size_bytes)
                ORDER BY tenant_id, uri),
            inserted AS (
                INSERT INTO blob_references (tenant_id, uri)
                SELECT tenant_id, uri FROM blob ORDER BY tenant_id, uri
                ON CONFLICT DO NOTHING
                RETURNING tenant_id, uri)
            SELECT tenant_id, sum(size_bytes)::bigint FROM inserted JOIN blob USING (tenant_id, uri) GROUP BY tenant_id
            """;

    /** On the lane of the rows that refer to these blobs, before them. */
    Future<Void> add(Lane lane, Uses uses) {
        return add(lane::execute, uses);
    }

    Future<Void> add(Uses uses) {
        return add(database::query, uses);
    }

    private Future<Void> add(Query query, Uses uses) {
        return uses.isEmpty()
                ? Future.succeededFuture()
                : query.execute(INSERT, uses.toTuple()).map(this::count);
    }

    /** A blob counts once, when it is first referred to. */
    private Void count(RowSet<Row> added) {
        added.forEach(row -> stored.add(row.getString(0), row.getLong(1)));
        return null;
    }

    private static final String UNREFERENCED = """
            SELECT uri FROM unnest($1::text[], $2::text[]) AS blob (tenant_id, uri)
            WHERE NOT EXISTS (
                SELECT FROM blob_references r WHERE r.tenant_id = blob.tenant_id AND r.uri = blob.uri)
            """;

    Future<FindUnreferencedBlobsResponse> findUnreferenced(FindUnreferencedBlobsRequest request) {
        Checks.atMost("uris", request.getUrisCount());
        String[] tenants =
                request.getUrisList().stream().map(BlobUris::tenantOf).toArray(String[]::new);
        String[] uris = request.getUrisList().toArray(String[]::new);
        return database.query(
                        UNREFERENCED, Tuple.tuple().addArrayOfString(tenants).addArrayOfString(uris))
                .map(rows -> {
                    FindUnreferencedBlobsResponse.Builder response = FindUnreferencedBlobsResponse.newBuilder();
                    rows.forEach(row -> response.addUris(row.getString(0)));
                    return response.build();
                });
    }
}
