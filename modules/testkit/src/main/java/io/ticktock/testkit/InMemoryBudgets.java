package io.ticktock.testkit;

import com.google.protobuf.Timestamp;
import io.ticktock.bus.ProtoTime;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.GrantBudgetResponse;
import io.ticktock.proto.v1.ListBudgetSlicesRequest;
import io.ticktock.proto.v1.ListBudgetSlicesResponse;
import io.ticktock.state.Checks;
import io.ticktock.state.Refusal;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The slices of tenants' budgets. Guarded by its store. */
final class InMemoryBudgets {

    private static final int MOST_LISTED = 10_000;
    private static final Comparator<Timestamp> TIME =
            Comparator.comparingLong(Timestamp::getSeconds).thenComparingInt(Timestamp::getNanos);

    private record SliceKey(String tenantId, String budget, Timestamp bucket, String sliceId) {}

    /** Used beyond what was set aside: outside of what was granted. */
    private record Slice(long granted, long reserved, long spent, long overdraft) {

        long idle() {
            return granted + overdraft - reserved - spent;
        }

        Slice withGranted(long more) {
            return new Slice(granted + more, reserved, spent, overdraft);
        }

        Slice charged(BudgetCharge charge) {
            long over = charge.getReserved() > 0 ? 0 : Math.max(0, charge.getReserved() + charge.getSpent());
            return new Slice(granted, reserved + charge.getReserved(), spent + charge.getSpent(), overdraft + over);
        }
    }

    private final Map<SliceKey, Slice> slices = new LinkedHashMap<>();

    GrantBudgetResponse grant(GrantBudgetRequest request) {
        Checks.grant(request);
        SliceKey own =
                new SliceKey(request.getTenantId(), request.getBudget(), request.getBucket(), request.getSliceId());
        boolean isOverLimit = granted(request) > request.getLimit();
        if (request.getLimit() - granted(request) < request.getNeeded()) {
            counting(request)
                    .filter(key -> isOverLimit || !key.equals(own))
                    .toList()
                    .forEach(key -> slices.computeIfPresent(
                            key, (same, slice) -> slice.withGranted(-Math.max(0, slice.idle()))));
        }
        long left = request.getLimit() - granted(request);
        long more = left < request.getNeeded() ? 0 : Math.max(0, Math.min(left, request.getWanted()));
        long used = counting(request)
                .map(slices::get)
                .mapToLong(slice -> slice.reserved + slice.spent)
                .sum();
        Slice slice = slices.merge(own, new Slice(more, 0, 0, 0), (there, added) -> there.withGranted(more));
        return GrantBudgetResponse.newBuilder()
                .setSlice(message(own, slice))
                .setUsed(used)
                .build();
    }

    /** All or nothing. */
    void charge(String tenantId, List<BudgetCharge> charges) {
        Map<SliceKey, Slice> charged = new LinkedHashMap<>();
        for (BudgetCharge charge : charges) {
            SliceKey key = new SliceKey(tenantId, charge.getBudget(), charge.getBucket(), charge.getSliceId());
            Slice slice = charged.getOrDefault(key, slices.get(key));
            if (slice != null) {
                charged.put(key, slice.charged(charge));
            }
        }
        if (charged.values().stream().anyMatch(slice -> slice.idle() < 0 || slice.reserved < 0)) {
            throw Refusal.sliceExceeded();
        }
        slices.putAll(charged);
    }

    ListBudgetSlicesResponse list(ListBudgetSlicesRequest request) {
        Comparator<SliceKey> latestFirst = Comparator.comparing(SliceKey::bucket, TIME.reversed())
                .thenComparing(SliceKey::tenantId)
                .thenComparing(SliceKey::budget);
        return ListBudgetSlicesResponse.newBuilder()
                .addAllSlices(slices.keySet().stream()
                        .filter(key -> key.sliceId.equals(request.getSliceId()))
                        .sorted(latestFirst)
                        .limit(MOST_LISTED)
                        .map(key -> message(key, slices.get(key)))
                        .toList())
                .build();
    }

    /** All rows. */
    List<Evidence.Slice> rows() {
        return slices.entrySet().stream()
                .map(row -> row(row.getKey(), row.getValue()))
                .toList();
    }

    private static Evidence.Slice row(SliceKey key, Slice slice) {
        return new Evidence.Slice(
                new Evidence.SliceKey(
                        new Evidence.BudgetKey(key.tenantId, key.budget), ProtoTime.instant(key.bucket), key.sliceId),
                slice.granted,
                slice.reserved,
                slice.spent,
                slice.overdraft);
    }

    private long granted(GrantBudgetRequest request) {
        return counting(request)
                .map(slices::get)
                .mapToLong(slice -> slice.granted + slice.overdraft)
                .sum();
    }

    private Stream<SliceKey> counting(GrantBudgetRequest request) {
        return slices.keySet().stream()
                .filter(key -> key.tenantId.equals(request.getTenantId())
                        && key.budget.equals(request.getBudget())
                        && TIME.compare(key.bucket, request.getFirstBucket()) >= 0);
    }

    private static BudgetSlice message(SliceKey key, Slice slice) {
        return BudgetSlice.newBuilder()
                .setTenantId(key.tenantId)
                .setBudget(key.budget)
                .setBucket(key.bucket)
                .setGranted(slice.granted)
                .setReserved(slice.reserved)
                .setSpent(slice.spent - slice.overdraft)
                .build();
    }
}
