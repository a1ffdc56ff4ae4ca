package io.ticktock.state;

import static io.ticktock.state.TestDatabase.eventually;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.state.OpenLifetimes.Counts;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three lifetimes that run, two that are paused and one that has ended, of two tenants. */
class OpenLifetimesTest {

    private final AtomicLong nanos = new AtomicLong();
    private TestDatabase database;
    private Database connections;
    private OpenLifetimes open;

    @BeforeEach
    void fill() {
        database = new TestDatabase();
        result(database.openStore().close());
        for (int status : new int[] {1, 1, 1, 2, 2, 3}) {
            add(status);
        }
        StateMeters meters = new StateMeters(new SimpleMeterRegistry());
        connections = new Database(database.vertx(), StateConfiguration.of(database.address()), meters);
        open = new OpenLifetimes(connections, nanos::get);
    }

    private void add(int status) {
        database.execute("""
                INSERT INTO lifetimes (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at,
                    graph_name, graph_version, head, input)
                VALUES ('tenant-' || %1$d %% 2, gen_random_uuid(), 0, %1$d, false, 1, now(), now(), 'g', '1.0.0', '', '')
                """.formatted(status));
    }

    @AfterEach
    void close() {
        result(connections.close());
        database.close();
    }

    @Test
    void eachStatusIsCountedOfAllTenants() {
        assertTrue(Double.isNaN(open.counts().running())
                && Double.isNaN(open.counts().paused()));
        eventually(() -> open.counts().equals(new Counts(3, 2)));
    }

    @Test
    void itIsNotCountedAgainBeforeItIsOld() {
        eventually(() -> open.counts().equals(new Counts(3, 2)));
        add(1);
        nanos.addAndGet(OpenLifetimes.OLD.toNanos() - 1);
        assertEquals(new Counts(3, 2), open.counts());
        result(connections.query("SELECT pg_sleep(0.1)", Tuple.tuple()));
        assertEquals(new Counts(3, 2), open.counts());
        nanos.addAndGet(1);
        eventually(() -> open.counts().equals(new Counts(4, 2)));
    }

    @Test
    void onlyTheIndexIsRead() {
        database.execute("VACUUM lifetimes");
        StringBuilder plan = new StringBuilder();
        for (Row row : database.execute("""
                SET enable_seqscan = off;
                EXPLAIN SELECT status, count(*) FROM lifetimes WHERE status IN (1, 2) GROUP BY status
                """).next()) {
            plan.append(row.getString(0)).append('\n');
        }
        assertTrue(plan.toString().contains("Index Only Scan using lifetimes_open"), plan.toString());
    }
}
