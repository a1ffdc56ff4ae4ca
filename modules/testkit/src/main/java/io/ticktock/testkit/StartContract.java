package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.*;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How every store begins lifetimes: once for an id, and once for a key of a tenant. */
public abstract class StartContract {

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();
    private final StateSamples others = held.others();

    protected abstract StateStore open();

    @Test
    void aLifetimeIsCreatedWithItsFirstEvents() {
        CreateLifetimeRequest request = samples.start(held.fence(), samples.lifetimeId());
        CreateLifetimeResponse created = result(held.store().createLifetime(request));
        String lifetimeId = request.getDecision().getLifetimeId();
        assertEquals(
                CreateLifetimeResponse.newBuilder()
                        .setLifetimeId(lifetimeId)
                        .setCreated(true)
                        .build(),
                created);
        LoadLifetimeResponse loaded = result(held.load(lifetimeId));
        assertEquals(request.getDecision().getHead(), loaded.getLifetime());
        assertEquals(request.getDecision().getEventsList(), loaded.getEventsList());
        assertFalse(loaded.getMore());
        assertEquals(request.getInput(), input(lifetimeId));
    }

    @Test
    void anIdIsCreatedOnce() {
        CreateLifetimeRequest first = samples.start(held.fence(), samples.lifetimeId());
        String lifetimeId = first.getDecision().getLifetimeId();
        result(held.store().createLifetime(first));
        CreateLifetimeResponse second = result(held.store().createLifetime(samples.start(held.fence(), lifetimeId)));
        assertFalse(second.getCreated());
        assertEquals(lifetimeId, second.getLifetimeId());
        assertEquals(
                first.getDecision().getEventsList(),
                result(held.load(lifetimeId)).getEventsList());
    }

    @Test
    void anIdempotencyKeyIsUsedOnceInATenant() {
        CreateLifetimeRequest first = withKey(samples, "order-1");
        CreateLifetimeRequest second = withKey(samples, "order-1");
        CreateLifetimeRequest foreign = withKey(others, "order-1");
        assertTrue(result(held.store().createLifetime(first)).getCreated());
        CreateLifetimeResponse repeated = result(held.store().createLifetime(second));
        assertFalse(repeated.getCreated());
        assertEquals(first.getDecision().getLifetimeId(), repeated.getLifetimeId());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(held.load(second.getDecision().getLifetimeId())).code());
        assertTrue(result(held.store().createLifetime(foreign)).getCreated());
    }

    @Test
    void aRequestThatDiffersFromTheEarlierOneIsTold() {
        CreateLifetimeRequest first = fingerprinted("order", "graph", "a", "input", "b");
        result(held.store().createLifetime(first));
        assertEquals(List.of(), differing(fingerprinted("order", "graph", "a", "input", "b")));
        assertEquals(List.of("input"), differing(fingerprinted("order", "graph", "a", "input", "c")));
        assertEquals(List.of("input", "labels"), differing(fingerprinted("order", "graph", "a", "labels", "b")));
        assertEquals(
                List.of("graph"),
                differing(first.toBuilder()
                        .clearIdempotencyKey()
                        .setFingerprint(fingerprint("graph", "x", "input", "b"))
                        .setDecision(
                                samples.start(held.fence(), first.getDecision().getLifetimeId())
                                        .getDecision())
                        .build()));
        assertEquals(List.of(), differing(withKey(samples, "order")));
        result(held.store().createLifetime(withKey(samples, "without")));
        assertEquals(List.of(), differing(fingerprinted("without", "graph", "a")));
    }

    private List<String> differing(CreateLifetimeRequest again) {
        CreateLifetimeResponse response = result(held.store().createLifetime(again));
        assertFalse(response.getCreated());
        return response.getDifferingFieldsList();
    }

    private CreateLifetimeRequest fingerprinted(String key, String... fields) {
        return withKey(samples, key).toBuilder()
                .setFingerprint(fingerprint(fields))
                .build();
    }

    private static StartFingerprint fingerprint(String... fields) {
        StartFingerprint.Builder fingerprint = StartFingerprint.newBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            fingerprint.addFields(
                    FieldDigest.newBuilder().setField(fields[i]).setDigest(ByteString.copyFromUtf8(fields[i + 1])));
        }
        return fingerprint.build();
    }

    @Test
    void ofManyStartsWithAKeyOneIsCreated() {
        List<Future<CreateLifetimeResponse>> starts = IntStream.range(0, 30)
                .mapToObj(i -> withKey(samples, "order"))
                .map(held.store()::createLifetime)
                .toList();
        result(Future.join(starts));
        assertEquals(
                1, starts.stream().filter(start -> start.result().getCreated()).count());
        assertEquals(
                1,
                starts.stream()
                        .map(start -> start.result().getLifetimeId())
                        .distinct()
                        .count());
    }

    @Test
    void aStartOfAnOutdatedOwnerWritesNothing() {
        Fence outdated = held.fence();
        held.hold(outdated.getOwnerId());
        CreateLifetimeRequest request = samples.start(outdated, samples.lifetimeId());
        assertEquals(
                FailureCode.FENCED,
                failure(held.store().createLifetime(request)).code());
        assertEquals(
                FailureCode.NOT_FOUND,
                failure(held.load(request.getDecision().getLifetimeId())).code());
    }

    @Test
    void aStartWithoutHeadIsRefused() {
        CreateLifetimeRequest.Builder request = samples.start(held.fence(), samples.lifetimeId()).toBuilder();
        request.getDecisionBuilder().clearHead();
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().createLifetime(request.build())).code());
    }

    private CreateLifetimeRequest withKey(StateSamples tenant, String idempotencyKey) {
        return tenant.start(held.fence(), tenant.lifetimeId()).toBuilder()
                .setIdempotencyKey(idempotencyKey)
                .build();
    }

    private Payload input(String lifetimeId) {
        return result(held.store()
                        .getInput(GetInputRequest.newBuilder()
                                .setTenantId(samples.tenantId())
                                .setLifetimeId(lifetimeId)
                                .build()))
                .getInput();
    }
}
