package io.ticktock.state;

import io.ticktock.proto.v1.ClaimWebhooksRequest;
import io.ticktock.proto.v1.ClaimWebhooksResponse;
import io.ticktock.proto.v1.CreateWebhookRequest;
import io.ticktock.proto.v1.CreateWebhookResponse;
import io.ticktock.proto.v1.DeleteWebhookRequest;
import io.ticktock.proto.v1.DeleteWebhookResponse;
import io.ticktock.proto.v1.GetWebhookRequest;
import io.ticktock.proto.v1.GetWebhookResponse;
import io.ticktock.proto.v1.HeldWebhook;
import io.ticktock.proto.v1.ListWebhooksRequest;
import io.ticktock.proto.v1.ListWebhooksResponse;
import io.ticktock.proto.v1.RotateWebhookSecretRequest;
import io.ticktock.proto.v1.RotateWebhookSecretResponse;
import io.ticktock.proto.v1.UpdateWebhookRequest;
import io.ticktock.proto.v1.UpdateWebhookResponse;
import io.ticktock.proto.v1.Webhook;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;

/** Webhooks of tenants, what signs for them, and who delivers for them at the moment. */
final class WebhookRepository {

    private static final UUID FIRST = new UUID(0, 0);

    static final String COLUMNS = """
            w.tenant_id, w.webhook_id, w.url, w.event_types, w.graph_name, w.description, w.enabled, w.disabled_reason,
            w.version, w.created_at, w.created_by, w.updated_at, w.failing_since,
            CASE WHEN w.old_secret_until > now() THEN w.old_secret_until END, (
                SELECT count(*) FROM webhook_deliveries d
                WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.state = 1)
            """;

    /** Behind those above. */
    private static final String HELD_COLUMNS = COLUMNS + """
            , w.secret, CASE WHEN w.old_secret_until > now() THEN w.old_secret END, w.position, w.epoch, (
                SELECT min(d.next_attempt_at) FROM webhook_deliveries d
                WHERE d.tenant_id = w.tenant_id AND d.webhook_id = w.webhook_id AND d.state = 1)
            """;

    private final Database database;

    WebhookRepository(Database database) {
        this.database = database;
    }

    // what tenants have

    /** Two at a time could otherwise both be the last that there may be. */
    private static final String LOCK_TENANT = "SELECT 1 FROM tenants WHERE tenant_id = $1 FOR UPDATE";

    private static final String COUNT = "SELECT count(*) FROM webhooks WHERE tenant_id = $1 AND webhook_id <> $2";

    private static final String INSERT = """
            INSERT INTO webhooks (
                tenant_id, webhook_id, url, event_types, graph_name, description, enabled, created_by, secret, position)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """;

    Future<CreateWebhookResponse> create(CreateWebhookRequest request) {
        Webhooks.create(request);
        Webhook asked = request.getWebhook();
        UUID id = Checks.webhook(asked.getWebhookId());
        Tuple row = Tuple.of(
                request.getTenantId(),
                id,
                asked.getUrl(),
                asked.getEventTypesList().toArray(String[]::new),
                asked.getGraphName(),
                asked.getDescription());
        row.addBoolean(!asked.hasEnabled() || asked.getEnabled())
                .addString(asked.getCreatedBy())
                .addString(request.getSecret())
                .addString(request.getPosition());
        return database.inTransaction(query -> query.execute(LOCK_TENANT, Tuple.of(request.getTenantId()))
                .map(locked -> requireTenant(locked, request.getTenantId()))
                .compose(locked -> query.execute(COUNT, Tuple.of(request.getTenantId(), id)))
                .map(counted -> requireRoom(counted, request.getMostWebhooks()))
                .compose(room -> query.execute(INSERT, row))
                .compose(inserted -> find(query, request.getTenantId(), id))
                .map(webhook -> CreateWebhookResponse.newBuilder()
                        .setWebhook(webhook)
                        .setSecret(request.getSecret())
                        .build()));
    }

    private static RowSet<Row> requireTenant(RowSet<Row> rows, String tenantId) {
        if (rows.size() == 0) {
            throw Refusal.noTenant(tenantId);
        }
        return rows;
    }

    private static RowSet<Row> requireRoom(RowSet<Row> counted, int most) {
        if (counted.iterator().next().getLong(0) >= most) {
            throw Refusal.tooManyWebhooks(most);
        }
        return counted;
    }

    private static final String SELECT =
            "SELECT " + COLUMNS + " FROM webhooks w WHERE w.tenant_id = $1 AND w.webhook_id = $2";

    static Future<Webhook> find(Query query, String tenantId, UUID webhookId) {
        return query.execute(SELECT, Tuple.of(tenantId, webhookId)).map(rows -> {
            for (Row row : rows) {
                return webhook(row);
            }
            throw Refusal.noWebhook();
        });
    }

    Future<GetWebhookResponse> get(GetWebhookRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID id = Checks.webhook(request.getWebhookId());
        return database.ofTenant(tenantId, query -> find(query, tenantId, id))
                .map(webhook ->
                        GetWebhookResponse.newBuilder().setWebhook(webhook).build());
    }

    private static final String LIST = "SELECT " + COLUMNS
            + " FROM webhooks w WHERE w.tenant_id = $1 AND w.webhook_id > $2 ORDER BY w.webhook_id LIMIT $3";

    Future<ListWebhooksResponse> list(ListWebhooksRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        ListWebhooksRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize(), 50, 200);
        UUID after =
                Pages.place(list, request.getPageToken()).map(Pages::lifetime).orElse(FIRST);
        return database.ofTenant(tenantId, query -> query.execute(LIST, Tuple.of(tenantId, after, size)))
                .map(rows -> page(list, rows, size));
    }

    private static ListWebhooksResponse page(ListWebhooksRequest list, RowSet<Row> rows, int size) {
        ListWebhooksResponse.Builder page = ListWebhooksResponse.newBuilder();
        rows.forEach(row -> page.addWebhooks(webhook(row)));
        if (page.getWebhooksCount() == size) {
            page.setNextPageToken(Pages.token(list, page.getWebhooks(size - 1).getWebhookId()));
        }
        return page.build();
    }

    private static final String LOCK = "SELECT 1 FROM webhooks WHERE tenant_id = $1 AND webhook_id = $2 FOR UPDATE";

    /** As it stays until the transaction ends. */
    static Future<Webhook> lock(Query query, String tenantId, UUID webhookId) {
        return query.execute(LOCK, Tuple.of(tenantId, webhookId)).compose(locked -> find(query, tenantId, webhookId));
    }

    private static final String UPDATE = """
            UPDATE webhooks SET url = $3, event_types = $4, graph_name = $5, description = $6, enabled = $7,
                disabled_reason = $8, version = version + 1, updated_at = now(),
                failing_since = CASE WHEN $9 THEN failing_since END
            WHERE tenant_id = $1 AND webhook_id = $2
            """.replace("$9", "$9::boolean");

    Future<UpdateWebhookResponse> update(UpdateWebhookRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID id = Checks.webhook(request.getWebhookId());
        Webhooks.update(request);
        return database.inTransaction(query -> lock(query, tenantId, id)
                .compose(before -> {
                    Webhooks.requireVersion(request.getIfVersionList(), before);
                    return query.execute(UPDATE, changed(tenantId, id, Webhooks.updated(before, request)));
                })
                .compose(updated -> find(query, tenantId, id))
                .map(webhook ->
                        UpdateWebhookResponse.newBuilder().setWebhook(webhook).build()));
    }

    private static Tuple changed(String tenantId, UUID id, Webhook after) {
        Tuple row = Tuple.of(
                tenantId,
                id,
                after.getUrl(),
                after.getEventTypesList().toArray(String[]::new),
                after.getGraphName(),
                after.getDescription());
        return row.addBoolean(after.getEnabled())
                .addString(after.getDisabledReason())
                .addBoolean(after.hasFailingSince());
    }

    private static final String DELETE_DELIVERIES =
            "DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND webhook_id = $2";
    private static final String DELETE = "DELETE FROM webhooks WHERE tenant_id = $1 AND webhook_id = $2";

    /** The webhook goes first: from then on nothing is added to what has to go with it. */
    Future<DeleteWebhookResponse> delete(DeleteWebhookRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID id = Checks.webhook(request.getWebhookId());
        Webhooks.versions(request.getIfVersionList());
        Tuple key = Tuple.of(tenantId, id);
        return database.inTransaction(query -> lock(query, tenantId, id)
                .compose(before -> {
                    Webhooks.requireVersion(request.getIfVersionList(), before);
                    return query.execute(DELETE, key);
                })
                .compose(gone -> query.execute(DELETE_DELIVERIES, key))
                .map(gone -> DeleteWebhookResponse.getDefaultInstance()));
    }

    private static final String ROTATE = """
            UPDATE webhooks SET old_secret = secret, secret = $3, old_secret_until = now() + $4 * interval '1 second',
                version = version + 1, updated_at = now()
            WHERE tenant_id = $1 AND webhook_id = $2 AND secret <> $3
            """;

    /** The same secret again changes nothing. */
    Future<RotateWebhookSecretResponse> rotate(RotateWebhookSecretRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID id = Checks.webhook(request.getWebhookId());
        Webhooks.secret(request.getSecret());
        Tuple row = Tuple.of(tenantId, id, request.getSecret(), (double) Webhooks.OLD_SECRET_SIGNS.toSeconds());
        return database.inTransaction(query -> query.execute(ROTATE, row)
                .compose(rotated -> find(query, tenantId, id))
                .map(webhook -> RotateWebhookSecretResponse.newBuilder()
                        .setWebhook(webhook)
                        .setSecret(request.getSecret())
                        .build()));
    }

    // who delivers

    /** In order of the key, so that two who claim do not wait for each other crosswise. */
    private static final String CLAIM = """
            WITH free AS (
                SELECT tenant_id, webhook_id FROM webhooks
                WHERE enabled AND (holder_id = $1 OR lease_until IS NULL OR lease_until < clock_timestamp())
                ORDER BY holder_id IS DISTINCT FROM $1, lease_until NULLS FIRST
                LIMIT $3
                FOR UPDATE SKIP LOCKED)
            UPDATE webhooks w SET
                epoch = CASE WHEN w.holder_id = $1 THEN w.epoch ELSE w.epoch + 1 END,
                holder_id = $1,
                lease_until = clock_timestamp() + $2 * interval '1 millisecond'
            FROM free WHERE w.tenant_id = free.tenant_id AND w.webhook_id = free.webhook_id
            """.replace("$2", "$2::double precision");

    private static final String SELECT_HELD =
            "SELECT " + HELD_COLUMNS + " FROM webhooks w WHERE w.holder_id = $1 AND w.enabled";

    Future<ClaimWebhooksResponse> claim(ClaimWebhooksRequest request) {
        if (request.getHolderId().isEmpty() || request.getLeaseMs() < 1 || request.getMost() < 1) {
            throw Refusal.invalid("holder_id, lease_ms and most must be set");
        }
        Tuple row = Tuple.of(request.getHolderId(), (double) request.getLeaseMs(), request.getMost());
        return database.inTransaction(query -> query.execute(CLAIM, row)
                .compose(claimed -> query.execute(SELECT_HELD, Tuple.of(request.getHolderId())))
                .map(WebhookRepository::held));
    }

    private static ClaimWebhooksResponse held(RowSet<Row> rows) {
        ClaimWebhooksResponse.Builder held = ClaimWebhooksResponse.newBuilder();
        rows.forEach(row -> held.addWebhooks(heldWebhook(row)));
        return held.build();
    }

    private static final String SELECT_ONE_HELD =
            "SELECT " + HELD_COLUMNS + " FROM webhooks w WHERE w.tenant_id = $1 AND w.webhook_id = $2";

    static Future<HeldWebhook> findHeld(Query query, String tenantId, UUID webhookId) {
        return query.execute(SELECT_ONE_HELD, Tuple.of(tenantId, webhookId))
                .map(rows -> heldWebhook(rows.iterator().next()));
    }

    // rows

    private static HeldWebhook heldWebhook(Row row) {
        HeldWebhook.Builder held = HeldWebhook.newBuilder()
                .setWebhook(webhook(row))
                .addSecrets(row.getString(15))
                .setPosition(row.getString(17))
                .setEpoch(row.getLong(18));
        if (row.getString(16) != null) {
            held.addSecrets(row.getString(16));
        }
        if (row.getOffsetDateTime(19) != null) {
            held.setNextDueAt(Stored.timestamp(row.getOffsetDateTime(19)));
        }
        return held.build();
    }

    private static Webhook webhook(Row row) {
        Webhook.Builder webhook = Webhook.newBuilder()
                .setTenantId(row.getString(0))
                .setWebhookId(row.getUUID(1).toString())
                .setUrl(row.getString(2))
                .addAllEventTypes(List.of(row.getArrayOfStrings(3)))
                .setGraphName(row.getString(4))
                .setDescription(row.getString(5))
                .setEnabled(row.getBoolean(6))
                .setDisabledReason(row.getString(7))
                .setVersion(row.getLong(8))
                .setCreatedAt(Stored.timestamp(row.getOffsetDateTime(9)))
                .setCreatedBy(row.getString(10))
                .setUpdatedAt(Stored.timestamp(row.getOffsetDateTime(11)))
                .setWaiting(row.getLong(14).intValue());
        if (row.getOffsetDateTime(12) != null) {
            webhook.setFailingSince(Stored.timestamp(row.getOffsetDateTime(12)));
        }
        if (row.getOffsetDateTime(13) != null) {
            webhook.setOldSecretUntil(Stored.timestamp(row.getOffsetDateTime(13)));
        }
        return webhook.build();
    }
}
