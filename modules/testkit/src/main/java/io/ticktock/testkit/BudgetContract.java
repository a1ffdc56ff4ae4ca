package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.CreateLifetimeRequest;
import io.ticktock.proto.v1.GrantBudgetRequest;
import io.ticktock.proto.v1.GrantBudgetResponse;
import io.ticktock.proto.v1.LifetimeDecision;
import io.ticktock.proto.v1.ListBudgetSlicesRequest;
import io.ticktock.state.StateStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every store does with budgets of tenants. */
public abstract class BudgetContract {

    private static final Instant TODAY = Instant.parse("2026-03-02T00:00:00Z");
    private static final Instant YESTERDAY = TODAY.minus(Duration.ofDays(1));
    private static final String BUDGET = "daily";

    @RegisterExtension
    final HeldStore held = new HeldStore(this::open);

    private final StateSamples samples = held.samples();

    protected abstract StateStore open();

    @Test
    void grantsWhatIsWantedUpToTheLimit() {
        assertEquals(40, grant("a", 100, 1, 40).getSlice().getGranted());
        assertEquals(80, grant("a", 100, 1, 40).getSlice().getGranted());
        assertEquals(100, grant("a", 100, 1, 40).getSlice().getGranted());
        assertEquals(100, grant("a", 100, 1, 40).getSlice().getGranted());
    }

    @Test
    void grantsNothingWhenLessThanNeededIsLeft() {
        grant("a", 100, 1, 95);
        reserve("a", 95);
        assertEquals(0, grant("b", 100, 6, 50).getSlice().getGranted());
        assertEquals(5, grant("b", 100, 5, 50).getSlice().getGranted());
    }

    @Test
    void takesBackWhatLiesIdleInOthersSlices() {
        grant("a", 100, 1, 100);
        reserve("a", 30);
        assertEquals(70, grant("b", 100, 70, 70).getSlice().getGranted());
        reserve("b", 70);
        assertEquals(30, slice("a").getGranted());
        assertEquals(0, grant("c", 100, 1, 1).getSlice().getGranted());
    }

    @Test
    void refusesADecisionThatExceedsItsSliceAndWritesNothingOfIt() {
        grant("a", 10, 10, 10);
        String lifetime = held.create();
        Failure refusal = failure(append(lifetime, 2, charge("a", 11, 0)));
        assertEquals(FailureCode.UNAVAILABLE, refusal.code());
        assertEquals(2, lastSeq(lifetime));
        assertEquals(0, slice("a").getReserved());
    }

    @Test
    void refusesNoneOfItsNeighbours() {
        grant("a", 10, 10, 10);
        List<String> lifetimes =
                IntStream.range(0, 20).mapToObj(i -> held.create()).toList();
        List<? extends Future<?>> appends = lifetimes.stream()
                .map(lifetime -> append(lifetime, 2, charge("a", 1, 0)))
                .toList();
        result(Future.join(appends).otherwiseEmpty());
        assertEquals(10, appends.stream().filter(Future::succeeded).count());
        assertEquals(10, slice("a").getReserved());
        assertEquals(10, lifetimes.stream().filter(id -> lastSeq(id) == 3).count());
    }

    @Test
    void freesWhatWasSetAsideAndNotUsed() {
        grant("a", 10, 10, 10);
        String lifetime = reserve("a", 10);
        result(append(lifetime, 3, charge("a", -10, 4)));
        assertEquals(0, slice("a").getReserved());
        assertEquals(4, slice("a").getSpent());
        assertEquals(0, grant("b", 10, 7, 7).getSlice().getGranted());
        assertEquals(6, grant("b", 10, 6, 6).getSlice().getGranted());
    }

    @Test
    void countsWhatWasUsedBeyondWhatWasSetAside() {
        grant("a", 10, 4, 4);
        String lifetime = reserve("a", 4);
        result(append(lifetime, 3, charge("a", -4, 9)));
        assertEquals(9, grant("b", 10, 1, 1).getUsed());
        reserve("b", 1);
        assertEquals(0, grant("c", 10, 1, 1).getSlice().getGranted());
    }

    @Test
    void chargesTheSameDecisionOnce() {
        grant("a", 10, 10, 10);
        String lifetime = held.create();
        LifetimeDecision decision = decision(lifetime, 2, charge("a", 3, 0));
        result(held.append(decision));
        result(held.append(decision));
        assertEquals(3, slice("a").getReserved());
    }

    @Test
    void chargesANewLifetimeOnce() {
        grant("a", 10, 10, 10);
        CreateLifetimeRequest.Builder start = samples.start(held.fence(), samples.lifetimeId()).toBuilder();
        start.getDecisionBuilder().addCharges(charge("a", 7, 0));
        assertTrue(result(held.store().createLifetime(start.build())).getCreated());
        result(held.store().createLifetime(start.build()));
        assertEquals(7, slice("a").getReserved());

        CreateLifetimeRequest.Builder second = samples.start(held.fence(), samples.lifetimeId()).toBuilder();
        second.getDecisionBuilder().addCharges(charge("a", 7, 0));
        assertEquals(
                FailureCode.UNAVAILABLE,
                failure(held.store().createLifetime(second.build())).code());
        assertEquals(7, slice("a").getReserved());
    }

    @Test
    void hasAllGiveBackWhenTheLimitWasLowered() {
        grant("a", 100, 1, 100);
        reserve("a", 30);
        assertEquals(30, grant("a", 50, 30, 30).getSlice().getGranted());
        assertEquals(50, grant("a", 50, 20, 20).getSlice().getGranted());
    }

    @Test
    void countsOnlyWhatIsInTheWindow() {
        result(held.store()
                .grantBudget(request("a", 10, 10, 10)
                        .setBucket(StateSamples.time(YESTERDAY))
                        .setFirstBucket(StateSamples.time(YESTERDAY))
                        .build()));
        assertEquals(10, grant("a", 10, 10, 10).getSlice().getGranted());
        GrantBudgetRequest both = request("a", 10, 1, 1)
                .setFirstBucket(StateSamples.time(YESTERDAY))
                .build();
        assertEquals(
                FailureCode.UNAVAILABLE,
                failure(exceed(result(held.store().grantBudget(both)))).code());
    }

    @Test
    void keepsTenantsAndBudgetsApart() {
        grant("a", 10, 10, 10);
        assertEquals(
                10,
                result(held.store()
                                .grantBudget(request("a", 10, 10, 10)
                                        .setBudget("other")
                                        .build()))
                        .getSlice()
                        .getGranted());
        assertEquals(
                10,
                result(held.store()
                                .grantBudget(request("a", 10, 10, 10)
                                        .setTenantId("neighbour-" + held.seed())
                                        .build()))
                        .getSlice()
                        .getGranted());
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().grantBudget(request("a", -1, 0, 0).build()))
                        .code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().grantBudget(request("", 1, 0, 0).build())).code());
        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(held.store().grantBudget(request("a", 1, 2, 1).build())).code());
    }

    /** All that today's slice had, and one more. */
    private Future<?> exceed(GrantBudgetResponse granted) {
        return append(held.create(), 2, charge("a", granted.getSlice().getGranted() + 1, 0));
    }

    private GrantBudgetResponse grant(String slice, long limit, long needed, long wanted) {
        return result(
                held.store().grantBudget(request(slice, limit, needed, wanted).build()));
    }

    private GrantBudgetRequest.Builder request(String slice, long limit, long needed, long wanted) {
        return GrantBudgetRequest.newBuilder()
                .setTenantId(samples.tenantId())
                .setBudget(BUDGET)
                .setBucket(StateSamples.time(TODAY))
                .setFirstBucket(StateSamples.time(TODAY))
                .setSliceId(slice.isEmpty() ? "" : slice + held.seed())
                .setLimit(limit)
                .setNeeded(needed)
                .setWanted(wanted);
    }

    private BudgetSlice slice(String slice) {
        List<BudgetSlice> today = result(held.store()
                        .listBudgetSlices(ListBudgetSlicesRequest.newBuilder()
                                .setSliceId(slice + held.seed())
                                .build()))
                .getSlicesList()
                .stream()
                .filter(found -> found.getTenantId().equals(samples.tenantId()))
                .toList();
        assertEquals(1, today.size());
        return today.get(0);
    }

    private BudgetCharge charge(String slice, long reserved, long spent) {
        return BudgetCharge.newBuilder()
                .setBudget(BUDGET)
                .setBucket(StateSamples.time(TODAY))
                .setSliceId(slice + held.seed())
                .setReserved(reserved)
                .setSpent(spent)
                .build();
    }

    /** A new lifetime that has set this much aside. */
    private String reserve(String slice, long amount) {
        String lifetime = held.create();
        result(append(lifetime, 2, charge(slice, amount, 0)));
        return lifetime;
    }

    private Future<?> append(String lifetime, long afterSeq, BudgetCharge charge) {
        return held.append(decision(lifetime, afterSeq, charge));
    }

    private LifetimeDecision decision(String lifetime, long afterSeq, BudgetCharge charge) {
        return samples.decision(lifetime, afterSeq, 1).addCharges(charge).build();
    }

    private long lastSeq(String lifetime) {
        return result(held.load(lifetime)).getEventsCount();
    }
}
