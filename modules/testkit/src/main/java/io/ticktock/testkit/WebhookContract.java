package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.FieldMask;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.ticktock.state.Webhooks;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does with webhooks and deliveries. The store of a test may hold what earlier tests left. */
public abstract class WebhookContract {

    private static final String ABSENT = "00000000-0000-7000-8000-000000000000";
    private static final long LONG_MS = 60_000;

    private final String one = "one-" + System.nanoTime();
    private final String other = "other-" + System.nanoTime();
    private final String holder = "holder-" + System.nanoTime();
    private StateStore store;

    protected abstract StateStore open();

    @BeforeEach
    void openStore() {
        store = open();
        for (String tenant : List.of(one, other)) {
            result(store.createTenant(CreateTenantRequest.newBuilder()
                    .setTenant(Tenant.newBuilder().setTenantId(tenant))
                    .build()));
        }
    }

    /** What is enabled would be held by the next test, too. */
    @AfterEach
    void closeStore() {
        for (String tenant : List.of(one, other)) {
            list(tenant, 200, "").getWebhooksList().forEach(webhook -> delete(tenant, webhook.getWebhookId()));
        }
        result(store.close());
    }

    // what tenants have

    @Test
    void aWebhookIsCreatedEnabledAndFoundByItsTenantOnly() {
        Webhook created = create(one, 5);
        assertTrue(created.getEnabled());
        assertEquals(1, created.getVersion());
        assertTrue(created.hasCreatedAt());
        assertEquals(List.of("completed"), created.getEventTypesList());
        assertEquals(created, get(one, created.getWebhookId()));
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.getWebhook(getting(other, created))).code());
        assertEquals(List.of(), list(other, 10, "").getWebhooksList());
    }

    @Test
    void thereAreOnlySoMany() {
        create(one, 2);
        create(one, 2);
        assertEquals(
                FailureCode.FAILED_PRECONDITION,
                failure(store.createWebhook(creating(one, 2))).code());
        create(other, 2);
    }

    @Test
    void anUnknownTypeOrTenantIsRefused() {
        CreateWebhookRequest request = creating(one, 5);
        CreateWebhookRequest unknown = request.toBuilder()
                .setWebhook(request.getWebhook().toBuilder().addEventTypes("finished"))
                .build();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.createWebhook(unknown)).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.createWebhook(creating("nobody-" + System.nanoTime(), 5)))
                        .code());
    }

    @Test
    void listsArePaged() {
        List<String> ids = List.of(
                create(one, 5).getWebhookId(),
                create(one, 5).getWebhookId(),
                create(one, 5).getWebhookId());
        List<String> listed = new ArrayList<>();
        ListWebhooksResponse page = list(one, 2, "");
        page.getWebhooksList().forEach(webhook -> listed.add(webhook.getWebhookId()));
        page = list(one, 2, page.getNextPageToken());
        page.getWebhooksList().forEach(webhook -> listed.add(webhook.getWebhookId()));
        assertEquals(ids.stream().sorted().toList(), listed);
        assertEquals("", page.getNextPageToken());
    }

    @Test
    void aChangeTouchesWhatItNamesAndRaisesTheVersion() {
        Webhook before = create(one, 5);
        Webhook after = result(store.updateWebhook(
                        updating(before, "url", "description").build()))
                .getWebhook();
        assertEquals("https://example.com/new", after.getUrl());
        assertEquals("new", after.getDescription());
        assertEquals(before.getEventTypesList(), after.getEventTypesList());
        assertTrue(after.getEnabled());
        assertEquals(2, after.getVersion());
        assertEquals(after, get(one, before.getWebhookId()));
    }

    @Test
    void whoeverLookedAtAnotherVersionIsRefused() {
        Webhook webhook = create(one, 5);
        UpdateWebhookRequest stale =
                updating(webhook, "url").addIfVersion(7).addIfVersion(8).build();
        assertEquals(FailureCode.STALE, failure(store.updateWebhook(stale)).code());
        assertEquals(
                FailureCode.STALE,
                failure(store.deleteWebhook(DeleteWebhookRequest.newBuilder()
                                .setTenantId(one)
                                .setWebhookId(webhook.getWebhookId())
                                .addIfVersion(2)
                                .build()))
                        .code());
        assertEquals(webhook, get(one, webhook.getWebhookId()));
        result(store.updateWebhook(updating(webhook, "url").addIfVersion(1).build()));
    }

    @Test
    void whatIsDeletedIsGoneWithItsDeliveries() {
        Webhook webhook = create(one, 5);
        add(webhook, "evt_1");
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.deleteWebhook(DeleteWebhookRequest.newBuilder()
                                .setTenantId(other)
                                .setWebhookId(webhook.getWebhookId())
                                .build()))
                        .code());
        delete(one, webhook.getWebhookId());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.getWebhook(getting(one, webhook))).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.listDeliveries(listing(webhook, 10, ""))).code());
    }

    @Test
    void theOldSecretSignsAfterARotation() {
        Webhook webhook = create(one, 5);
        assertEquals(List.of("whsec_first"), claimed(webhook).getSecretsList());
        RotateWebhookSecretRequest rotation = RotateWebhookSecretRequest.newBuilder()
                .setTenantId(one)
                .setWebhookId(webhook.getWebhookId())
                .setSecret("whsec_second")
                .build();
        Webhook rotated = result(store.rotateWebhookSecret(rotation)).getWebhook();
        assertTrue(rotated.hasOldSecretUntil());
        assertEquals(2, rotated.getVersion());
        assertEquals(List.of("whsec_second", "whsec_first"), claimed(webhook).getSecretsList());
        assertEquals(rotated, result(store.rotateWebhookSecret(rotation)).getWebhook(), "the same again");
        assertEquals(List.of("whsec_second", "whsec_first"), claimed(webhook).getSecretsList());
    }

    @Test
    void onlySoManyAreAddedThatWait() {
        Webhook webhook = create(one, 5);
        for (int i = 1; i <= 3; i++) {
            add(webhook, "evt_" + i);
        }
        assertEquals(
                FailureCode.FAILED_PRECONDITION,
                failure(store.addDelivery(adding(webhook, "evt_4"))).code());
        result(store.commitDeliveries(committing(claimed(webhook), "p2", delivered("evt_1"))));
        add(webhook, "evt_4");
    }

    @Test
    void whatIsAddedWhileItsWebhookIsDeletedIsNotLeftBehind() {
        for (int i = 0; i < 20; i++) {
            Webhook webhook = create(one, 5);
            Future<?> added = store.addDelivery(adding(webhook, "evt_1"));
            delete(one, webhook.getWebhookId());
            result(added.transform(done -> Future.succeededFuture()));
            CreateWebhookRequest again =
                    creating(one, 5).toBuilder().setWebhook(webhook).build();
            result(store.createWebhook(again));
            assertEquals(
                    List.of(),
                    result(store.listDeliveries(listing(webhook, 10, ""))).getDeliveriesList());
            delete(one, webhook.getWebhookId());
        }
    }

    // who delivers

    @Test
    void oneHolderAtATimeDelivers() {
        Webhook webhook = create(one, 5);
        HeldWebhook first = claimed(webhook);
        assertFalse(claim("late-" + holder, LONG_MS).stream().anyMatch(held -> isOf(held, webhook)));
        assertEquals(first.getEpoch(), claimed(webhook).getEpoch(), "renewed");
    }

    @Test
    void aLeaseThatRanOutIsTakenOverAndItsHolderIsFenced() throws InterruptedException {
        Webhook webhook = create(one, 5);
        HeldWebhook first = find(claim(holder, 1), webhook);
        String successor = "late-" + holder;
        HeldWebhook second = first;
        for (int tries = 0; tries < 100 && second.getEpoch() == first.getEpoch(); tries++) {
            Thread.sleep(5);
            second = claim(successor, LONG_MS).stream()
                    .filter(held -> isOf(held, webhook))
                    .findFirst()
                    .orElse(first);
        }
        assertTrue(second.getEpoch() > first.getEpoch());
        CommitDeliveriesRequest late = committing(first, "p2", delivered("evt_1"));
        assertEquals(FailureCode.FENCED, failure(store.commitDeliveries(late)).code());
        assertEquals(List.of(), deliveries(webhook));
        HeldWebhook committed = result(store.commitDeliveries(committing(second, "p2", delivered("evt_1")).toBuilder()
                        .setHolderId(successor)
                        .build()))
                .getWebhook();
        assertEquals("p2", committed.getPosition());
    }

    @Test
    void whatIsNotEnabledIsNotHeld() {
        Webhook webhook = create(one, 5);
        HeldWebhook held = claimed(webhook);
        result(store.updateWebhook(updating(webhook, "enabled")
                .setWebhook(Webhook.newBuilder().setEnabled(false))
                .build()));
        assertEquals(
                FailureCode.FENCED,
                failure(store.commitDeliveries(committing(held, "p2"))).code());
        assertFalse(claim(holder, LONG_MS).stream().anyMatch(each -> isOf(each, webhook)));
    }

    @Test
    void whatFailedWaitsUntilItIsDue() {
        Webhook webhook = create(one, 5);
        HeldWebhook held = claimed(webhook);
        Instant soon = Instant.now().minusSeconds(1).truncatedTo(ChronoUnit.MILLIS);
        Instant later = soon.plusSeconds(3_600);
        HeldWebhook committed = result(store.commitDeliveries(
                        committing(held, "p2", waiting("evt_1", later), waiting("evt_2", soon), delivered("evt_3"))))
                .getWebhook();
        assertEquals("p2", committed.getPosition());
        assertEquals(2, committed.getWebhook().getWaiting());
        assertEquals(soon, ProtoTime.instant(committed.getNextDueAt()));
        assertFalse(committed.getWebhook().hasFailingSince(), "something got through");
        List<PendingDelivery> due = due(webhook);
        assertEquals(List.of("evt_2"), ids(due));
        assertEquals("body of evt_2", due.get(0).getBody().toStringUtf8());
        HeldWebhook again = result(store.commitDeliveries(committing(committed, "", delivered("evt_2"))))
                .getWebhook();
        assertEquals("p2", again.getPosition(), "stays");
        assertEquals(1, again.getWebhook().getWaiting());
        assertEquals(List.of(), due(webhook));
        assertEquals(List.of(), due(create(other, 5)));
    }

    @Test
    void itIsKnownSinceWhenNothingGetsThrough() {
        Webhook webhook = create(one, 5);
        HeldWebhook held = claimed(webhook);
        Instant later = Instant.now().plusSeconds(60);
        Webhook first = result(store.commitDeliveries(committing(held, "p2", waiting("evt_1", later))))
                .getWebhook()
                .getWebhook();
        assertTrue(first.hasFailingSince());
        Webhook second = result(store.commitDeliveries(committing(held, "p3", waiting("evt_2", later))))
                .getWebhook()
                .getWebhook();
        assertEquals(first.getFailingSince(), second.getFailingSince());
        Webhook idle = result(store.commitDeliveries(committing(held, "p4")))
                .getWebhook()
                .getWebhook();
        assertEquals(first.getFailingSince(), idle.getFailingSince());
        Webhook third = result(store.commitDeliveries(committing(held, "p5", delivered("evt_2"))))
                .getWebhook()
                .getWebhook();
        assertFalse(third.hasFailingSince());
    }

    @Test
    void whatIsDisabledIsNotedAndCanBeEnabledAgain() {
        Webhook webhook = create(one, 5);
        HeldWebhook held = claimed(webhook);
        AuditEntry note = AuditEntry.newBuilder()
                .setEntryId(UUID.randomUUID().toString())
                .setTenantId(one)
                .setTime(ProtoTime.timestamp(Instant.now()))
                .setActor("webhooks")
                .setAction("webhooks.disable")
                .setOutcome(AuditOutcome.AUDIT_OUTCOME_DONE)
                .build();
        result(store.commitDeliveries(committing(held, "p2", waiting("evt_1", Instant.now())).toBuilder()
                .setDisabledReason("gone")
                .setNote(note)
                .build()));
        Webhook disabled = get(one, webhook.getWebhookId());
        assertFalse(disabled.getEnabled());
        assertEquals("gone", disabled.getDisabledReason());
        assertEquals(2, disabled.getVersion());
        assertTrue(disabled.hasFailingSince());
        assertEquals(
                List.of(note),
                result(store.listAudit(
                                ListAuditRequest.newBuilder().setTenantId(one).build()))
                        .getEntriesList());
        assertEquals(
                FailureCode.FAILED_PRECONDITION,
                failure(store.addDelivery(adding(webhook, "evt_2"))).code());
        Webhook enabled = result(store.updateWebhook(updating(webhook, "enabled")
                        .setWebhook(Webhook.newBuilder().setEnabled(true))
                        .build()))
                .getWebhook();
        assertTrue(enabled.getEnabled());
        assertEquals("", enabled.getDisabledReason());
        assertFalse(enabled.hasFailingSince());
        assertEquals("p2", claimed(webhook).getPosition());
    }

    // deliveries

    @Test
    void deliveriesAreListedNewestFirst() {
        Webhook webhook = create(one, 5);
        result(store.commitDeliveries(
                committing(claimed(webhook), "p2", delivered("evt_1"), delivered("evt_2"), delivered("evt_3"))));
        ListDeliveriesResponse page = result(store.listDeliveries(listing(webhook, 2, "")));
        assertEquals(
                List.of("evt_3", "evt_2"),
                page.getDeliveriesList().stream()
                        .map(WebhookDelivery::getEventId)
                        .toList());
        page = result(store.listDeliveries(listing(webhook, 2, page.getNextPageToken())));
        assertEquals(
                List.of("evt_1"),
                page.getDeliveriesList().stream()
                        .map(WebhookDelivery::getEventId)
                        .toList());
        Webhook foreign = webhook.toBuilder().setTenantId(other).build();
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.listDeliveries(listing(foreign, 2, ""))).code());
    }

    @Test
    void ofThoseThatDoNotWaitTheLastAreKept() {
        Webhook webhook = create(one, 5);
        HeldWebhook held = claimed(webhook);
        result(store.commitDeliveries(committing(held, "p2", waiting("evt_0", Instant.now()))));
        for (int batch = 0; batch < 2; batch++) {
            PendingDelivery[] many = new PendingDelivery[600];
            for (int i = 0; i < many.length; i++) {
                many[i] = delivered("evt_" + (batch * 600 + i + 1));
            }
            result(store.commitDeliveries(committing(held, "p3", many)));
        }
        List<String> kept = deliveries(webhook);
        assertEquals(Webhooks.MOST_PAST + 1, kept.size());
        assertTrue(kept.contains("evt_0"), "it waits");
        assertTrue(kept.contains("evt_1200"));
        assertFalse(kept.contains("evt_1"));
    }

    @Test
    void anythingThatIsKeptCanBeSentAgain() {
        Webhook webhook = create(one, 5);
        result(store.commitDeliveries(committing(claimed(webhook), "p2", delivered("evt_1"))));
        assertEquals(List.of(), due(webhook));
        WebhookDelivery again =
                result(store.retryDelivery(retrying(one, webhook, "evt_1"))).getDelivery();
        assertEquals(DeliveryState.DELIVERY_STATE_WAITING, again.getState());
        assertEquals(List.of("evt_1"), ids(due(webhook)));
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.retryDelivery(retrying(one, webhook, "evt_9"))).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.retryDelivery(retrying(other, webhook, "evt_1"))).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(store.getWebhook(GetWebhookRequest.newBuilder()
                                .setTenantId(one)
                                .setWebhookId(ABSENT)
                                .build()))
                        .code());
    }

    // requests

    private static RetryDeliveryRequest retrying(String tenant, Webhook webhook, String eventId) {
        return RetryDeliveryRequest.newBuilder()
                .setTenantId(tenant)
                .setWebhookId(webhook.getWebhookId())
                .setEventId(eventId)
                .build();
    }

    private static CreateWebhookRequest creating(String tenant, int most) {
        return CreateWebhookRequest.newBuilder()
                .setTenantId(tenant)
                .setWebhook(Webhook.newBuilder()
                        .setWebhookId(UUID.randomUUID().toString())
                        .setUrl("https://example.com/hook")
                        .addEventTypes("completed")
                        .setDescription("old")
                        .setCreatedBy("key:1"))
                .setPosition("p1")
                .setSecret("whsec_first")
                .setMostWebhooks(most)
                .build();
    }

    private Webhook create(String tenant, int most) {
        return result(store.createWebhook(creating(tenant, most))).getWebhook();
    }

    private static GetWebhookRequest getting(String tenant, Webhook webhook) {
        return GetWebhookRequest.newBuilder()
                .setTenantId(tenant)
                .setWebhookId(webhook.getWebhookId())
                .build();
    }

    private Webhook get(String tenant, String id) {
        return result(store.getWebhook(GetWebhookRequest.newBuilder()
                        .setTenantId(tenant)
                        .setWebhookId(id)
                        .build()))
                .getWebhook();
    }

    private ListWebhooksResponse list(String tenant, int size, String token) {
        return result(store.listWebhooks(ListWebhooksRequest.newBuilder()
                .setTenantId(tenant)
                .setPageSize(size)
                .setPageToken(token)
                .build()));
    }

    private void delete(String tenant, String id) {
        result(store.deleteWebhook(DeleteWebhookRequest.newBuilder()
                .setTenantId(tenant)
                .setWebhookId(id)
                .build()));
    }

    private static UpdateWebhookRequest.Builder updating(Webhook webhook, String... fields) {
        return UpdateWebhookRequest.newBuilder()
                .setTenantId(webhook.getTenantId())
                .setWebhookId(webhook.getWebhookId())
                .setWebhook(
                        Webhook.newBuilder().setUrl("https://example.com/new").setDescription("new"))
                .setUpdateMask(FieldMask.newBuilder().addAllPaths(List.of(fields)));
    }

    private List<HeldWebhook> claim(String by, long leaseMs) {
        return result(store.claimWebhooks(ClaimWebhooksRequest.newBuilder()
                        .setHolderId(by)
                        .setLeaseMs(leaseMs)
                        .setMost(1_000)
                        .build()))
                .getWebhooksList();
    }

    private HeldWebhook claimed(Webhook webhook) {
        return find(claim(holder, LONG_MS), webhook);
    }

    private static HeldWebhook find(List<HeldWebhook> held, Webhook webhook) {
        return held.stream().filter(each -> isOf(each, webhook)).findFirst().orElseThrow();
    }

    private static boolean isOf(HeldWebhook held, Webhook webhook) {
        return held.getWebhook().getWebhookId().equals(webhook.getWebhookId());
    }

    private CommitDeliveriesRequest committing(HeldWebhook held, String position, PendingDelivery... deliveries) {
        return CommitDeliveriesRequest.newBuilder()
                .setTenantId(held.getWebhook().getTenantId())
                .setWebhookId(held.getWebhook().getWebhookId())
                .setHolderId(holder)
                .setEpoch(held.getEpoch())
                .setPosition(position)
                .addAllDeliveries(List.of(deliveries))
                .build();
    }

    private static PendingDelivery delivered(String id) {
        return pending(WebhookDelivery.newBuilder()
                .setEventId(id)
                .setState(DeliveryState.DELIVERY_STATE_DELIVERED)
                .setLastStatus(204));
    }

    private static PendingDelivery waiting(String id, Instant next) {
        return pending(WebhookDelivery.newBuilder()
                .setEventId(id)
                .setState(DeliveryState.DELIVERY_STATE_WAITING)
                .setLastError("no connection")
                .setNextAttemptAt(ProtoTime.timestamp(next)));
    }

    /** The number in its id tells when it happened. */
    private static PendingDelivery pending(WebhookDelivery.Builder delivery) {
        long number = Long.parseLong(delivery.getEventId().substring("evt_".length()));
        return PendingDelivery.newBuilder()
                .setDelivery(delivery.setEventType("completed")
                        .setAttempts(1)
                        .setCreatedAt(ProtoTime.timestamp(Instant.ofEpochSecond(1_800_000_000L + number)))
                        .setLastAttemptAt(ProtoTime.timestamp(Instant.ofEpochSecond(1_800_000_000L + number))))
                .setBody(ByteString.copyFromUtf8("body of " + delivery.getEventId()))
                .build();
    }

    private static AddDeliveryRequest adding(Webhook webhook, String eventId) {
        return AddDeliveryRequest.newBuilder()
                .setTenantId(webhook.getTenantId())
                .setWebhookId(webhook.getWebhookId())
                .setDelivery(waiting(eventId, Instant.now()))
                .setMostWaiting(3)
                .build();
    }

    private void add(Webhook webhook, String eventId) {
        result(store.addDelivery(adding(webhook, eventId)));
    }

    private List<PendingDelivery> due(Webhook webhook) {
        return result(store.listDueDeliveries(ListDueDeliveriesRequest.newBuilder()
                        .setTenantId(webhook.getTenantId())
                        .setWebhookId(webhook.getWebhookId())
                        .build()))
                .getDeliveriesList();
    }

    private static List<String> ids(List<PendingDelivery> deliveries) {
        return deliveries.stream()
                .map(pending -> pending.getDelivery().getEventId())
                .toList();
    }

    private static ListDeliveriesRequest listing(Webhook webhook, int size, String token) {
        return ListDeliveriesRequest.newBuilder()
                .setTenantId(webhook.getTenantId())
                .setWebhookId(webhook.getWebhookId())
                .setPageSize(size)
                .setPageToken(token)
                .build();
    }

    private List<String> deliveries(Webhook webhook) {
        List<String> all = new ArrayList<>();
        ListDeliveriesResponse page = result(store.listDeliveries(listing(webhook, 200, "")));
        while (true) {
            page.getDeliveriesList().forEach(delivery -> all.add(delivery.getEventId()));
            if (page.getNextPageToken().isEmpty()) {
                return all;
            }
            page = result(store.listDeliveries(listing(webhook, 200, page.getNextPageToken())));
        }
    }
}
