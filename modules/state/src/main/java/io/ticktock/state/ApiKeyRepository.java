package io.ticktock.state;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.proto.v1.ApiKey;
import io.ticktock.proto.v1.CreateApiKeyRequest;
import io.ticktock.proto.v1.CreateApiKeyResponse;
import io.ticktock.proto.v1.FindApiKeyRequest;
import io.ticktock.proto.v1.FindApiKeyResponse;
import io.ticktock.proto.v1.ListApiKeysRequest;
import io.ticktock.proto.v1.ListApiKeysResponse;
import io.ticktock.proto.v1.RevokeApiKeyRequest;
import io.ticktock.proto.v1.RevokeApiKeyResponse;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;

/** API keys of tenants, with the digests of their secrets. A key is revoked, never removed. */
final class ApiKeyRepository {

    private static final String COLUMNS =
            "tenant_id, key_id, roles, display_name, created_at, created_by, revoked_at, revoked_by";

    private final Database database;

    ApiKeyRepository(Database database) {
        this.database = database;
    }

    private static final String INSERT = """
            INSERT INTO api_keys (tenant_id, key_id, roles, display_name, created_by, secret_digest)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """;

    Future<CreateApiKeyResponse> create(CreateApiKeyRequest request) {
        TenantChecks.newKey(request);
        ApiKey key = request.getKey();
        Tuple row = Tuple.of(
                key.getTenantId(),
                key.getKeyId(),
                key.getRolesValueList().stream().map(Integer::shortValue).toArray(Short[]::new),
                key.getDisplayName(),
                key.getCreatedBy(),
                Buffer.buffer(request.getSecretDigest().toByteArray()));
        return database.onConnection(query -> TenantRepository.requireExists(query, key.getTenantId())
                .compose(exists -> query.execute(INSERT, row))
                .compose(inserted -> find(query, key.getKeyId()))
                .map(there -> created(request, there)));
    }

    private static CreateApiKeyResponse created(CreateApiKeyRequest asked, FindApiKeyResponse there) {
        ApiKey asNew = there.getKey().toBuilder()
                .clearCreatedAt()
                .clearRevokedAt()
                .clearRevokedBy()
                .build();
        boolean isSameKey =
                asNew.equals(asked.getKey().toBuilder().clearCreatedAt().build());
        if (!isSameKey || !there.getSecretDigest().equals(asked.getSecretDigest())) {
            throw Refusal.otherApiKey(asked.getKey().getKeyId());
        }
        return CreateApiKeyResponse.newBuilder().setKey(there.getKey()).build();
    }

    private static final String LIST =
            "SELECT " + COLUMNS + " FROM api_keys WHERE tenant_id = $1 AND key_id > $2 ORDER BY key_id LIMIT $3";

    Future<ListApiKeysResponse> list(ListApiKeysRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        ListApiKeysRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize());
        String after = Pages.place(list, request.getPageToken()).orElse("");
        return database.ofTenant(
                tenantId,
                query -> TenantRepository.requireExists(query, tenantId)
                        .compose(exists -> query.execute(LIST, Tuple.of(tenantId, after, size)))
                        .map(rows -> page(list, rows, size)));
    }

    private static ListApiKeysResponse page(ListApiKeysRequest list, RowSet<Row> rows, int size) {
        ListApiKeysResponse.Builder page = ListApiKeysResponse.newBuilder();
        rows.forEach(row -> page.addKeys(key(row)));
        if (page.getKeysCount() == size) {
            page.setNextPageToken(Pages.token(list, page.getKeys(size - 1).getKeyId()));
        }
        return page.build();
    }

    private static final String REVOKE = """
            UPDATE api_keys SET revoked_at = now(), revoked_by = $3
            WHERE tenant_id = $1 AND key_id = $2 AND revoked_at IS NULL
            """;

    private static final String SELECT = "SELECT " + COLUMNS + " FROM api_keys WHERE tenant_id = $1 AND key_id = $2";

    Future<RevokeApiKeyResponse> revoke(RevokeApiKeyRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        String keyId = request.getKeyId();
        TenantChecks.actor(request.getActor());
        if (!TenantChecks.isKeyId(keyId)) {
            throw Refusal.noApiKey(keyId);
        }
        return database.onConnection(query -> query.execute(REVOKE, Tuple.of(tenantId, keyId, request.getActor()))
                .compose(revoked -> query.execute(SELECT, Tuple.of(tenantId, keyId)))
                .map(rows -> revoked(keyId, rows)));
    }

    private static RevokeApiKeyResponse revoked(String keyId, RowSet<Row> rows) {
        for (Row row : rows) {
            return RevokeApiKeyResponse.newBuilder().setKey(key(row)).build();
        }
        throw Refusal.noApiKey(keyId);
    }

    /** No database is asked for what cannot be there. */
    Future<FindApiKeyResponse> find(FindApiKeyRequest request) {
        return TenantChecks.isKeyId(request.getKeyId())
                ? find(database::query, request.getKeyId())
                : Future.succeededFuture(FindApiKeyResponse.getDefaultInstance());
    }

    private static final String FIND = "SELECT " + COLUMNS + ", secret_digest FROM api_keys WHERE key_id = $1";

    private static Future<FindApiKeyResponse> find(Query query, String keyId) {
        return query.execute(FIND, Tuple.of(keyId)).map(rows -> {
            for (Row row : rows) {
                ByteString digest =
                        UnsafeByteOperations.unsafeWrap(row.getBuffer(8).getBytes());
                return FindApiKeyResponse.newBuilder()
                        .setKey(key(row))
                        .setSecretDigest(digest)
                        .build();
            }
            return FindApiKeyResponse.getDefaultInstance();
        });
    }

    private static ApiKey key(Row row) {
        ApiKey.Builder key = ApiKey.newBuilder()
                .setTenantId(row.getString(0))
                .setKeyId(row.getString(1))
                .setDisplayName(row.getString(3))
                .setCreatedAt(Stored.timestamp(row.getOffsetDateTime(4)))
                .setCreatedBy(row.getString(5));
        for (Short role : row.getArrayOfShorts(2)) {
            key.addRolesValue(role);
        }
        if (row.getOffsetDateTime(6) != null) {
            key.setRevokedAt(Stored.timestamp(row.getOffsetDateTime(6))).setRevokedBy(row.getString(7));
        }
        return key.build();
    }
}
