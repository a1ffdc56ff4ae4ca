package io.ticktock.state;

import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.proto.v1.AddDeliveryRequest;
import io.ticktock.proto.v1.AddDeliveryResponse;
import io.ticktock.proto.v1.AppendAuditRequest;
import io.ticktock.proto.v1.CommitDeliveriesRequest;
import io.ticktock.proto.v1.CommitDeliveriesResponse;
import io.ticktock.proto.v1.ListDeliveriesRequest;
import io.ticktock.proto.v1.ListDeliveriesResponse;
import io.ticktock.proto.v1.ListDueDeliveriesRequest;
import io.ticktock.proto.v1.ListDueDeliveriesResponse;
import io.ticktock.proto.v1.PendingDelivery;
import io.ticktock.proto.v1.RetryDeliveryRequest;
import io.ticktock.proto.v1.RetryDeliveryResponse;
import io.ticktock.proto.v1.WebhookDelivery;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;

/** Events on their way to webhooks: those that wait for their next try, and the last ones of the others. */
final class DeliveryRepository {

    private static final String COLUMNS = """
            event_id, event_type, state, attempts, last_status, last_error, created_at, last_attempt_at, next_attempt_at
            """;

    private final Database database;

    DeliveryRepository(Database database) {
        this.database = database;
    }

    // what holders do

    private static final String LIST_DUE = "SELECT " + COLUMNS + """
            , body FROM webhook_deliveries
            WHERE tenant_id = $1 AND webhook_id = $2 AND state = 1 AND next_attempt_at <= clock_timestamp()
            ORDER BY next_attempt_at
            LIMIT $3
            """;

    Future<ListDueDeliveriesResponse> due(ListDueDeliveriesRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID webhookId = Checks.webhook(request.getWebhookId());
        int size = Pages.size(request.getPageSize(), 50, 200);
        return database.query(LIST_DUE, Tuple.of(tenantId, webhookId, size)).map(rows -> {
            ListDueDeliveriesResponse.Builder due = ListDueDeliveriesResponse.newBuilder();
            rows.forEach(row -> due.addDeliveries(PendingDelivery.newBuilder()
                    .setDelivery(delivery(row))
                    .setBody(UnsafeByteOperations.unsafeWrap(row.getBuffer(9).getBytes()))));
            return due.build();
        });
    }

    /** The row is locked until the transaction ends: whoever claims the webhook next reads what is written with it. */
    private static final String ADVANCE = """
            UPDATE webhooks SET
                position = CASE WHEN $5 = '' THEN position ELSE $5 END,
                failing_since = CASE WHEN $6 THEN NULL WHEN $7 THEN coalesce(failing_since, now()) ELSE failing_since END,
                enabled = enabled AND $8 = '',
                disabled_reason = $8,
                version = CASE WHEN $8 = '' THEN version ELSE version + 1 END,
                updated_at = CASE WHEN $8 = '' THEN updated_at ELSE now() END
            WHERE tenant_id = $1 AND webhook_id = $2 AND holder_id = $3 AND epoch = $4 AND enabled
            """.replace("$5", "$5::text")
            .replace("$6", "$6::boolean")
            .replace("$7", "$7::boolean")
            .replace("$8", "$8::text");

    private static final String UPSERT = """
            INSERT INTO webhook_deliveries (
                tenant_id, webhook_id, event_id, event_type, state, attempts, last_status, last_error, created_at,
                last_attempt_at, next_attempt_at, body)
            SELECT $1, $2, * FROM unnest(
                $3::text[], $4::text[], $5::smallint[], $6::integer[], $7::integer[], $8::text[], $9::timestamptz[],
                $10::timestamptz[], $11::timestamptz[], $12::bytea[])
            ON CONFLICT (tenant_id, webhook_id, event_id) DO UPDATE SET
                state = excluded.state, attempts = excluded.attempts, last_status = excluded.last_status,
                last_error = excluded.last_error, last_attempt_at = excluded.last_attempt_at,
                next_attempt_at = excluded.next_attempt_at
            """;

    private static final String DROP_PAST = """
            DELETE FROM webhook_deliveries
            WHERE tenant_id = $1 AND webhook_id = $2 AND state <> 1 AND created_at < (
                SELECT created_at FROM webhook_deliveries WHERE tenant_id = $1 AND webhook_id = $2 AND state <> 1
                ORDER BY created_at DESC OFFSET $3 LIMIT 1)
            """;

    Future<CommitDeliveriesResponse> commit(CommitDeliveriesRequest request) {
        Webhooks.commit(request);
        UUID webhookId = Checks.webhook(request.getWebhookId());
        Tuple advance = Tuple.of(
                request.getTenantId(), webhookId, request.getHolderId(), request.getEpoch(), request.getPosition());
        advance.addBoolean(Webhooks.hasDelivered(request))
                .addBoolean(Webhooks.isFailing(request))
                .addString(request.getDisabledReason());
        return database.inTransaction(query -> query.execute(ADVANCE, advance)
                .compose(advanced -> advanced.rowCount() == 1
                        ? write(query, request, webhookId)
                        : Future.failedFuture(Refusal.notHeld())));
    }

    private static Future<CommitDeliveriesResponse> write(
            Query query, CommitDeliveriesRequest request, UUID webhookId) {
        return upsert(query, request.getTenantId(), webhookId, request.getDeliveriesList())
                .compose(written ->
                        query.execute(DROP_PAST, Tuple.of(request.getTenantId(), webhookId, Webhooks.MOST_PAST - 1)))
                .compose(dropped -> note(query, request))
                .compose(noted -> WebhookRepository.findHeld(query, request.getTenantId(), webhookId))
                .map(held ->
                        CommitDeliveriesResponse.newBuilder().setWebhook(held).build());
    }

    private static Future<?> note(Query query, CommitDeliveriesRequest request) {
        return request.hasNote()
                ? AuditRepository.append(
                        query,
                        AppendAuditRequest.newBuilder()
                                .addEntries(request.getNote())
                                .build())
                : Future.succeededFuture();
    }

    private static Future<?> upsert(Query query, String tenantId, UUID webhookId, List<PendingDelivery> deliveries) {
        if (deliveries.isEmpty()) {
            return Future.succeededFuture();
        }
        Tuple columns = Tuple.of(
                tenantId,
                webhookId,
                column(deliveries, WebhookDelivery::getEventId).toArray(String[]::new),
                column(deliveries, WebhookDelivery::getEventType).toArray(String[]::new),
                column(deliveries, delivery -> (short) delivery.getStateValue()).toArray(Short[]::new),
                column(deliveries, WebhookDelivery::getAttempts).toArray(Integer[]::new));
        columns.addArrayOfInteger(
                        column(deliveries, WebhookDelivery::getLastStatus).toArray(Integer[]::new))
                .addArrayOfString(
                        column(deliveries, WebhookDelivery::getLastError).toArray(String[]::new))
                .addArrayOfOffsetDateTime(column(deliveries, delivery -> Stored.time(delivery.getCreatedAt()))
                        .toArray(OffsetDateTime[]::new))
                .addArrayOfOffsetDateTime(deliveries.stream()
                        .map(PendingDelivery::getDelivery)
                        .map(delivery -> delivery.hasLastAttemptAt() ? Stored.time(delivery.getLastAttemptAt()) : null)
                        .toArray(OffsetDateTime[]::new))
                .addArrayOfOffsetDateTime(deliveries.stream()
                        .map(PendingDelivery::getDelivery)
                        .map(delivery -> delivery.hasNextAttemptAt() ? Stored.time(delivery.getNextAttemptAt()) : null)
                        .toArray(OffsetDateTime[]::new))
                .addArrayOfBuffer(deliveries.stream()
                        .map(pending -> Buffer.buffer(pending.getBody().toByteArray()))
                        .toArray(Buffer[]::new));
        return query.execute(UPSERT, columns);
    }

    private static <T> List<T> column(List<PendingDelivery> deliveries, Function<WebhookDelivery, T> value) {
        return deliveries.stream().map(PendingDelivery::getDelivery).map(value).toList();
    }

    // what tenants do

    /** The webhook is locked: one that is deleted meanwhile would leave what is added to it behind. */
    Future<AddDeliveryResponse> add(AddDeliveryRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID webhookId = Checks.webhook(request.getWebhookId());
        WebhookDelivery delivery = request.getDelivery().getDelivery();
        Webhooks.add(request);
        return database.inTransaction(query -> WebhookRepository.lock(query, tenantId, webhookId)
                .map(webhook -> Webhooks.requireRoom(request, webhook))
                .compose(webhook -> upsert(query, tenantId, webhookId, List.of(request.getDelivery())))
                .compose(added -> find(query, tenantId, webhookId, delivery.getEventId()))
                .map(added ->
                        AddDeliveryResponse.newBuilder().setDelivery(added).build()));
    }

    private static final String RETRY = """
            UPDATE webhook_deliveries SET state = 1, next_attempt_at = now()
            WHERE tenant_id = $1 AND webhook_id = $2 AND event_id = $3
            """;

    Future<RetryDeliveryResponse> retry(RetryDeliveryRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID webhookId = Checks.webhook(request.getWebhookId());
        Checks.text("event_id", request.getEventId());
        return database.inTransaction(query -> WebhookRepository.find(query, tenantId, webhookId)
                .compose(webhook -> query.execute(RETRY, Tuple.of(tenantId, webhookId, request.getEventId())))
                .compose(updated -> find(query, tenantId, webhookId, request.getEventId()))
                .map(delivery ->
                        RetryDeliveryResponse.newBuilder().setDelivery(delivery).build()));
    }

    private static final String SELECT =
            "SELECT " + COLUMNS + " FROM webhook_deliveries WHERE tenant_id = $1 AND webhook_id = $2 AND event_id = $3";

    private static Future<WebhookDelivery> find(Query query, String tenantId, UUID webhookId, String eventId) {
        return query.execute(SELECT, Tuple.of(tenantId, webhookId, eventId)).map(rows -> {
            for (Row row : rows) {
                return delivery(row);
            }
            throw Refusal.noDelivery();
        });
    }

    private static final String LIST = "SELECT " + COLUMNS + """
             FROM webhook_deliveries
            WHERE tenant_id = $1 AND webhook_id = $2 AND (created_at, event_id) < ($3, $4)
            ORDER BY created_at DESC, event_id DESC
            LIMIT $5
            """;

    Future<ListDeliveriesResponse> list(ListDeliveriesRequest request) {
        String tenantId = Checks.tenant(request.getTenantId());
        UUID webhookId = Checks.webhook(request.getWebhookId());
        ListDeliveriesRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize(), 50, 200);
        DeliveryCursor before = Pages.place(list, request.getPageToken())
                .map(DeliveryCursor::parse)
                .orElse(DeliveryCursor.LAST);
        Tuple parameters = Tuple.of(tenantId, webhookId, before.time(), before.eventId(), size);
        return database.ofTenant(
                tenantId,
                query -> WebhookRepository.find(query, tenantId, webhookId)
                        .compose(webhook -> query.execute(LIST, parameters))
                        .map(rows -> page(list, rows, size)));
    }

    private static ListDeliveriesResponse page(ListDeliveriesRequest list, RowSet<Row> rows, int size) {
        ListDeliveriesResponse.Builder page = ListDeliveriesResponse.newBuilder();
        rows.forEach(row -> page.addDeliveries(delivery(row)));
        if (page.getDeliveriesCount() == size) {
            DeliveryCursor place = DeliveryCursor.of(page.getDeliveries(size - 1));
            page.setNextPageToken(Pages.token(list, place.toString()));
        }
        return page.build();
    }

    private static WebhookDelivery delivery(Row row) {
        WebhookDelivery.Builder delivery = WebhookDelivery.newBuilder()
                .setEventId(row.getString(0))
                .setEventType(row.getString(1))
                .setStateValue(row.getShort(2))
                .setAttempts(row.getInteger(3))
                .setLastStatus(row.getInteger(4))
                .setLastError(row.getString(5))
                .setCreatedAt(Stored.timestamp(row.getOffsetDateTime(6)));
        if (row.getOffsetDateTime(7) != null) {
            delivery.setLastAttemptAt(Stored.timestamp(row.getOffsetDateTime(7)));
        }
        if (row.getOffsetDateTime(8) != null) {
            delivery.setNextAttemptAt(Stored.timestamp(row.getOffsetDateTime(8)));
        }
        return delivery.build();
    }
}
