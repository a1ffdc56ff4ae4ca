package io.ticktock.api.http;

import static io.ticktock.api.http.LifetimeJson.time;
import static io.ticktock.api.http.LifetimeJson.word;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.FieldMask;
import io.ticktock.api.operation.WebhookOperations;
import io.ticktock.proto.v1.CreateWebhookRequest;
import io.ticktock.proto.v1.DeleteWebhookRequest;
import io.ticktock.proto.v1.GetWebhookRequest;
import io.ticktock.proto.v1.ListDeliveriesRequest;
import io.ticktock.proto.v1.ListWebhooksRequest;
import io.ticktock.proto.v1.RetryDeliveryRequest;
import io.ticktock.proto.v1.RotateWebhookSecretRequest;
import io.ticktock.proto.v1.TestWebhookRequest;
import io.ticktock.proto.v1.UpdateWebhookRequest;
import io.ticktock.proto.v1.Webhook;
import io.ticktock.proto.v1.WebhookDelivery;
import io.vertx.core.Future;
import java.util.List;

/** Routes of webhooks and what is on its way to them. */
final class WebhookRoutes {

    private static final String WEBHOOKS = "/v1/webhooks";
    private static final String ONE = WEBHOOKS + "/{id}";
    private static final String DELIVERY_STATE = "DELIVERY_STATE_";
    private static final String[] FIELDS = {"url", "event_types", "graph", "description", "enabled"};

    private final WebhookOperations webhooks;

    WebhookRoutes(WebhookOperations webhooks) {
        this.webhooks = webhooks;
    }

    List<HttpRoute> routes() {
        return List.of(
                HttpRoute.post(
                        WEBHOOKS, "Has events sent to a server; what signs them is told this once.", this::create),
                HttpRoute.get(WEBHOOKS, "Lists webhooks, oldest first.", this::list),
                HttpRoute.get(ONE, "Shows a webhook.", this::get),
                HttpRoute.patch(ONE, "Changes a webhook.", this::update),
                HttpRoute.delete(ONE, "Ends a webhook, with all that waits for it.", this::delete),
                HttpRoute.post(
                        ONE + ":rotate-secret",
                        "Makes a new secret, told this once; the old one signs, too, for another day.",
                        this::rotateSecret),
                HttpRoute.post(ONE + ":test", "Sends an event of the type test.", this::test),
                HttpRoute.get(
                        ONE + "/deliveries", "Lists what waits for a try, and what was sent last.", this::deliveries),
                HttpRoute.post(ONE + "/deliveries/{event}:retry", "Sends a recent event again.", this::retry));
    }

    private Future<HttpAnswer> create(HttpCall call) {
        call.requireQuery();
        JsonBody body = call.json(FIELDS);
        body.requiredText("url");
        return call.perform(
                        webhooks.create,
                        CreateWebhookRequest.newBuilder()
                                .setWebhook(webhook(body))
                                .build())
                .map(created -> secret(
                        HttpAnswer.created(
                                json(created.getWebhook()).put("secret", created.getSecret()),
                                WEBHOOKS + "/" + created.getWebhook().getWebhookId()),
                        created.getWebhook()));
    }

    private static HttpAnswer secret(HttpAnswer answer, Webhook webhook) {
        return answer.with("Cache-Control", "no-store").with("ETag", etag(webhook));
    }

    private static Webhook webhook(JsonBody body) {
        Webhook.Builder webhook = Webhook.newBuilder()
                .setUrl(body.text("url").orElse(""))
                .addAllEventTypes(body.list("event_types"))
                .setGraphName(body.text("graph").orElse(""))
                .setDescription(body.text("description").orElse(""));
        if (body.value("enabled").isPresent()) {
            webhook.setEnabled(body.flag("enabled"));
        }
        return webhook.build();
    }

    private Future<HttpAnswer> list(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListWebhooksRequest request = ListWebhooksRequest.newBuilder()
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(webhooks.list, request)
                .map(page ->
                        JsonPage.of("webhooks", page.getWebhooksList(), WebhookRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> get(HttpCall call) {
        call.requireQuery();
        GetWebhookRequest request =
                GetWebhookRequest.newBuilder().setWebhookId(call.path("id")).build();
        return call.perform(webhooks.get, request).map(found -> shown(found.getWebhook()));
    }

    /** What is named is changed, null to what a new one has without it. */
    private Future<HttpAnswer> update(HttpCall call) {
        call.requireQuery();
        JsonBody body = call.json(FIELDS);
        FieldMask.Builder mask = FieldMask.newBuilder();
        body.json().fieldNames().forEachRemaining(field -> mask.addPaths(field.equals("graph") ? "graph_name" : field));
        UpdateWebhookRequest request = UpdateWebhookRequest.newBuilder()
                .setWebhookId(call.path("id"))
                .setWebhook(webhook(body))
                .setUpdateMask(mask)
                .addAllIfVersion(IfMatch.seqs(call.headers("If-Match")))
                .build();
        return call.perform(webhooks.update, request).map(updated -> shown(updated.getWebhook()));
    }

    private Future<HttpAnswer> delete(HttpCall call) {
        call.requireQuery();
        DeleteWebhookRequest request = DeleteWebhookRequest.newBuilder()
                .setWebhookId(call.path("id"))
                .addAllIfVersion(IfMatch.seqs(call.headers("If-Match")))
                .build();
        return call.perform(webhooks.delete, request).map(deleted -> HttpAnswer.noContent());
    }

    private Future<HttpAnswer> rotateSecret(HttpCall call) {
        call.json();
        RotateWebhookSecretRequest request = RotateWebhookSecretRequest.newBuilder()
                .setWebhookId(call.path("id"))
                .build();
        return call.perform(webhooks.rotateSecret, request)
                .map(rotated -> secret(
                        HttpAnswer.ok(json(rotated.getWebhook()).put("secret", rotated.getSecret())),
                        rotated.getWebhook()));
    }

    private Future<HttpAnswer> test(HttpCall call) {
        call.json();
        TestWebhookRequest request =
                TestWebhookRequest.newBuilder().setWebhookId(call.path("id")).build();
        return call.perform(webhooks.test, request).map(sent -> HttpAnswer.ok(json(sent.getDelivery())));
    }

    private Future<HttpAnswer> deliveries(HttpCall call) {
        call.requireQuery(JsonPage.SIZE, JsonPage.TOKEN);
        ListDeliveriesRequest request = ListDeliveriesRequest.newBuilder()
                .setWebhookId(call.path("id"))
                .setPageSize(call.pageSize())
                .setPageToken(call.pageToken())
                .build();
        return call.perform(webhooks.deliveries, request)
                .map(page -> JsonPage.of(
                        "deliveries", page.getDeliveriesList(), WebhookRoutes::json, page.getNextPageToken()));
    }

    private Future<HttpAnswer> retry(HttpCall call) {
        call.json();
        RetryDeliveryRequest request = RetryDeliveryRequest.newBuilder()
                .setWebhookId(call.path("id"))
                .setEventId(call.path("event"))
                .build();
        return call.perform(webhooks.retry, request).map(retried -> HttpAnswer.ok(json(retried.getDelivery())));
    }

    private static HttpAnswer shown(Webhook webhook) {
        return HttpAnswer.ok(json(webhook)).with("ETag", etag(webhook));
    }

    private static String etag(Webhook webhook) {
        return '"' + Long.toString(webhook.getVersion()) + '"';
    }

    private static ObjectNode json(Webhook webhook) {
        ObjectNode json = JsonText.object();
        json.put("webhook_id", webhook.getWebhookId());
        json.put("url", webhook.getUrl());
        ArrayNode types = json.putArray("event_types");
        webhook.getEventTypesList().forEach(types::add);
        json.put("graph", webhook.getGraphName());
        json.put("description", webhook.getDescription());
        json.put("enabled", webhook.getEnabled());
        json.put("disabled_reason", webhook.getDisabledReason());
        json.put("waiting", webhook.getWaiting());
        json.put("failing_since", webhook.hasFailingSince() ? time(webhook.getFailingSince()) : null);
        json.put("old_secret_until", webhook.hasOldSecretUntil() ? time(webhook.getOldSecretUntil()) : null);
        json.put("created_at", time(webhook.getCreatedAt()));
        json.put("created_by", webhook.getCreatedBy());
        json.put("updated_at", time(webhook.getUpdatedAt()));
        return json;
    }

    private static ObjectNode json(WebhookDelivery delivery) {
        ObjectNode json = JsonText.object();
        json.put("event_id", delivery.getEventId());
        json.put("event_type", delivery.getEventType());
        json.put("state", word(delivery.getState().name(), DELIVERY_STATE));
        json.put("attempts", delivery.getAttempts());
        json.put("last_status", delivery.getLastStatus() == 0 ? null : delivery.getLastStatus());
        json.put("last_error", delivery.getLastError());
        json.put("created_at", time(delivery.getCreatedAt()));
        json.put("last_attempt_at", delivery.hasLastAttemptAt() ? time(delivery.getLastAttemptAt()) : null);
        json.put("next_attempt_at", delivery.hasNextAttemptAt() ? time(delivery.getNextAttemptAt()) : null);
        return json;
    }
}
