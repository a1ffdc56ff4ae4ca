package io.ticktock.state;

import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of signals that nobody will ever answer. */
class SignalRepositoryTest {

    private TestDatabase database;
    private Database connections;
    private SignalRepository signals;

    @BeforeEach
    void open() {
        database = new TestDatabase();
        result(database.openStore().close());
        StateMeters meters = new StateMeters(new SimpleMeterRegistry());
        connections = new Database(database.vertx(), StateConfiguration.of(database.address()), meters);
        StoredBytes stored = new StoredBytes(database.vertx(), connections);
        signals = new SignalRepository(database.vertx(), connections, new BlobReferenceRepository(connections, stored));
    }

    @AfterEach
    void close() {
        result(signals.close());
        result(connections.close());
        database.close();
    }

    @Test
    void signalsToNobodyAreRemovedOnceNobodyCanComeAnyMore() {
        UUID running = lifetime("NULL");
        UUID ended = lifetime("now()");
        UUID neverBegun = UUID.randomUUID();
        signal(running, "to a running one", "1 hour");
        signal(ended, "to one that has ended", "1 hour");
        signal(neverBegun, "to a child that never began", "1 hour");
        signal(neverBegun, "to a child that may begin yet", "1 minute");

        result(signals.forget());

        assertEquals(List.of("to a child that may begin yet", "to a running one"), left());
    }

    @Test
    void thereMayBeMoreThanAreRemovedAtOnce() {
        database.execute("""
                INSERT INTO signals (tenant_id, lifetime_id, signal_id, shard, created_at, signal)
                SELECT 'acme', gen_random_uuid(), 's', 0, now() - interval '1 hour', ''
                FROM generate_series(1, 10001)
                """);

        result(signals.forget());

        assertEquals(List.of(), left());
    }

    private UUID lifetime(String endedAt) {
        UUID id = UUID.randomUUID();
        database.execute("""
                INSERT INTO lifetimes (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at,
                    ended_at, graph_name, graph_version, head, input)
                VALUES ('acme', '%s', 0, 1, false, 1, now(), now(), %s, 'g', '1.0.0', '', '')
                """.formatted(id, endedAt));
        return id;
    }

    private void signal(UUID lifetimeId, String signalId, String age) {
        database.execute("""
                INSERT INTO signals (tenant_id, lifetime_id, signal_id, shard, created_at, signal)
                VALUES ('acme', '%s', '%s', 0, now() - interval '%s', '')
                """.formatted(lifetimeId, signalId, age));
    }

    private List<String> left() {
        List<String> left = new ArrayList<>();
        for (Row row : database.execute("SELECT signal_id FROM signals ORDER BY signal_id")) {
            left.add(row.getString(0));
        }
        return left;
    }
}
