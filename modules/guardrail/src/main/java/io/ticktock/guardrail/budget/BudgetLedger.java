package io.ticktock.guardrail.budget;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.GrantBudgetResponse;
import io.ticktock.proto.v1.ListBudgetSlicesRequest;
import io.ticktock.proto.v1.SliceCharged;
import io.ticktock.proto.v1.SliceReservation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Sets amounts aside of the slices that this guardrail has been granted, and has more granted when a slice runs out. The
 * tables have the last word: they refuse a decision that charges more than was granted. For one event loop.
 */
public final class BudgetLedger implements TenantBudgets {

    /** So that a budget is spread over many grants, and little lies idle; and few grants are needed all the same. */
    private static final int PARTS = 64;

    private static final int MOST_SLICES = 10_000;
    /** Longer than it takes to write a decision: what is not known to be durable by then was never written, most likely. */
    private static final long UNCONFIRMED_NANOS = Duration.ofSeconds(10).toNanos();
    /** How long a budget that was found used up is not asked for again. */
    private static final long KNOWN_NANOS = Duration.ofMillis(100).toNanos();

    private record SliceKey(String tenantId, String budget, Timestamp bucket) {}

    /** What the tables said is used of a budget, and until when that is taken for granted. */
    private record Used(long amount, long untilNanos) {}

    private final Bus bus;
    private final String sliceId;
    private final LongSupplier nanoTime;
    private final Map<SliceKey, Slice> slices = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SliceKey, Used> used = new HashMap<>();
    private final Map<SliceKey, Long> limits = new HashMap<>();
    /** For who waits until what is promised of a slice is known better. */
    private final Map<SliceKey, Promise<Void>> changes = new LinkedHashMap<>();

    /**
     * @param sliceId of this guardrail alone
     * @param nanoTime what it measures time by
     */
    public BudgetLedger(Bus bus, String sliceId, LongSupplier nanoTime) {
        this.bus = bus;
        this.sliceId = sliceId;
        this.nanoTime = nanoTime;
    }

    @Override
    public Future<Outcome> reserve(Wish wish) {
        Promise<Outcome> outcome = Promise.promise();
        reserve(wish, outcome);
        return outcome.future();
    }

    /** Each try completes the one promise: a chain of futures, as long as there are changes, would be too deep to end. */
    private void reserve(Wish wish, Promise<Outcome> outcome) {
        reserveOfWhatIsGranted(wish).ifPresentOrElse(outcome::complete, () -> grant(wish, outcome));
    }

    /** Nothing when more has to be granted first. */
    private Optional<Outcome> reserveOfWhatIsGranted(Wish wish) {
        SliceKey key = keyOf(wish);
        Slice slice = slices.get(key);
        if (slice == null || limits.get(key) != wish.budget().limit()) {
            return Optional.empty();
        }
        Long earlier = slice.reservedFor(wish.execId());
        // Not when the tables have taken back what was promised: a decision that charges it would be refused again.
        if (earlier != null && earlier == wish.amount() && slice.available() >= 0) {
            return Optional.of(reserved(wish, key));
        }
        slice.release(wish.execId());
        if (!slice.isOverdrawn() && slice.available() >= wish.amount()) {
            return Optional.of(reserve(wish, key, slice));
        }
        Used known = used.get(key);
        return known != null && nanoTime.getAsLong() - known.untilNanos < 0
                ? refusal(wish, known.amount)
                : Optional.empty();
    }

    /** Unless there is room, if those whose attempts are not recorded yet do not use it; but for those of the decision. */
    private static Optional<Outcome> refusal(Wish wish, long used) {
        long known = used + wish.promised();
        long limit = wish.budget().limit();
        return used > limit || known + wish.amount() > limit
                ? Optional.of(new Outcome(Optional.empty(), known))
                : Optional.empty();
    }

    private void grant(Wish wish, Promise<Outcome> outcome) {
        Slice before = slices.get(keyOf(wish));
        Slice.Snapshot asked = before == null ? Slice.Snapshot.NOTHING : before.snapshot();
        bus.request(Addresses.STATE_GRANT_BUDGET, request(wish, before))
                .map(response -> granted(wish, asked, response))
                .onSuccess(told -> told.ifPresentOrElse(outcome::complete, () -> awaitChange(wish, outcome)))
                .onFailure(outcome::fail);
    }

    private GrantBudgetRequest request(Wish wish, Slice before) {
        SliceKey key = keyOf(wish);
        long limit = wish.budget().limit();
        long needed = Math.max(0, wish.amount() - (before == null ? 0 : before.available()));
        Instant firstBucket = wish.budget().window().orElseThrow().firstBucket(wish.now());
        return GrantBudgetRequest.newBuilder()
                .setTenantId(key.tenantId)
                .setBudget(key.budget)
                .setBucket(key.bucket)
                .setFirstBucket(ProtoTime.timestamp(firstBucket))
                .setSliceId(sliceId)
                .setLimit(limit)
                .setNeeded(needed)
                .setWanted(Math.max(needed, limit / PARTS))
                .build();
    }

    /** Nothing when what there is has been promised, and nobody knows yet whether it will be used. */
    private Optional<Outcome> granted(Wish wish, Slice.Snapshot asked, GrantBudgetResponse response) {
        SliceKey key = keyOf(wish);
        long limit = wish.budget().limit();
        Slice slice = slices.computeIfAbsent(key, none -> new Slice());
        limits.put(key, limit);
        slice.agree(response.getSlice(), asked);
        removeEldest();
        used.put(key, new Used(response.getUsed(), nanoTime.getAsLong() + KNOWN_NANOS));
        boolean isOver = response.getUsed() > limit;
        if (!isOver) {
            slice.forgetOverdraft();
        }
        return !isOver && slice.available() >= wish.amount()
                ? Optional.of(reserve(wish, key, slice))
                : refusal(wish, response.getUsed());
    }

    /** Nobody is refused for what may never be used: soon it is recorded, or given back, or forgotten. */
    private void awaitChange(Wish wish, Promise<Outcome> outcome) {
        SliceKey key = keyOf(wish);
        if (nanoTime.getAsLong() - wish.untilNanos() > 0) {
            outcome.fail(new Failure(
                    FailureCode.UNAVAILABLE,
                    "what is left of the budget \"" + wish.budget().name()
                            + "\" is promised to attempts that are not recorded yet"));
            return;
        }
        changes.computeIfAbsent(key, none -> Promise.promise()).future().onComplete(any -> reserve(wish, outcome));
    }

    private void tellChange(SliceKey key) {
        used.remove(key);
        Promise<Void> change = changes.remove(key);
        if (change != null) {
            change.complete();
        }
    }

    private Outcome reserve(Wish wish, SliceKey key, Slice slice) {
        slice.reserve(wish.execId(), wish.amount(), nanoTime.getAsLong() + UNCONFIRMED_NANOS);
        return reserved(wish, key);
    }

    private Outcome reserved(Wish wish, SliceKey key) {
        return new Outcome(
                Optional.of(SliceReservation.newBuilder()
                        .setBudget(key.budget)
                        .setBucket(key.bucket)
                        .setSliceId(sliceId)
                        .setMetric(wish.budget().metric().proto())
                        .setAmount(wish.amount())
                        .build()),
                0);
    }

    private static SliceKey keyOf(Wish wish) {
        Instant bucket = wish.budget().window().orElseThrow().bucket(wish.now());
        return new SliceKey(wish.tenantId(), wish.budget().key(), ProtoTime.timestamp(bucket));
    }

    @Override
    public void release(String tenantId, String execId, SliceReservation reservation) {
        SliceKey key = new SliceKey(tenantId, reservation.getBudget(), reservation.getBucket());
        Slice slice = slices.get(key);
        if (slice != null) {
            slice.release(execId);
            tellChange(key);
        }
    }

    /** A durable decision charged slices of this guardrail; or what was promised is not needed, by a charge of nothing. */
    public void charged(SliceCharged message) {
        for (BudgetCharge charge : message.getChargesList()) {
            SliceKey key = new SliceKey(message.getTenantId(), charge.getBudget(), charge.getBucket());
            Slice slice = slices.get(key);
            if (slice != null) {
                slice.charged(charge);
                tellChange(key);
            }
        }
    }

    /** Makes good what messages did not tell, and sees what others have been granted of what lay idle here. */
    public Future<Void> refresh() {
        if (slices.isEmpty()) {
            return Future.succeededFuture();
        }
        long nowNanos = nanoTime.getAsLong();
        Map<SliceKey, Slice.Snapshot> asked = new HashMap<>();
        slices.forEach((key, slice) -> {
            slice.forgetUnconfirmed(nowNanos);
            asked.put(key, slice.snapshot());
        });
        ListBudgetSlicesRequest request =
                ListBudgetSlicesRequest.newBuilder().setSliceId(sliceId).build();
        return bus.request(Addresses.STATE_LIST_BUDGET_SLICES, request)
                .<Void>map(stored -> {
                    stored.getSlicesList().forEach(each -> refresh(each, asked));
                    return null;
                })
                .onComplete(done -> List.copyOf(changes.keySet()).forEach(this::tellChange));
    }

    private void refresh(BudgetSlice stored, Map<SliceKey, Slice.Snapshot> asked) {
        SliceKey key = new SliceKey(stored.getTenantId(), stored.getBudget(), stored.getBucket());
        Slice slice = slices.get(key);
        if (slice != null && asked.containsKey(key)) {
            slice.agree(stored, asked.get(key));
        }
    }

    /** What is forgotten here is granted to this guardrail all the same, and found again by the next grant. */
    private void removeEldest() {
        Iterator<Map.Entry<SliceKey, Slice>> eldest = slices.entrySet().iterator();
        List<SliceKey> removed = new ArrayList<>();
        while (slices.size() > MOST_SLICES && eldest.hasNext()) {
            Map.Entry<SliceKey, Slice> entry = eldest.next();
            if (entry.getValue().isQuiet()) {
                removed.add(entry.getKey());
                eldest.remove();
            }
        }
        removed.forEach(key -> {
            used.remove(key);
            limits.remove(key);
        });
    }
}
