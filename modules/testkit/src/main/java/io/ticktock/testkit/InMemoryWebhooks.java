package io.ticktock.testkit;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.*;
import io.ticktock.state.Checks;
import io.ticktock.state.DeliveryCursor;
import io.ticktock.state.Pages;
import io.ticktock.state.Refusal;
import io.ticktock.state.Webhooks;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Webhooks and what is on its way to them. Guarded by its store. */
final class InMemoryWebhooks {

    private static final Comparator<PendingDelivery> NEWEST_FIRST = Comparator.comparing(
                    (PendingDelivery pending) -> DeliveryCursor.of(pending.getDelivery()),
                    Comparator.comparing(DeliveryCursor::time).thenComparing(DeliveryCursor::eventId))
            .reversed();

    private static final class Stored {
        private Webhook webhook;
        private String secret;
        private String oldSecret = "";
        private String position;
        private String holderId = "";
        private long epoch;
        private Instant leaseUntil = Instant.MIN;
        private final TreeMap<String, PendingDelivery> deliveries = new TreeMap<>();

        private Stored(Webhook webhook, String secret, String position) {
            this.webhook = webhook;
            this.secret = secret;
            this.position = position;
        }
    }

    private final InstantSource clock;
    private final InMemoryTenants tenants;
    private final InMemoryAudit audit;
    /** By tenant and id. */
    private final TreeMap<String, TreeMap<String, Stored>> webhooks = new TreeMap<>();

    InMemoryWebhooks(InstantSource clock, InMemoryTenants tenants, InMemoryAudit audit) {
        this.clock = clock;
        this.tenants = tenants;
        this.audit = audit;
    }

    CreateWebhookResponse create(CreateWebhookRequest request) {
        Webhooks.create(request);
        tenants.get(
                GetTenantRequest.newBuilder().setTenantId(request.getTenantId()).build());
        NavigableMap<String, Stored> own = of(request.getTenantId());
        String id = request.getWebhook().getWebhookId();
        if (!own.containsKey(id) && own.size() >= request.getMostWebhooks()) {
            throw Refusal.tooManyWebhooks(request.getMostWebhooks());
        }
        Webhook asked = request.getWebhook();
        own.computeIfAbsent(
                id,
                fresh -> new Stored(
                        asked.toBuilder()
                                .setTenantId(request.getTenantId())
                                .setEnabled(!asked.hasEnabled() || asked.getEnabled())
                                .setVersion(1)
                                .setCreatedAt(now())
                                .setUpdatedAt(now())
                                .build(),
                        request.getSecret(),
                        request.getPosition()));
        return CreateWebhookResponse.newBuilder()
                .setWebhook(shown(own.get(id)))
                .setSecret(request.getSecret())
                .build();
    }

    GetWebhookResponse get(GetWebhookRequest request) {
        return GetWebhookResponse.newBuilder()
                .setWebhook(shown(require(request.getTenantId(), request.getWebhookId())))
                .build();
    }

    ListWebhooksResponse list(ListWebhooksRequest request) {
        ListWebhooksRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize(), 50, 200);
        String after = Pages.place(list, request.getPageToken()).orElse("");
        List<Webhook> page = of(Checks.tenant(request.getTenantId())).tailMap(after, false).values().stream()
                .limit(size)
                .map(this::shown)
                .toList();
        ListWebhooksResponse.Builder response =
                ListWebhooksResponse.newBuilder().addAllWebhooks(page);
        if (page.size() == size) {
            response.setNextPageToken(Pages.token(list, page.get(size - 1).getWebhookId()));
        }
        return response.build();
    }

    UpdateWebhookResponse update(UpdateWebhookRequest request) {
        Webhooks.update(request);
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        Webhooks.requireVersion(request.getIfVersionList(), stored.webhook);
        stored.webhook = changed(Webhooks.updated(stored.webhook, request));
        return UpdateWebhookResponse.newBuilder().setWebhook(shown(stored)).build();
    }

    DeleteWebhookResponse delete(DeleteWebhookRequest request) {
        Webhooks.versions(request.getIfVersionList());
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        Webhooks.requireVersion(request.getIfVersionList(), stored.webhook);
        of(request.getTenantId()).remove(request.getWebhookId());
        return DeleteWebhookResponse.getDefaultInstance();
    }

    RotateWebhookSecretResponse rotate(RotateWebhookSecretRequest request) {
        Webhooks.secret(request.getSecret());
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        if (!stored.secret.equals(request.getSecret())) {
            stored.oldSecret = stored.secret;
            stored.secret = request.getSecret();
            stored.webhook = changed(stored.webhook.toBuilder()
                    .setOldSecretUntil(ProtoTime.timestamp(clock.instant().plus(Webhooks.OLD_SECRET_SIGNS)))
                    .build());
        }
        return RotateWebhookSecretResponse.newBuilder()
                .setWebhook(shown(stored))
                .setSecret(request.getSecret())
                .build();
    }

    private Webhook changed(Webhook webhook) {
        return webhook.toBuilder()
                .setVersion(webhook.getVersion() + 1)
                .setUpdatedAt(now())
                .build();
    }

    AddDeliveryResponse add(AddDeliveryRequest request) {
        WebhookDelivery delivery = request.getDelivery().getDelivery();
        Webhooks.add(request);
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        Webhooks.requireRoom(request, shown(stored));
        stored.deliveries.put(delivery.getEventId(), request.getDelivery());
        return AddDeliveryResponse.newBuilder().setDelivery(delivery).build();
    }

    RetryDeliveryResponse retry(RetryDeliveryRequest request) {
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        PendingDelivery there =
                Optional.ofNullable(stored.deliveries.get(request.getEventId())).orElseThrow(Refusal::noDelivery);
        WebhookDelivery waiting = there.getDelivery().toBuilder()
                .setState(DeliveryState.DELIVERY_STATE_WAITING)
                .setNextAttemptAt(now())
                .build();
        stored.deliveries.put(
                request.getEventId(), there.toBuilder().setDelivery(waiting).build());
        return RetryDeliveryResponse.newBuilder().setDelivery(waiting).build();
    }

    ListDeliveriesResponse deliveries(ListDeliveriesRequest request) {
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        ListDeliveriesRequest list =
                request.toBuilder().clearPageSize().clearPageToken().build();
        int size = Pages.size(request.getPageSize(), 50, 200);
        DeliveryCursor before = Pages.place(list, request.getPageToken())
                .map(DeliveryCursor::parse)
                .orElse(DeliveryCursor.LAST);
        List<WebhookDelivery> page = stored.deliveries.values().stream()
                .sorted(NEWEST_FIRST)
                .map(PendingDelivery::getDelivery)
                .filter(delivery -> isBehind(DeliveryCursor.of(delivery), before))
                .limit(size)
                .toList();
        ListDeliveriesResponse.Builder response =
                ListDeliveriesResponse.newBuilder().addAllDeliveries(page);
        if (page.size() == size) {
            response.setNextPageToken(
                    Pages.token(list, DeliveryCursor.of(page.get(size - 1)).toString()));
        }
        return response.build();
    }

    private static boolean isBehind(DeliveryCursor place, DeliveryCursor before) {
        int compared = place.time().compareTo(before.time());
        return compared < 0 || (compared == 0 && place.eventId().compareTo(before.eventId()) < 0);
    }

    ClaimWebhooksResponse claim(ClaimWebhooksRequest request) {
        Instant now = clock.instant();
        List<Stored> free = webhooks.values().stream()
                .flatMap(own -> own.values().stream())
                .filter(stored -> stored.webhook.getEnabled())
                .filter(stored -> stored.holderId.equals(request.getHolderId()) || stored.leaseUntil.isBefore(now))
                .sorted(Comparator.comparing(stored -> !stored.holderId.equals(request.getHolderId())))
                .limit(request.getMost())
                .toList();
        ClaimWebhooksResponse.Builder held = ClaimWebhooksResponse.newBuilder();
        for (Stored stored : free) {
            stored.epoch += stored.holderId.equals(request.getHolderId()) ? 0 : 1;
            stored.holderId = request.getHolderId();
            stored.leaseUntil = now.plusMillis(request.getLeaseMs());
            held.addWebhooks(held(stored));
        }
        return held.build();
    }

    ListDueDeliveriesResponse due(ListDueDeliveriesRequest request) {
        Stored stored = require(request.getTenantId(), request.getWebhookId());
        Instant now = clock.instant();
        List<PendingDelivery> due = waiting(stored).stream()
                .filter(pending -> !next(pending).isAfter(now))
                .limit(Pages.size(request.getPageSize(), 50, 200))
                .toList();
        return ListDueDeliveriesResponse.newBuilder().addAllDeliveries(due).build();
    }

    CommitDeliveriesResponse commit(CommitDeliveriesRequest request) {
        Webhooks.commit(request);
        Stored stored = of(request.getTenantId()).get(request.getWebhookId());
        boolean isHeld = stored != null
                && stored.webhook.getEnabled()
                && stored.holderId.equals(request.getHolderId())
                && stored.epoch == request.getEpoch();
        if (!isHeld) {
            throw Refusal.notHeld();
        }
        if (!request.getPosition().isEmpty()) {
            stored.position = request.getPosition();
        }
        request.getDeliveriesList()
                .forEach(pending -> stored.deliveries.put(pending.getDelivery().getEventId(), pending));
        stored.webhook = after(stored.webhook, request);
        dropPast(stored);
        if (request.hasNote()) {
            audit.append(AppendAuditRequest.newBuilder()
                    .addEntries(request.getNote())
                    .build());
        }
        return CommitDeliveriesResponse.newBuilder().setWebhook(held(stored)).build();
    }

    private Webhook after(Webhook before, CommitDeliveriesRequest request) {
        Webhook.Builder after = before.toBuilder();
        if (Webhooks.isFailing(request) && !before.hasFailingSince()) {
            after.setFailingSince(now());
        } else if (Webhooks.hasDelivered(request)) {
            after.clearFailingSince();
        }
        return request.getDisabledReason().isEmpty()
                ? after.build()
                : changed(after.setEnabled(false)
                        .setDisabledReason(request.getDisabledReason())
                        .build());
    }

    private static void dropPast(Stored stored) {
        List<PendingDelivery> past = new ArrayList<>(stored.deliveries.values());
        past.removeIf(pending -> pending.getDelivery().getState() == DeliveryState.DELIVERY_STATE_WAITING);
        past.stream()
                .sorted(NEWEST_FIRST)
                .skip(Webhooks.MOST_PAST)
                .forEach(pending ->
                        stored.deliveries.remove(pending.getDelivery().getEventId()));
    }

    private HeldWebhook held(Stored stored) {
        HeldWebhook.Builder held = HeldWebhook.newBuilder()
                .setWebhook(shown(stored))
                .addSecrets(stored.secret)
                .setPosition(stored.position)
                .setEpoch(stored.epoch);
        if (shown(stored).hasOldSecretUntil()) {
            held.addSecrets(stored.oldSecret);
        }
        waiting(stored).stream()
                .findFirst()
                .ifPresent(first -> held.setNextDueAt(first.getDelivery().getNextAttemptAt()));
        return held.build();
    }

    private Webhook shown(Stored stored) {
        Webhook.Builder shown =
                stored.webhook.toBuilder().setWaiting(waiting(stored).size());
        boolean isOver = !ProtoTime.instant(shown.getOldSecretUntil()).isAfter(clock.instant());
        return (isOver ? shown.clearOldSecretUntil() : shown).build();
    }

    private static List<PendingDelivery> waiting(Stored stored) {
        return stored.deliveries.values().stream()
                .filter(pending -> pending.getDelivery().getState() == DeliveryState.DELIVERY_STATE_WAITING)
                .sorted(Comparator.comparing(InMemoryWebhooks::next))
                .toList();
    }

    private static Instant next(PendingDelivery pending) {
        return ProtoTime.instant(pending.getDelivery().getNextAttemptAt());
    }

    private Stored require(String tenantId, String webhookId) {
        Checks.tenant(tenantId);
        Checks.webhook(webhookId);
        return Optional.ofNullable(of(tenantId).get(webhookId)).orElseThrow(Refusal::noWebhook);
    }

    private NavigableMap<String, Stored> of(String tenantId) {
        return webhooks.computeIfAbsent(tenantId, none -> new TreeMap<>());
    }

    private Timestamp now() {
        return ProtoTime.timestamp(clock.instant());
    }
}
