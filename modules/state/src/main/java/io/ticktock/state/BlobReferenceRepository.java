package io.ticktock.state;

import io.ticktock.proto.v1.FindUnreferencedBlobsRequest;
import io.ticktock.proto.v1.FindUnreferencedBlobsResponse;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which blobs are referred to. A reference is durable before what refers to the blob, so none is missed. */
final class BlobReferenceRepository {

    /** Blobs, each with the tenant whose rows refer to it. */
    static final class Uses {
        private final List<String> tenants = new ArrayList<>();
        private final List<String> uris = new ArrayList<>();

        Uses add(String tenantId, Set<String> blobs) {
            for (String uri : blobs) {
                tenants.add(tenantId);
                uris.add(uri);
            }
            return this;
        }

        boolean isEmpty() {
            return uris.isEmpty();
        }

        private Tuple toTuple() {
            return Tuple.tuple()
                    .addArrayOfString(tenants.toArray(String[]::new))
                    .addArrayOfString(uris.toArray(String[]::new));
        }
    }

    private final Database database;

    BlobReferenceRepository(Database database) {
        this.database = database;
    }

    private static final String INSERT = """
            INSERT INTO blob_references (tenant_id, uri)
            SELECT DISTINCT tenant_id, uri FROM unnest($1::text[], $2::text[]) AS blob (tenant_id, uri)
            ORDER BY tenant_id, uri
            ON CONFLICT DO NOTHING
            """;

    /** On the lane of the rows that refer to these blobs, before them. */
    static Future<Void> add(Lane lane, Uses uses) {
        return uses.isEmpty()
                ? Future.succeededFuture()
                : lane.execute(INSERT, uses.toTuple()).mapEmpty();
    }

    Future<Void> add(Uses uses) {
        return uses.isEmpty()
                ? Future.succeededFuture()
                : database.query(INSERT, uses.toTuple()).mapEmpty();
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
