package io.ticktock.guardrail.budget;

import io.ticktock.bus.Addresses;
import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.GrantBudgetResponse;
import io.ticktock.proto.v1.ListBudgetSlicesRequest;
import io.ticktock.proto.v1.ListBudgetSlicesResponse;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/** A data plane with one budget: it grants, and takes idle parts back, as the tables do. */
final class StoredSlices {

    private static final class Stored {
        long granted;
        long reserved;
        long spent;

        long idle() {
            return granted - reserved - spent;
        }
    }

    private final Map<String, Stored> slices = new HashMap<>();
    int grants;
    boolean away;
    private GrantBudgetRequest last;

    StoredSlices(Bus bus) {
        bus.serve(Addresses.STATE_GRANT_BUDGET, this::grant);
        bus.serve(Addresses.STATE_LIST_BUDGET_SLICES, this::list);
    }

    private Future<GrantBudgetResponse> grant(GrantBudgetRequest request) {
        if (away) {
            return Future.failedFuture(new Failure(FailureCode.UNAVAILABLE, "away"));
        }
        grants++;
        last = request;
        Stored own = slices.computeIfAbsent(request.getSliceId(), id -> new Stored());
        if (request.getLimit() - granted() < request.getNeeded()) {
            boolean overLimit = granted() > request.getLimit();
            slices.values().stream()
                    .filter(slice -> overLimit || slice != own)
                    .forEach(slice -> slice.granted -= slice.idle());
        }
        long left = request.getLimit() - granted();
        own.granted += left < request.getNeeded() ? 0 : Math.min(left, request.getWanted());
        return Future.succeededFuture(GrantBudgetResponse.newBuilder()
                .setSlice(message(request, own))
                .setUsed(used())
                .build());
    }

    private Future<ListBudgetSlicesResponse> list(ListBudgetSlicesRequest request) {
        Stored own = slices.get(request.getSliceId());
        return Future.succeededFuture(
                own == null || last == null
                        ? ListBudgetSlicesResponse.getDefaultInstance()
                        : ListBudgetSlicesResponse.newBuilder()
                                .addSlices(message(last, own))
                                .build());
    }

    private static BudgetSlice message(GrantBudgetRequest request, Stored slice) {
        return BudgetSlice.newBuilder()
                .setTenantId(request.getTenantId())
                .setBudget(request.getBudget())
                .setBucket(request.getBucket())
                .setGranted(slice.granted)
                .setReserved(slice.reserved)
                .setSpent(slice.spent)
                .build();
    }

    /** A decision; false when the slice has not got that much. */
    boolean charge(String sliceId, long reserved, long spent) {
        Stored slice = slices.get(sliceId);
        if (slice.idle() < reserved + spent) {
            return false;
        }
        slice.reserved += reserved;
        slice.spent += spent;
        return true;
    }

    /** An attempt for which nothing was set aside used this much. */
    void overspend(String sliceId, long spent) {
        slices.get(sliceId).spent += spent;
        slices.get(sliceId).granted += spent;
    }

    long granted() {
        return slices.values().stream().mapToLong(slice -> slice.granted).sum();
    }

    long used() {
        return slices.values().stream()
                .mapToLong(slice -> slice.reserved + slice.spent)
                .sum();
    }
}
