package io.ticktock.api.delivery;

import com.github.f4b6a3.uuid.UuidCreator;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.ticktock.api.http.CloudEvent;
import io.ticktock.api.webhook.Answer;
import io.ticktock.api.webhook.RetrySchedule;
import io.ticktock.api.webhook.WebhookConfiguration;
import io.ticktock.api.webhook.WebhookSecret;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.AuditEntry;
import io.ticktock.proto.v1.AuditOutcome;
import io.ticktock.proto.v1.CommitDeliveriesRequest;
import io.ticktock.proto.v1.DeliveryState;
import io.ticktock.proto.v1.ListDueDeliveriesRequest;
import io.ticktock.proto.v1.ListDueDeliveriesResponse;
import io.ticktock.proto.v1.PendingDelivery;
import io.ticktock.proto.v1.ReadStreamRequest;
import io.ticktock.proto.v1.ReadStreamResponse;
import io.ticktock.proto.v1.StreamedEvent;
import io.ticktock.proto.v1.Webhook;
import io.ticktock.proto.v1.WebhookDelivery;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One look at a webhook: what is due is tried again, then what is new in the stream is tried, and what has come of it is
 * made durable at once. Whoever dies in between leaves it to be sent again.
 */
final class Round {

    /** Tries of one webhook at a time. */
    private static final int TOGETHER = 8;

    private static final int PAGE_EVENTS = 96;
    private static final String GONE = "gone";
    private static final String FAILING = "failing";
    /** A position that moves past what is not asked for loses nothing when it is forgotten. */
    private static final long SAVE_IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final Bus bus;
    private final WebhookConfiguration configuration;
    private final RetrySchedule schedule;
    private final WebhookSender sender;
    private final InstantSource clock;
    private final DeliveryMeters meters;
    private final String holderId;

    Round(
            Bus bus,
            WebhookConfiguration configuration,
            WebhookSender sender,
            InstantSource clock,
            DeliveryMeters meters,
            String holderId) {
        this.bus = bus;
        this.configuration = configuration;
        this.schedule = new RetrySchedule(configuration.retries());
        this.sender = sender;
        this.clock = clock;
        this.meters = meters;
        this.holderId = holderId;
    }

    /** What has come of it so far; of what is tried twice, the last. */
    private static final class Outcome {
        private final Map<String, PendingDelivery> tried = new LinkedHashMap<>();
        private String position;
        private boolean isAnswered = true;
        private boolean isGone;
        private boolean more;

        private Outcome(String position) {
            this.position = position;
        }

        private void add(PendingDelivery delivery, Answer answer) {
            tried.put(delivery.getDelivery().getEventId(), delivery);
            isGone |= answer.isGone();
            isAnswered &= answer.isSuccess();
        }
    }

    /** Completes with whether there is more already. FENCED when another has it now. */
    Future<Boolean> run(Held held) {
        Outcome outcome = new Outcome(held.position());
        return due(held)
                .compose(due -> sendAll(held, due.getDeliveriesList(), outcome))
                .compose(sent -> news(held, outcome))
                .compose(page -> sendNews(held, page, 0, outcome))
                .compose(sent -> commit(held, outcome))
                .map(committed -> outcome.more || held.isDue(clock.instant()));
    }

    // what waits

    private Future<ListDueDeliveriesResponse> due(Held held) {
        if (!held.isDue(clock.instant())) {
            return Future.succeededFuture(ListDueDeliveriesResponse.getDefaultInstance());
        }
        return bus.request(
                        Addresses.STATE_LIST_DUE_DELIVERIES,
                        ListDueDeliveriesRequest.newBuilder()
                                .setTenantId(held.tenantId())
                                .setWebhookId(held.webhook().getWebhookId())
                                .setPageSize(TOGETHER)
                                .build())
                .onSuccess(due -> {
                    if (due.getDeliveriesCount() == 0) {
                        held.nothingIsDue();
                    }
                });
    }

    // what is new

    /** With too much that waits, nothing new is begun. */
    private Future<ReadStreamResponse> news(Held held, Outcome outcome) {
        int room = configuration.maxWaiting() - held.webhook().getWaiting();
        if (room <= 0 || outcome.isGone || !held.isSure()) {
            return Future.succeededFuture(ReadStreamResponse.newBuilder()
                    .setPosition(outcome.position)
                    .build());
        }
        int size = held.webhook().hasFailingSince() || !outcome.isAnswered ? TOGETHER : PAGE_EVENTS;
        ReadStreamRequest request = ReadStreamRequest.newBuilder()
                .setTenantId(held.tenantId())
                .setPosition(outcome.position)
                .setGraphName(held.webhook().getGraphName())
                .addAllTypes(held.webhook().getEventTypesList())
                .setPageSize(Math.min(size, room))
                .build();
        return bus.request(Addresses.STATE_READ_STREAM, request);
    }

    /** So many together, one lot after the other, until the server does not take them. */
    private Future<Void> sendNews(Held held, ReadStreamResponse page, int from, Outcome outcome) {
        List<StreamedEvent> events = page.getEventsList();
        if (from >= events.size()) {
            outcome.position = page.getPosition();
            outcome.more = page.getMore();
            return Future.succeededFuture();
        }
        if (!held.isSure()) {
            return Future.succeededFuture();
        }
        List<StreamedEvent> lot = events.subList(from, Math.min(from + TOGETHER, events.size()));
        List<PendingDelivery> pending =
                lot.stream().map(event -> pending(held.tenantId(), event)).toList();
        boolean wasAnswered = outcome.isAnswered;
        outcome.isAnswered = true;
        return sendAll(held, pending, outcome).compose(sent -> {
            outcome.position = lot.get(lot.size() - 1).getPosition();
            boolean goesOn = outcome.isAnswered && !outcome.isGone;
            outcome.isAnswered &= wasAnswered;
            outcome.more = true;
            return goesOn ? sendNews(held, page, from + TOGETHER, outcome) : Future.succeededFuture();
        });
    }

    private PendingDelivery pending(String tenantId, StreamedEvent streamed) {
        WebhookDelivery delivery = WebhookDelivery.newBuilder()
                .setEventId(CloudEvent.id(streamed.getEvent()))
                .setEventType(CloudEvent.type(streamed.getEvent()))
                .setCreatedAt(ProtoTime.timestamp(clock.instant()))
                .build();
        return PendingDelivery.newBuilder()
                .setDelivery(delivery)
                .setBody(UnsafeByteOperations.unsafeWrap(CloudEvent.of(tenantId, streamed.getEvent())))
                .build();
    }

    // tries

    private Future<Void> sendAll(Held held, List<PendingDelivery> deliveries, Outcome outcome) {
        return Future.all(deliveries.stream()
                        .map(delivery ->
                                send(held, delivery).onSuccess(answer -> outcome.add(after(delivery, answer), answer)))
                        .toList())
                .mapEmpty();
    }

    private PendingDelivery after(PendingDelivery before, Answer answer) {
        double chance = ThreadLocalRandom.current().nextDouble();
        return before.toBuilder()
                .setDelivery(schedule.after(before.getDelivery(), answer, clock.instant(), chance))
                .build();
    }

    private Future<Answer> send(Held held, PendingDelivery pending) {
        WebhookDelivery delivery = pending.getDelivery();
        byte[] body = body(held.tenantId(), delivery, pending.getBody());
        long timestamp = clock.instant().getEpochSecond();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", CloudEvent.MEDIA_TYPE);
        headers.put("user-agent", "ticktock-webhooks");
        headers.put("webhook-id", delivery.getEventId());
        headers.put("webhook-timestamp", Long.toString(timestamp));
        headers.put(
                "webhook-signature", WebhookSecret.signatures(held.secrets(), delivery.getEventId(), timestamp, body));
        long startedNanos = System.nanoTime();
        return sender.send(held.tenantId(), held.webhook().getUrl(), headers, body)
                .onSuccess(answer -> meters.tried(answer, startedNanos));
    }

    private static byte[] body(String tenantId, WebhookDelivery delivery, ByteString body) {
        return body.isEmpty()
                ? CloudEvent.test(tenantId, delivery.getEventId(), delivery.getCreatedAt())
                : body.toByteArray();
    }

    // what has come of it

    private Future<Void> commit(Held held, Outcome outcome) {
        if (held.isLetGo()) {
            return Future.failedFuture(new Failure(FailureCode.FENCED, "this process delivers no more"));
        }
        boolean isIdle = outcome.tried.isEmpty();
        if (isIdle && System.nanoTime() - held.savedAtNanos() < SAVE_IDLE_NANOS) {
            held.advance(outcome.position);
            return Future.succeededFuture();
        }
        CommitDeliveriesRequest.Builder request = CommitDeliveriesRequest.newBuilder()
                .setTenantId(held.tenantId())
                .setWebhookId(held.webhook().getWebhookId())
                .setHolderId(holderId)
                .setEpoch(held.epoch())
                .setPosition(outcome.position)
                .addAllDeliveries(outcome.tried.values());
        String reason = reasonToDisable(held.webhook(), outcome);
        if (!reason.isEmpty()) {
            request.setDisabledReason(reason).setNote(note(held.webhook(), reason));
        }
        return bus.request(Addresses.STATE_COMMIT_DELIVERIES, request.build())
                .onSuccess(committed -> {
                    held.committed(committed.getWebhook());
                    count(reason);
                })
                .mapEmpty();
    }

    private void count(String reasonToDisable) {
        switch (reasonToDisable) {
            case GONE -> meters.disabledAsGone();
            case FAILING -> meters.disabledAsFailing();
            default -> {}
        }
    }

    /** Empty for none. */
    private String reasonToDisable(Webhook webhook, Outcome outcome) {
        if (outcome.isGone) {
            return GONE;
        }
        boolean hasDelivered = outcome.tried.values().stream()
                .anyMatch(tried -> tried.getDelivery().getState() == DeliveryState.DELIVERY_STATE_DELIVERED);
        Instant failingSince = webhook.hasFailingSince() ? ProtoTime.instant(webhook.getFailingSince()) : Instant.MAX;
        boolean isLong = webhook.hasFailingSince()
                && !failingSince.plus(configuration.disableAfter()).isAfter(clock.instant());
        return isLong && !hasDelivered && !outcome.tried.isEmpty() ? FAILING : "";
    }

    private AuditEntry note(Webhook webhook, String reason) {
        return AuditEntry.newBuilder()
                .setEntryId(UuidCreator.getTimeOrderedEpoch().toString())
                .setTime(ProtoTime.timestamp(clock.instant()))
                .setTenantId(webhook.getTenantId())
                .setActor("webhooks")
                .setAction("webhooks.disable")
                .setResource("webhooks/" + webhook.getWebhookId())
                .setOutcome(AuditOutcome.AUDIT_OUTCOME_DONE)
                .setReason(reason)
                .build();
    }
}
