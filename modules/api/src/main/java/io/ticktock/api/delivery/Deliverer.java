package io.ticktock.api.delivery;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.tenant.FairQueue;
import io.ticktock.proto.v1.ClaimWebhooksRequest;
import io.ticktock.proto.v1.ClaimWebhooksResponse;
import io.ticktock.proto.v1.HeldWebhook;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Holds webhooks, and has them looked at in turns that are fair among tenants. For one event loop. */
final class Deliverer {

    private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);
    /** Part of a lease: what is sent shortly before it runs out would otherwise be sent by two. */
    private static final int MARGIN = 4;

    /** So long a stop waits for what is under way. */
    private static final long MOST_DRAIN_MS = 1_000;

    /** As good as none. */
    private static final long NO_LEASE_MS = 1;

    private static final int MOST_HELD = 10_000;
    private static final int MOST_ROUNDS = 64;
    private static final int MOST_ROUNDS_OF_TENANT = 16;

    private final Bus bus;
    private final InstantSource clock;
    private final long leaseMs;
    private final String holderId = "webhooks-" + UUID.randomUUID();
    private final Round round;
    private final Map<Key, Held> held = new HashMap<>();
    private final FairQueue<Held> ready = new FairQueue<>();
    private final Map<String, Integer> roundsOf = new HashMap<>();
    private int rounds;
    private boolean isClaiming;
    private boolean isToClaimAgain;
    private final Promise<Void> ended = Promise.promise();
    private boolean isReleased;

    private record Key(String tenantId, String webhookId, long epoch) {

        static Key of(HeldWebhook claimed) {
            return new Key(
                    claimed.getWebhook().getTenantId(), claimed.getWebhook().getWebhookId(), claimed.getEpoch());
        }
    }

    /** @param rounds what is done for a webhook by the holder of this name */
    Deliverer(Bus bus, Function<String, Round> rounds, InstantSource clock, Duration lease) {
        this.bus = bus;
        this.clock = clock;
        this.leaseMs = lease.toMillis();
        this.round = rounds.apply(holderId);
    }

    int held() {
        return held.size();
    }

    int waiting() {
        return held.values().stream()
                .mapToInt(each -> each.webhook().getWaiting())
                .sum();
    }

    /** Renews what it holds, and takes what nobody does. What comes meanwhile is one more time. */
    void claim() {
        if (isReleased) {
            return;
        }
        if (isClaiming) {
            isToClaimAgain = true;
            return;
        }
        isClaiming = true;
        long askedNanos = System.nanoTime();
        claim(leaseMs, MOST_HELD)
                .onSuccess(claimed -> hold(claimed, askedNanos))
                .onFailure(cause -> LOG.warn("webhooks are not claimed, until the next try: {}", cause.getMessage()))
                .onComplete(done -> {
                    isClaiming = false;
                    if (isToClaimAgain) {
                        isToClaimAgain = false;
                        claim();
                    }
                });
    }

    private Future<ClaimWebhooksResponse> claim(long forMs, int most) {
        ClaimWebhooksRequest request = ClaimWebhooksRequest.newBuilder()
                .setHolderId(holderId)
                .setLeaseMs(forMs)
                .setMost(most)
                .build();
        return bus.request(Addresses.STATE_CLAIM_WEBHOOKS, request);
    }

    /** Lets others have what it holds. What does not end soon is sent again by them. */
    Future<?> release() {
        isReleased = true;
        held.values().forEach(Held::release);
        noteEnd();
        return ended.future()
                .timeout(MOST_DRAIN_MS, TimeUnit.MILLISECONDS)
                .otherwiseEmpty()
                .compose(done -> letGo());
    }

    private Future<?> letGo() {
        held.values().forEach(Held::letGo);
        return held.isEmpty() ? Future.succeededFuture() : claim(NO_LEASE_MS, held.size());
    }

    private void noteEnd() {
        if (isReleased && rounds == 0) {
            ended.tryComplete();
        }
    }

    private void hold(ClaimWebhooksResponse claimed, long askedNanos) {
        long sureUntil = askedNanos + TimeUnit.MILLISECONDS.toNanos(leaseMs - leaseMs / MARGIN);
        Set<Key> there = new HashSet<>();
        for (HeldWebhook each : claimed.getWebhooksList()) {
            Key key = Key.of(each);
            there.add(key);
            Held known = held.get(key);
            if (known == null) {
                held.put(key, new Held(each, sureUntil));
            } else {
                known.renew(each, sureUntil);
            }
        }
        held.keySet().retainAll(there);
        look();
    }

    /** Whose time has come gets in line. */
    void look() {
        if (isReleased) {
            return;
        }
        Instant now = clock.instant();
        for (Held each : held.values()) {
            if (each.isToLookAt(now)) {
                ready.add(each.tenantId(), each);
            }
        }
        pump();
    }

    private void pump() {
        while (rounds < MOST_ROUNDS) {
            Held next = ready.poll(tenant -> roundsOf.getOrDefault(tenant, 0) < MOST_ROUNDS_OF_TENANT);
            if (next == null) {
                return;
            }
            if (next.isToLookAt(clock.instant())) {
                begin(next);
            }
        }
    }

    private void begin(Held next) {
        next.begin();
        rounds++;
        roundsOf.merge(next.tenantId(), 1, Integer::sum);
        round.run(next).onComplete(next::end, cause -> fault(next, cause)).onComplete(done -> {
            rounds--;
            noteEnd();
            roundsOf.computeIfPresent(next.tenantId(), (tenant, count) -> count == 1 ? null : count - 1);
            look();
        });
    }

    private void fault(Held of, Throwable cause) {
        of.fault();
        // Whoever has it now goes on.
        if (Failure.is(cause, FailureCode.FENCED) || Failure.is(cause, FailureCode.NOT_FOUND)) {
            held.values().remove(of);
            return;
        }
        LOG.warn(
                "nothing is delivered for webhook {} of tenant {}, until the next try",
                of.webhook().getWebhookId(),
                of.tenantId(),
                cause);
    }
}
