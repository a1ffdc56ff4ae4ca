package io.ticktock.state;

import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.*;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stream of a tenant's events while transactions overlap, and on other servers. */
class StreamRepositoryTest {

    private static final int MOST_READS = 100_000;

    private TestDatabase database;
    private PostgresStateStore store;

    @BeforeEach
    void open() {
        database = new TestDatabase();
        store = database.openStore();
    }

    @AfterEach
    void close() {
        result(store.close());
        database.close();
    }

    @Test
    void whatCommitsLateIsNotPassedBy() {
        Fence fence = hold();
        create(fence);
        ReadStreamResponse before = read("oldest");
        assertEquals(1, before.getEventsCount());
        PgConnection late = database.connect();
        result(late.query("BEGIN; " + logging(UUID.randomUUID())).execute());

        create(fence);
        ReadStreamResponse meanwhile = read(before.getPosition());
        assertEquals(0, meanwhile.getEventsCount(), "what began earlier may still come before it");
        result(late.query("COMMIT").execute());
        result(late.close());

        ReadStreamResponse after = read(meanwhile.getPosition());
        assertEquals(2, after.getEventsCount());
        assertEquals(7, after.getEvents(0).getEvent().getSeq(), "the one that began first");
        assertEquals(0, read(after.getPosition()).getEventsCount());
    }

    /** As a decision does, of a lifetime of the tenant's. */
    private static String logging(UUID lifetimeId) {
        return """
                INSERT INTO lifetimes (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at,
                    graph_name, graph_version, head, input)
                VALUES ('%1$s', '%2$s', 0, 1, false, 1, now(), now(), 'g', '1', '', '');
                INSERT INTO lifetime_events VALUES ('%1$s', '%2$s', 7, 1, '\\x1807',
                    (SELECT base + pg_current_xact_id()::text::bigint FROM event_order))
                """.formatted(Workload.TENANT, lifetimeId);
    }

    @Test
    void whoeverFollowsWhileManyWriteHearsEachOnce() {
        PostgresStateStore other = database.openStore();
        PgConnection noise = database.connect();
        Workload workload = new Workload(store, 40, 10);
        String position = read("").getPosition();
        Future<Void> running = workload.run();
        Map<String, List<Long>> heard = new HashMap<>();
        for (int i = 0; i < MOST_READS; i++) {
            boolean isLast = running.isComplete();
            result(noise.query("SELECT pg_current_xact_id()").execute());
            ReadStreamResponse page = result((i % 2 == 0 ? store : other).readStream(request(position)));
            page.getEventsList()
                    .forEach(streamed -> heard.computeIfAbsent(
                                    streamed.getEvent().getLifetimeId(), none -> new ArrayList<>())
                            .add(streamed.getEvent().getSeq()));
            position = page.getPosition();
            if (isLast && !page.getMore()) {
                break;
            }
        }
        result(running);
        result(noise.close());
        result(other.close());

        assertEquals(40, heard.size());
        heard.forEach((lifetimeId, seqs) -> {
            assertEquals(seqs.stream().sorted().distinct().toList(), seqs, lifetimeId);
            assertEquals(
                    database.count("SELECT count(*) FROM lifetime_events WHERE lifetime_id = '" + lifetimeId + "'"),
                    seqs.size());
        });
    }

    @Test
    void whatWasLoggedBeforeThereWasAnOrderIsNotTold() {
        Fence fence = hold();
        create(fence);
        database.execute("UPDATE lifetime_events SET batch = NULL");
        create(fence);

        assertEquals(1, read("oldest").getEventsCount());
    }

    @Test
    void onAServerWhoseNumbersAreLowerTheStreamGoesOn() {
        Fence fence = hold();
        create(fence);
        result(store.close());
        database.execute("UPDATE event_order SET base = base + 1000000000000");
        store = database.openStore();
        create(fence);
        List<String> told = new ArrayList<>(positions(read("oldest")));
        told.add(read("").getPosition());
        result(store.close());
        database.execute("UPDATE event_order SET base = base - 1000000000000, server = 'the one before'");
        store = database.openStore();
        create(fence);

        assertEquals(3, read("oldest").getEventsCount());
        assertEquals(2, read(told.get(0)).getEventsCount());
        assertEquals(1, read(told.get(1)).getEventsCount());
        assertEquals(1, read(told.get(2)).getEventsCount(), "also after a place where no event is");
    }

    @Test
    void anOrdinaryStartChangesNothing() {
        long base = database.count("SELECT base FROM event_order");
        result(store.close());
        store = database.openStore();

        assertEquals(base, database.count("SELECT base FROM event_order"));
    }

    /** What is logged on the old base must not come below what was read on the new one. */
    @Test
    void theBaseIsRaisedOnceNobodyLogsOnTheOldOne() {
        PgConnection late = database.connect();
        result(late.query("BEGIN; " + logging(UUID.randomUUID())).execute());
        long before = database.count("SELECT base FROM event_order");
        database.execute("UPDATE event_order SET server = 'the one before'");
        Future<Void> settled = EventOrder.settle(database.vertx(), database.address());
        TestDatabase.eventually(
                () -> database.count("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'ExclusiveLock'") > 0);
        assertFalse(settled.isComplete());
        assertEquals(before, database.count("SELECT base FROM event_order"));

        result(late.query("COMMIT").execute());
        result(settled);
        result(late.close());

        assertTrue(database.count("SELECT base FROM event_order") > before);
    }

    /** More events in one transaction than in a page, of lifetimes all over the ids, and some as large as a page. */
    @Test
    void aPageMayEndWithinATransaction() {
        create(hold());
        database.execute("""
                INSERT INTO lifetimes (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at,
                    graph_name, graph_version, head, input)
                SELECT '%1$s', (lpad(to_hex(i), 2, '0') || repeat('0', 30))::uuid, 0, 1, false, 40, now(), now(), 'g', '1', '', ''
                FROM generate_series(1, 255, 5) i;
                INSERT INTO lifetime_events
                SELECT '%1$s', l.lifetime_id, s, 1,
                    '\\x1224'::bytea || convert_to(l.lifetime_id::text, 'UTF8') || set_byte('\\x1800', 1, s)
                        || CASE WHEN s = 3 AND l.lifetime_id < '30000000-0000-0000-0000-000000000000'
                            THEN '\\xa206808040' || convert_to(repeat('x', 1048576), 'UTF8') ELSE '' END,
                    (SELECT base + pg_current_xact_id()::text::bigint FROM event_order)
                FROM lifetimes l, generate_series(1, 40) s WHERE graph_name = 'g'
                """.formatted(Workload.TENANT));

        List<String> heard = new ArrayList<>();
        ReadStreamResponse page = read("oldest");
        heard.addAll(names(page));
        while (page.getMore()) {
            page = read(page.getPosition());
            assertTrue(page.getEventsCount() <= 200 && page.getSerializedSize() < 3 << 20);
            heard.addAll(names(page));
        }

        assertEquals(1 + 51 * 40, heard.size());
        List<String> ofTheTransaction = heard.subList(1, heard.size());
        assertEquals(ofTheTransaction.stream().sorted().distinct().toList(), ofTheTransaction);
    }

    private static List<String> names(ReadStreamResponse page) {
        return page.getEventsList().stream()
                .map(StreamedEvent::getEvent)
                .map(event -> "%s %02d".formatted(event.getLifetimeId(), event.getSeq()))
                .toList();
    }

    private Fence hold() {
        HoldShardsRequest hold = HoldShardsRequest.newBuilder()
                .setOwnerId("owner")
                .setLeaseMs(60_000)
                .build();
        return Fence.newBuilder()
                .setOwnerId(hold.getOwnerId())
                .setEpoch(result(store.holdShards(hold)).getEpoch())
                .build();
    }

    private void create(Fence fence) {
        result(store.createLifetime(Workload.start(fence, UUID.randomUUID().toString())));
    }

    private static List<String> positions(ReadStreamResponse page) {
        return page.getEventsList().stream().map(StreamedEvent::getPosition).toList();
    }

    private ReadStreamResponse read(String position) {
        return result(store.readStream(request(position)));
    }

    private static ReadStreamRequest request(String position) {
        return ReadStreamRequest.newBuilder()
                .setTenantId(Workload.TENANT)
                .setPosition(position)
                .build();
    }
}
