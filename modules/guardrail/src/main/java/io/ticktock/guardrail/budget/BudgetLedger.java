package io.ticktock.guardrail.budget;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.ProtoTime;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.ListBudgetSlicesRequest;
import io.ticktock.proto.v1.SliceCharged;
import io.ticktock.proto.v1.SliceReservation;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sets amounts aside of the slices that this guardrail has been granted, and has more granted when a slice runs out. The
 * tables have the last word: they refuse a decision that charges more than was granted. For one event loop.
 */
public final class BudgetLedger implements TenantBudgets {

    /** So that a budget is spread over many grants, and little lies idle; and few grants are needed all the same. */
    private static final int PARTS = 64;

    private static final int MOST_SLICES = 10_000;
    private static final int MOST_TRIES = 4;
    /** Longer than it takes to write a decision: what is not known to be durable by then was never written, most likely. */
    private static final long UNCONFIRMED_NANOS = Duration.ofSeconds(10).toNanos();
    /** How long a budget that was found used up is not asked for again. */
    private static final long USED_UP_NANOS = Duration.ofMillis(100).toNanos();

    private record SliceKey(String tenantId, String budget, Timestamp bucket) {}

    /** That less than so much was left, and until when that is taken for granted. */
    private record UsedUp(long needed, long limit, long used, long untilNanos) {}

    private final Bus bus;
    private final String sliceId;
    private final Map<SliceKey, Slice> slices = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<SliceKey, Future<?>> grants = new HashMap<>();
    private final Map<SliceKey, UsedUp> usedUp = new HashMap<>();
    private final Map<SliceKey, Long> limits = new HashMap<>();

    /** @param sliceId of this guardrail alone */
    public BudgetLedger(Bus bus, String sliceId) {
        this.bus = bus;
        this.sliceId = sliceId;
    }

    @Override
    public Future<Outcome> reserve(BudgetPolicy budget, String tenantId, String execId, long amount, Instant now) {
        Timestamp bucket = ProtoTime.timestamp(budget.window().orElseThrow().bucket(now));
        SliceKey key = new SliceKey(tenantId, budget.key(), bucket);
        Optional<Outcome> known = reserveOfWhatIsGranted(key, budget, execId, amount);
        if (known.isPresent()) {
            return Future.succeededFuture(known.get());
        }
        // One after the other: what the first is granted may be enough for the others, too.
        Future<?> before = grants.getOrDefault(key, Future.succeededFuture());
        Future<Outcome> outcome = before.transform(any -> reserveOfWhatIsGranted(key, budget, execId, amount)
                .map(Future::succeededFuture)
                .orElseGet(() -> grant(key, budget, execId, amount, now)));
        grants.put(key, outcome);
        outcome.onComplete(done -> grants.remove(key, outcome));
        return outcome;
    }

    /** Nothing when more has to be granted first. */
    private Optional<Outcome> reserveOfWhatIsGranted(SliceKey key, BudgetPolicy budget, String execId, long amount) {
        Slice slice = slices.get(key);
        if (slice == null || limits.get(key) != budget.limit()) {
            return Optional.empty();
        }
        Long earlier = slice.reservedFor(execId);
        if (earlier != null && earlier == amount) {
            return Optional.of(reserved(key, budget, amount));
        }
        slice.release(execId);
        if (!slice.isOverdrawn() && slice.available() >= amount) {
            return Optional.of(reserve(slice, key, budget, execId, amount));
        }
        UsedUp known = usedUp.get(key);
        boolean isUsedUp = known != null
                && amount >= known.needed
                && known.limit == budget.limit()
                && System.nanoTime() - known.untilNanos < 0;
        return isUsedUp ? Optional.of(new Outcome(Optional.empty(), known.used)) : Optional.empty();
    }

    private Future<Outcome> grant(SliceKey key, BudgetPolicy budget, String execId, long amount, Instant now) {
        return grant(key, budget, execId, amount, now, MOST_TRIES);
    }

    private Future<Outcome> grant(
            SliceKey key, BudgetPolicy budget, String execId, long amount, Instant now, int tries) {
        Slice before = slices.get(key);
        long needed = Math.max(0, amount - (before == null ? 0 : before.available()));
        GrantBudgetRequest request = GrantBudgetRequest.newBuilder()
                .setTenantId(key.tenantId)
                .setBudget(key.budget)
                .setBucket(key.bucket)
                .setFirstBucket(
                        ProtoTime.timestamp(budget.window().orElseThrow().firstBucket(now)))
                .setSliceId(sliceId)
                .setLimit(budget.limit())
                .setNeeded(needed)
                .setWanted(Math.max(needed, budget.limit() / PARTS))
                .build();
        Slice.Snapshot asked = before == null ? Slice.Snapshot.NOTHING : before.snapshot();
        return bus.request(Addresses.STATE_GRANT_BUDGET, request).compose(response -> {
            Slice slice = slices.computeIfAbsent(key, none -> new Slice());
            limits.put(key, budget.limit());
            slice.agree(response.getSlice(), asked);
            removeEldest();
            boolean isOver = response.getUsed() > budget.limit();
            if (!isOver) {
                slice.forgetOverdraft();
            }
            if (!isOver && slice.available() >= amount) {
                usedUp.remove(key);
                return Future.succeededFuture(reserve(slice, key, budget, execId, amount));
            }
            // Others may have taken some of it meanwhile: as long as the tables say that there is room, it is asked
            // for.
            boolean isRoom = response.getUsed() + amount <= budget.limit();
            return isRoom && tries > 1
                    ? grant(key, budget, execId, amount, now, tries - 1)
                    : Future.succeededFuture(refuse(key, budget, isOver ? 0 : amount, response.getUsed()));
        });
    }

    private Outcome refuse(SliceKey key, BudgetPolicy budget, long amount, long used) {
        usedUp.put(key, new UsedUp(amount, budget.limit(), used, System.nanoTime() + USED_UP_NANOS));
        return new Outcome(Optional.empty(), used);
    }

    private Outcome reserve(Slice slice, SliceKey key, BudgetPolicy budget, String execId, long amount) {
        slice.reserve(execId, amount, System.nanoTime() + UNCONFIRMED_NANOS);
        return reserved(key, budget, amount);
    }

    private Outcome reserved(SliceKey key, BudgetPolicy budget, long amount) {
        return new Outcome(
                Optional.of(SliceReservation.newBuilder()
                        .setBudget(key.budget)
                        .setBucket(key.bucket)
                        .setSliceId(sliceId)
                        .setMetric(budget.metric().proto())
                        .setAmount(amount)
                        .build()),
                0);
    }

    @Override
    public void release(String tenantId, String execId, SliceReservation reservation) {
        Slice slice = slices.get(new SliceKey(tenantId, reservation.getBudget(), reservation.getBucket()));
        if (slice != null) {
            slice.release(execId);
        }
    }

    /** A durable decision charged slices of this guardrail. */
    public void charged(SliceCharged message) {
        for (BudgetCharge charge : message.getChargesList()) {
            SliceKey key = new SliceKey(message.getTenantId(), charge.getBudget(), charge.getBucket());
            Slice slice = slices.get(key);
            if (slice != null) {
                slice.charged(charge);
                usedUp.remove(key);
            }
        }
    }

    /** Makes good what messages did not tell, and sees what others have been granted of what lay idle here. */
    public Future<Void> refresh() {
        if (slices.isEmpty()) {
            return Future.succeededFuture();
        }
        long nowNanos = System.nanoTime();
        Map<SliceKey, Slice.Snapshot> asked = new HashMap<>();
        slices.forEach((key, slice) -> {
            slice.forgetUnconfirmed(nowNanos);
            asked.put(key, slice.snapshot());
        });
        ListBudgetSlicesRequest request =
                ListBudgetSlicesRequest.newBuilder().setSliceId(sliceId).build();
        return bus.request(Addresses.STATE_LIST_BUDGET_SLICES, request).map(stored -> {
            stored.getSlicesList().forEach(each -> refresh(each, asked));
            return null;
        });
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
            usedUp.remove(key);
            limits.remove(key);
        });
    }
}
