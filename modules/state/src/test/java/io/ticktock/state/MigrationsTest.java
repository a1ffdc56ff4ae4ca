package io.ticktock.state;

import static io.ticktock.state.TestDatabase.failure;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.ticktock.state.Migrations.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MigrationsTest {

    private static final int ALL = Migrations.SCRIPTS.size();
    private static final Script ONE = new Script(1, "0001_one.sql", "CREATE TABLE one (id integer)");
    private static final Script TWO = new Script(2, "0002_two.sql", "CREATE TABLE two (id integer)");

    private TestDatabase database;

    @BeforeEach
    void createDatabase() {
        database = new TestDatabase();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void theSchemaIsBroughtUpToDateOnce() {
        assertEquals(ALL, result(new Migrations(database.vertx(), database.address()).run()));
        assertEquals(0, result(new Migrations(database.vertx(), database.address()).run()));
        assertEquals(ALL, database.count("SELECT count(*) FROM migrations"));
        assertEquals(64, database.count("SELECT count(*) FROM shards"));
    }

    @Test
    void whatIsMissingIsApplied() {
        assertEquals(1, result(migrations(ONE).run()));
        assertEquals(1, result(migrations(ONE, TWO).run()));
        assertEquals(0, database.count("SELECT count(*) FROM two"));
    }

    @Test
    void ofManyStartsOneApplies() {
        List<Future<Integer>> starts = IntStream.range(0, 8)
                .mapToObj(i -> new Migrations(database.vertx(), database.address()).run())
                .toList();
        result(Future.join(starts));
        assertEquals(ALL, starts.stream().mapToInt(Future::result).sum());
    }

    @Test
    void databasesOfOneServerMayStartAtOnce() {
        List<TestDatabase> others =
                IntStream.range(0, 4).mapToObj(i -> new TestDatabase()).toList();
        // Roles belong to the server: without them each start wants to create them.
        result(Future.join(others.stream()
                .map(other -> new Migrations(other.vertx(), other.address()).run())
                .toList()));
        others.forEach(other -> {
            assertEquals(ALL, other.count("SELECT count(*) FROM migrations"));
            other.close();
        });
    }

    @Test
    void aFailedScriptLeavesNothing() {
        Script half = new Script(2, "0002_half.sql", "CREATE TABLE half (id integer); SELECT 1 / 0");
        Failure failure = failure(
                migrations(ONE, half, new Script(3, "0003.sql", "SELECT 1")).run());
        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertEquals(1, database.count("SELECT count(*) FROM migrations"));
        assertEquals(0, database.count("SELECT count(*) FROM pg_tables WHERE tablename = 'half'"));
        assertEquals(1, result(migrations(ONE, TWO).run()));
    }

    @Test
    void aChangedScriptIsRefused() {
        result(migrations(ONE).run());
        Script changed = new Script(1, "0001_one.sql", "CREATE TABLE other (id integer)");
        Failure failure = failure(migrations(changed, TWO).run());
        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertTrue(failure.getMessage().contains("0001_one.sql"), failure.getMessage());
        assertEquals(0, database.count("SELECT count(*) FROM pg_tables WHERE tablename = 'two'"));
    }

    @Test
    void aNewerSchemaIsRefused() {
        result(migrations(ONE, TWO).run());
        Failure failure = failure(migrations(ONE).run());
        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertTrue(failure.getMessage().contains("0002_two.sql"), failure.getMessage());
    }

    @Test
    void whoHasLifetimesOrGraphsIsATenant() {
        List<Script> before = Migrations.SCRIPTS.stream()
                .filter(script -> script.number() < 7)
                .toList();
        result(migrations(before.toArray(Script[]::new)).run());
        for (String tenant : List.of("a", "a", "B & co", "default", "é")) {
            database.execute("""
                    INSERT INTO lifetimes (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at,
                        graph_name, graph_version, head, input)
                    VALUES ('%s', gen_random_uuid(), 0, 1, false, 1, now(), now(), 'g', '1', '', '')
                    """.formatted(tenant));
        }
        for (String tenant : List.of("a", "graphs")) {
            database.execute("""
                    INSERT INTO agent_graphs (tenant_id, name, version, digest, canonical) VALUES ('%s', 'g', '1', '', '')
                    """.formatted(tenant));
        }
        result(new Migrations(database.vertx(), database.address()).run());
        List<String> tenants = new ArrayList<>();
        database.execute("SELECT tenant_id FROM tenants ORDER BY tenant_id")
                .forEach(row -> tenants.add(row.getString(0)));
        assertEquals(List.of("B & co", "a", "default", "graphs", "é"), tenants);
    }

    @Test
    void aDatabaseThatIsNotThereIsNamedWithoutItsPassword() {
        DatabaseAddress nowhere = database.address().withDatabase("nowhere");
        Failure failure = failure(new Migrations(database.vertx(), nowhere).run());
        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertTrue(failure.getMessage().contains("/nowhere"), failure.getMessage());
        assertTrue(!failure.getMessage().contains(nowhere.password()), failure.getMessage());
    }

    private Migrations migrations(Script... scripts) {
        return new Migrations(database.vertx(), database.address(), List.of(scripts));
    }
}
