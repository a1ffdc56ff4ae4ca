package io.ticktock.state;

import io.ticktock.proto.v1.AddDeliveryRequest;
import io.ticktock.proto.v1.CommitDeliveriesRequest;
import io.ticktock.proto.v1.CreateWebhookRequest;
import io.ticktock.proto.v1.DeliveryState;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.UpdateWebhookRequest;
import io.ticktock.proto.v1.Webhook;
import io.ticktock.proto.v1.WebhookDelivery;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What every store does alike with webhooks: which requests are wrong, and what a change makes of one. */
public final class Webhooks {

    /** How long a secret signs after it was replaced. */
    public static final Duration OLD_SECRET_SIGNS = Duration.ofHours(24);

    /** Deliveries that do not wait and are kept, of each webhook. */
    public static final int MOST_PAST = 1_000;

    private static final Set<String> CHANGEABLE = Set.of("url", "event_types", "graph_name", "description", "enabled");
    private static final int LONGEST_URL = 2_048;
    private static final int LONGEST_TEXT = 200;
    private static final int MOST_VERSIONS = 16;
    private static final int MOST_TOGETHER = 1_000;
    /** The choices of a Plan alone, which are in its event, may be some megabytes. */
    private static final int MOST_BODY_BYTES = 32 << 20;

    private Webhooks() {}

    public static void create(CreateWebhookRequest request) {
        Checks.tenant(request.getTenantId());
        Checks.webhook(request.getWebhook().getWebhookId());
        content(request.getWebhook());
        secret(request.getSecret());
        if (request.getPosition().isEmpty() || request.getMostWebhooks() < 1) {
            throw Refusal.invalid("position and most_webhooks must be set");
        }
    }

    public static void secret(String secret) {
        if (secret.isEmpty()) {
            throw Refusal.invalid("secret is missing");
        }
    }

    public static void update(UpdateWebhookRequest request) {
        content(request.getWebhook());
        versions(request.getIfVersionList());
        if (request.getUpdateMask().getPathsCount() == 0) {
            throw Refusal.invalid("update_mask must name at least one of " + String.join(", ", CHANGEABLE));
        }
        for (String path : request.getUpdateMask().getPathsList()) {
            if (!CHANGEABLE.contains(path)) {
                throw Refusal.invalid("'" + path + "' cannot be changed; what can is " + String.join(", ", CHANGEABLE));
            }
        }
        if (request.getUpdateMask().getPathsList().contains("url")
                && request.getWebhook().getUrl().isEmpty()) {
            throw Refusal.invalid("url must not be empty");
        }
    }

    public static void versions(List<Long> versions) {
        Checks.atMost("if_version", versions.size(), MOST_VERSIONS);
    }

    public static void requireVersion(List<Long> versions, Webhook webhook) {
        if (!versions.isEmpty() && !versions.contains(webhook.getVersion())) {
            throw Refusal.otherVersion(webhook);
        }
    }

    public static void commit(CommitDeliveriesRequest request) {
        Checks.tenant(request.getTenantId());
        Checks.webhook(request.getWebhookId());
        Checks.atMost("deliveries", request.getDeliveriesCount(), MOST_TOGETHER);
        request.getDeliveriesList()
                .forEach(pending ->
                        delivery(pending.getDelivery(), pending.getBody().size()));
    }

    public static void delivery(WebhookDelivery delivery, int bodyBytes) {
        boolean isWaiting = delivery.getState() == DeliveryState.DELIVERY_STATE_WAITING;
        if (delivery.getEventId().isEmpty() || !delivery.hasCreatedAt() || isWaiting != delivery.hasNextAttemptAt()) {
            throw Refusal.invalid("a delivery must have event_id and created_at, and next_attempt_at while it waits");
        }
        if (bodyBytes > MOST_BODY_BYTES) {
            throw Refusal.invalid("the body of a delivery must have at most " + MOST_BODY_BYTES + " bytes");
        }
    }

    public static void add(AddDeliveryRequest request) {
        delivery(
                request.getDelivery().getDelivery(),
                request.getDelivery().getBody().size());
        if (request.getMostWaiting() < 1) {
            throw Refusal.invalid("most_waiting must be set");
        }
    }

    /** Of this webhook, which stays as it is meanwhile. */
    public static Webhook requireRoom(AddDeliveryRequest request, Webhook webhook) {
        if (!webhook.getEnabled()) {
            throw Refusal.notEnabled();
        }
        if (webhook.getWaiting() >= request.getMostWaiting()) {
            throw Refusal.tooManyDeliveries(webhook.getWaiting());
        }
        return webhook;
    }

    private static void content(Webhook webhook) {
        text("url", webhook.getUrl(), LONGEST_URL);
        text("description", webhook.getDescription(), LONGEST_TEXT);
        text("graph_name", webhook.getGraphName(), LONGEST_TEXT);
        StreamFilter.of(ReadStreamRequest.newBuilder()
                .addAllTypes(webhook.getEventTypesList())
                .build());
    }

    private static void text(String field, String text, int most) {
        if (text.length() > most) {
            throw Refusal.invalid(field + " must have at most " + most + " characters, not " + text.length());
        }
        Checks.text(field, text);
    }

    /** As it is after a change, but for its version and times. */
    public static Webhook updated(Webhook before, UpdateWebhookRequest request) {
        Webhook asked = request.getWebhook();
        Webhook.Builder after = before.toBuilder();
        for (String path : request.getUpdateMask().getPathsList()) {
            switch (path) {
                case "url" -> after.setUrl(asked.getUrl());
                case "event_types" -> after.clearEventTypes().addAllEventTypes(asked.getEventTypesList());
                case "graph_name" -> after.setGraphName(asked.getGraphName());
                case "description" -> after.setDescription(asked.getDescription());
                case "enabled" ->
                    after.setEnabled(!asked.hasEnabled() || asked.getEnabled())
                            .clearDisabledReason()
                            .clearFailingSince();
                default -> throw new IllegalStateException(path + " was not refused");
            }
        }
        return after.build();
    }

    /** Whether something got through. */
    public static boolean hasDelivered(CommitDeliveriesRequest request) {
        return hasState(request, DeliveryState.DELIVERY_STATE_DELIVERED);
    }

    /** Since when nothing got through, in the words of the database; the same for all stores. */
    public static boolean isFailing(CommitDeliveriesRequest request) {
        return request.getDeliveriesCount() > 0 && !hasDelivered(request);
    }

    private static boolean hasState(CommitDeliveriesRequest request, DeliveryState state) {
        return request.getDeliveriesList().stream()
                .anyMatch(pending -> pending.getDelivery().getState() == state);
    }
}
