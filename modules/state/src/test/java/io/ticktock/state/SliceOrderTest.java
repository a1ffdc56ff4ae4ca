package io.ticktock.state;

import static io.ticktock.state.TestDatabase.eventually;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Timestamp;
import io.ticktock.proto.v1.*;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever changes several slices of budgets locks them in the order of their key: else two could wait for each other. Each
 * test holds one slice back and looks which of the others are locked by who waits for it.
 */
class SliceOrderTest {

    private static final int SLICES = 12;
    private static final int HELD = 6;
    private static final long OF_EACH = 10;
    private static final Timestamp BUCKET = Timestamp.getDefaultInstance();
    private static final String WAITING =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    private static final String FREE = "SELECT slice_id FROM budget_slices ORDER BY slice_id FOR UPDATE SKIP LOCKED";

    private final long seed = System.nanoTime();
    private TestDatabase database;
    private PostgresStateStore store;
    private PgConnection holder;
    private Fence fence;

    @BeforeEach
    void holdOneSlice() {
        System.out.println("seed " + seed);
        database = new TestDatabase();
        store = database.openStore();
        HoldShardsRequest hold = HoldShardsRequest.newBuilder()
                .setOwnerId("owner")
                .setLeaseMs(60_000)
                .build();
        fence = Fence.newBuilder()
                .setOwnerId(hold.getOwnerId())
                .setEpoch(result(store.holdShards(hold)).getEpoch())
                .build();
        IntStream.range(0, SLICES).forEach(i -> result(store.grantBudget(grant(slice(i), SLICES * OF_EACH))));
        holder = database.connect();
        result(holder.query("BEGIN; SELECT FROM budget_slices WHERE slice_id = '" + slice(HELD) + "' FOR UPDATE")
                .execute());
    }

    @AfterEach
    void close() {
        result(holder.close());
        result(store.close());
        database.close();
    }

    @Test
    void byDecisions() {
        String lifetimeId = UUID.randomUUID().toString();
        result(store.createLifetime(Workload.start(fence, lifetimeId)));
        assertLockedInOrder(store.appendDecision(AppendDecisionRequest.newBuilder()
                .setFence(fence)
                .setDecision(Workload.decision(lifetimeId, 2, 2).addAllCharges(charges()))
                .build()));
        assertEquals(SLICES, database.count("SELECT sum(reserved)::bigint FROM budget_slices"));
    }

    @Test
    void byNewLifetimes() {
        CreateLifetimeRequest.Builder start =
                Workload.start(fence, UUID.randomUUID().toString()).toBuilder();
        start.getDecisionBuilder().addAllCharges(charges());
        assertLockedInOrder(store.createLifetime(start.build()));
        assertEquals(SLICES, database.count("SELECT sum(reserved)::bigint FROM budget_slices"));
    }

    /** Even the slice of who asks, which is granted more when the others have given back. */
    @Test
    void byWhoTakesIdlePartsBack() {
        assertLockedInOrder(store.grantBudget(grant(slice(0), SLICES * OF_EACH)));
        assertEquals(2 * OF_EACH, database.count("SELECT sum(granted)::bigint FROM budget_slices"));
    }

    @Test
    void soThatWhatIsChargedAtTheSameTimeAddsUp() {
        result(holder.query("COMMIT").execute());
        PostgresStateStore other = database.openStore();
        List<Future<?>> decided = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            decided.add(chargeAll(store));
            decided.add(chargeAll(other));
        }
        result(Future.all(decided));
        result(other.close());
        assertEquals(
                (long) decided.size() * SLICES,
                database.count("SELECT sum(spent)::bigint FROM budget_slices WHERE overdraft = spent"));
    }

    private Future<?> chargeAll(StateStore charging) {
        String lifetimeId = UUID.randomUUID().toString();
        LifetimeDecision.Builder decision = Workload.decision(lifetimeId, 2, 2);
        charges()
                .forEach(charge ->
                        decision.addCharges(charge.toBuilder().setReserved(0).setSpent(1)));
        return charging.createLifetime(Workload.start(fence, lifetimeId))
                .compose(created -> charging.appendDecision(AppendDecisionRequest.newBuilder()
                        .setFence(fence)
                        .setDecision(decision)
                        .build()));
    }

    private void assertLockedInOrder(Future<?> waiting) {
        eventually(() -> database.count(WAITING) == 1);
        List<String> free = new ArrayList<>();
        database.execute(FREE).forEach(row -> free.add(row.getString(0)));
        List<String> behindTheHeld = IntStream.range(HELD + 1, SLICES)
                .mapToObj(SliceOrderTest::slice)
                .toList();
        assertEquals(behindTheHeld, free);
        result(holder.query("COMMIT").execute());
        result(waiting);
    }

    private List<BudgetCharge> charges() {
        List<BudgetCharge> charges = new ArrayList<>();
        for (int i = 0; i < SLICES; i++) {
            charges.add(BudgetCharge.newBuilder()
                    .setBudget("budget")
                    .setBucket(BUCKET)
                    .setSliceId(slice(i))
                    .setReserved(1)
                    .build());
        }
        Collections.shuffle(charges, new Random(seed));
        return charges;
    }

    private static GrantBudgetRequest grant(String slice, long limit) {
        return GrantBudgetRequest.newBuilder()
                .setTenantId(Workload.TENANT)
                .setBudget("budget")
                .setBucket(BUCKET)
                .setFirstBucket(BUCKET)
                .setSliceId(slice)
                .setLimit(limit)
                .setNeeded(OF_EACH)
                .setWanted(OF_EACH)
                .build();
    }

    private static String slice(int number) {
        return "slice-%02d".formatted(number);
    }
}
