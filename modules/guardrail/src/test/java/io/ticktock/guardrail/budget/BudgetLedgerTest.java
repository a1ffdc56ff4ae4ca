package io.ticktock.guardrail.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Bus;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.guardrail.policy.BudgetPolicy;
import io.ticktock.guardrail.policy.PolicySet;
import io.ticktock.proto.v1.BudgetCharge;
import io.ticktock.proto.v1.BudgetSlice;
import io.ticktock.proto.v1.SliceCharged;
import io.ticktock.proto.v1.SliceReservation;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BudgetLedgerTest {

    private static final Instant NOW = Instant.parse("2026-03-02T10:00:00Z");

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx);
    private final StoredSlices stored = new StoredSlices(bus);
    private final BudgetLedger one = new BudgetLedger(bus, "one", System::nanoTime);
    private final BudgetLedger other = new BudgetLedger(bus, "other", System::nanoTime);
    private final TenantTurns turns = new TenantTurns(System::nanoTime);

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void exactlyTenOfManyAtOnceFitIntoTenTenths() throws Exception {
        BudgetPolicy budget = budget(1_000);
        List<Future<TenantBudgets.Outcome>> wishes = new ArrayList<>();
        await(onEventLoop(() -> {
            IntStream.range(0, 512)
                    .mapToObj(i -> turns.take("acme", () -> one.reserve(wish(budget, "exec" + i, 100)))
                            .onSuccess(outcome -> outcome.reserved().ifPresent(part -> decide(one, part, "exec" + i))))
                    .forEach(wishes::add);
            return Future.join(wishes);
        }));
        assertEquals(
                10, wishes.stream().filter(wish -> isReserved(wish.result())).count());
        assertTrue(stored.grants <= 20, "asked " + stored.grants + " times");
    }

    @Test
    void theSameAttemptIsSetAsideOnce() throws Exception {
        BudgetPolicy budget = budget(100);
        for (int i = 0; i < 5; i++) {
            assertTrue(isReserved(await(one.reserve(wish(budget, "exec", 60)))));
        }
        decide(one, await(one.reserve(wish(budget, "exec", 60))).reserved().orElseThrow(), "exec");
        assertFalse(isReserved(await(one.reserve(wish(budget, "next", 60)))));
    }

    @Test
    void whatIsReleasedIsThereForOthers() throws Exception {
        BudgetPolicy budget = budget(100);
        SliceReservation reservation =
                await(one.reserve(wish(budget, "exec", 100))).reserved().orElseThrow();
        one.release("acme", "exec", reservation);
        assertTrue(isReserved(await(one.reserve(wish(budget, "next", 100)))));
    }

    /** A start that came twice: the second try of it has set aside what others could have had. */
    @Test
    void nobodyIsRefusedForWhatIsPromisedUntilItIsKnownWhetherItIsUsed() throws Exception {
        BudgetPolicy budget = budget(100);
        SliceReservation used =
                await(one.reserve(wish(budget, "used", 50))).reserved().orElseThrow();
        SliceReservation again =
                await(one.reserve(wish(budget, "again", 50))).reserved().orElseThrow();
        List<Future<TenantBudgets.Outcome>> wishes = new ArrayList<>();
        await(onEventLoop(() -> {
            wishes.add(turns.take("acme", () -> one.reserve(wish(budget, "next", 50))));
            wishes.add(turns.take("acme", () -> one.reserve(wish(budget, "last", 50))));
            wishes.get(0).onSuccess(outcome -> decide(one, outcome.reserved().orElseThrow(), "next"));
            return Future.succeededFuture();
        }));
        await(onEventLoop(() -> {
            decide(one, used, "used");
            one.charged(charged(again, "again", 0, 0));
            return Future.succeededFuture();
        }));
        assertTrue(isReserved(await(wishes.get(0))));
        assertFalse(isReserved(await(wishes.get(1))));
    }

    @Test
    void whoWaitsInVainForWhatIsPromisedHasNoAnswer() throws Exception {
        BudgetLedger impatient = new BudgetLedger(bus, "impatient", System::nanoTime);
        BudgetPolicy budget = budget(100);
        assertTrue(isReserved(await(impatient.reserve(wish(budget, "exec", 100)))));
        Future<TenantBudgets.Outcome> wish = impatient.reserve(impatient(wish(budget, "next", 1)));
        assertEquals(
                FailureCode.UNAVAILABLE,
                Failure.of(assertThrows(ExecutionException.class, () -> await(wish))
                                .getCause())
                        .code());
    }

    @Test
    void whatWasNotUsedIsThereForOthersOnceThatIsDurable() throws Exception {
        BudgetPolicy budget = budget(100);
        SliceReservation reservation =
                await(one.reserve(wish(budget, "exec", 100))).reserved().orElseThrow();
        decide(one, reservation, "exec", 100, 0);
        decide(one, reservation, "exec", -100, 30);
        assertFalse(isReserved(await(one.reserve(wish(budget, "next", 71)))));
        assertTrue(isReserved(await(one.reserve(wish(budget, "next", 70)))));
    }

    @Test
    void whatLiesIdleWithOneIsThereForTheOther() throws Exception {
        BudgetPolicy budget = budget(640);
        SliceReservation reservation =
                await(one.reserve(wish(budget, "exec", 1))).reserved().orElseThrow();
        decide(one, reservation, "exec", 1, 0);
        assertTrue(isReserved(await(other.reserve(wish(budget, "large", 639)))));
    }

    @Test
    void whatTheSameDecisionWasPromisedIsUsed() throws Exception {
        BudgetPolicy budget = budget(100);
        assertTrue(isReserved(await(one.reserve(wish(budget, "first", 60)))));
        TenantBudgets.Outcome second =
                await(one.reserve(new TenantBudgets.Wish(budget, "acme", "second", 50, 60, NOW, System.nanoTime())));
        assertFalse(isReserved(second));
        assertEquals(60, second.used());
    }

    /** The graph says that it spends nothing, and spends. */
    @Test
    void whoDeclaresTooLittleIsStoppedOnceTheBudgetIsUsed() throws Exception {
        BudgetPolicy budget = budget(100);
        for (int i = 0; i < 2; i++) {
            SliceReservation nothing =
                    await(one.reserve(wish(budget, "exec" + i, 0))).reserved().orElseThrow();
            stored.overspend(nothing.getSliceId(), 60);
            one.charged(charged(nothing, "exec" + i, 0, 60));
        }
        assertFalse(isReserved(await(one.reserve(wish(budget, "next", 0)))));
        assertFalse(isReserved(await(other.reserve(wish(budget, "next", 0)))));
    }

    /** Promised, never written, and forgotten after a while: the tables say that it is there. */
    @Test
    void whatWasNeverWrittenIsFoundAgainThoughTheSliceIsBusy() {
        Slice slice = new Slice();
        slice.reserve("lost", 100, System.nanoTime() - 1);
        slice.forgetUnconfirmed(System.nanoTime());
        slice.reserve("busy", 30, Long.MAX_VALUE);
        slice.agree(stored(100, 0), slice.snapshot());
        assertEquals(70, slice.available());
    }

    @Test
    void whatOthersCannotKnowYetIsCountedBesideWhatTheTablesSay() {
        Slice slice = new Slice();
        slice.agree(stored(100, 0), Slice.Snapshot.NOTHING);
        slice.reserve("before", 30, Long.MAX_VALUE);
        Slice.Snapshot asked = slice.snapshot();
        slice.reserve("after", 20, Long.MAX_VALUE);
        slice.agree(stored(100, 30), asked);
        assertEquals(50, slice.available());
        slice.agree(stored(100, 45), asked);
        assertEquals(35, slice.available());
    }

    /** Others were granted what was promised here: the decision that was promised it was refused, and asks again. */
    @Test
    void whatTheTablesTookBackIsNotPromisedAgain() throws Exception {
        BudgetPolicy budget = budget(100);
        SliceReservation first =
                await(one.reserve(wish(budget, "exec", 60))).reserved().orElseThrow();
        decide(other, await(other.reserve(wish(budget, "large", 80))).reserved().orElseThrow(), "large");
        assertFalse(stored.charge(first.getSliceId(), 60, 0));
        await(one.refresh());
        assertFalse(isReserved(await(one.reserve(wish(budget, "exec", 60)))));
        assertTrue(isReserved(await(one.reserve(wish(budget, "exec", 20)))));
    }

    @Test
    void howeverOftenSomethingChangesWhoWaitsIsAnswered() throws Exception {
        BudgetPolicy budget = budget(100);
        SliceReservation first =
                await(one.reserve(wish(budget, "exec", 60))).reserved().orElseThrow();
        Future<TenantBudgets.Outcome> wish = one.reserve(wish(budget, "next", 60));
        int asked = stored.grants;
        while (stored.grants < asked + 5_000) {
            await(onEventLoop(() -> {
                one.charged(charged(first, "nobody", 0, 0));
                return Future.succeededFuture();
            }));
        }
        await(onEventLoop(() -> {
            one.release("acme", "exec", first);
            return Future.succeededFuture();
        }));
        assertTrue(isReserved(await(wish)));
    }

    private static BudgetSlice stored(long granted, long reserved) {
        return BudgetSlice.newBuilder()
                .setGranted(granted)
                .setReserved(reserved)
                .build();
    }

    @Test
    void aLoweredLimitHoldsAtOnce() throws Exception {
        SliceReservation reservation =
                await(one.reserve(wish(budget(6_400), "exec", 50))).reserved().orElseThrow();
        decide(one, reservation, "exec", 50, 0);
        assertFalse(isReserved(await(one.reserve(wish(budget(100), "next", 51)))));
        assertTrue(isReserved(await(one.reserve(wish(budget(100), "next", 50)))));
    }

    @Test
    void nothingIsSetAsideWithoutAnAnswer() throws Exception {
        stored.away = true;
        Future<TenantBudgets.Outcome> wish = one.reserve(wish(budget(100), "exec", 1));
        assertThrows(ExecutionException.class, () -> await(wish));
        stored.away = false;
        assertTrue(isReserved(await(one.reserve(wish(budget(100), "exec", 1)))));
    }

    /** Two guardrails, decisions that are made or not, messages that are lost or come twice: the tables never give more. */
    @Test
    void whateverHappensTheLimitHolds() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        BudgetPolicy budget = budget(1_000);
        record Open(BudgetLedger ledger, SliceReservation reservation, String execId) {}
        List<Open> open = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            BudgetLedger ledger = random.nextBoolean() ? one : other;
            if (open.isEmpty() || random.nextInt(3) > 0) {
                String execId = "exec" + i;
                var outcome = await(ledger.reserve(impatient(wish(budget, execId, 1 + random.nextInt(120))))
                        .otherwise(new TenantBudgets.Outcome(Optional.empty(), 0)));
                if (outcome.reserved().isPresent() && random.nextInt(5) > 0) {
                    SliceReservation reservation = outcome.reserved().get();
                    if (stored.charge(reservation.getSliceId(), reservation.getAmount(), 0)) {
                        tell(random, ledger, reservation, execId, reservation.getAmount(), 0);
                        open.add(new Open(ledger, reservation, execId));
                    }
                }
            } else {
                Open settled = open.remove(random.nextInt(open.size()));
                long amount = settled.reservation.getAmount();
                // Most is given back, so that there is always something to do.
                long spent = random.nextInt(50) == 0 ? random.nextLong(amount + 1) : 0;
                assertTrue(stored.charge(settled.reservation.getSliceId(), -amount, spent));
                tell(random, settled.ledger, settled.reservation, settled.execId, -amount, spent);
            }
            assertTrue(stored.used() <= 1_000, "used " + stored.used());
            assertTrue(stored.granted() <= 1_000, "granted " + stored.granted());
        }
    }

    private static void tell(
            Random random,
            BudgetLedger ledger,
            SliceReservation reservation,
            String execId,
            long reserved,
            long spent) {
        int times = random.nextInt(10) == 0 ? random.nextInt(3) : 1;
        for (int i = 0; i < times; i++) {
            ledger.charged(charged(reservation, execId, reserved, spent));
        }
    }

    private void decide(BudgetLedger ledger, SliceReservation reservation, String execId) {
        decide(ledger, reservation, execId, reservation.getAmount(), 0);
    }

    private void decide(BudgetLedger ledger, SliceReservation reservation, String execId, long reserved, long spent) {
        assertTrue(stored.charge(reservation.getSliceId(), reserved, spent));
        ledger.charged(charged(reservation, execId, reserved, spent));
    }

    private static SliceCharged charged(SliceReservation reservation, String execId, long reserved, long spent) {
        return SliceCharged.newBuilder()
                .setTenantId("acme")
                .addCharges(BudgetCharge.newBuilder()
                        .setBudget(reservation.getBudget())
                        .setBucket(reservation.getBucket())
                        .setSliceId(reservation.getSliceId())
                        .setExecId(execId)
                        .setReserved(reserved)
                        .setSpent(spent))
                .build();
    }

    private static TenantBudgets.Wish wish(BudgetPolicy budget, String execId, long amount) {
        long untilNanos = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        return new TenantBudgets.Wish(budget, "acme", execId, amount, 0, NOW, untilNanos);
    }

    private static TenantBudgets.Wish impatient(TenantBudgets.Wish wish) {
        return new TenantBudgets.Wish(
                wish.budget(), wish.tenantId(), wish.execId(), wish.amount(), 0, NOW, System.nanoTime() - 1);
    }

    private static boolean isReserved(TenantBudgets.Outcome outcome) {
        return outcome.reserved().isPresent();
    }

    private static BudgetPolicy budget(long limit) {
        String file = "policies: [{name: daily, scope: tenant, window: day, budget: {tokens_used: " + limit + "}}]";
        return PolicySet.parse(Map.of("policies.yaml", file.getBytes(StandardCharsets.UTF_8)))
                .budgets()
                .get(0);
    }

    /** A ledger is for one event loop. */
    private <T> Future<T> onEventLoop(Supplier<Future<T>> task) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(begun -> task.get().onComplete(done));
        return done.future();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
