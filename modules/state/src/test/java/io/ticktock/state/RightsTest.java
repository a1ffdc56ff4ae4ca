package io.ticktock.state;

import static io.ticktock.state.TestDatabase.cause;
import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The database refuses what the program must never do, whatever the program tries. */
class RightsTest {

    private static final String REFUSED = "42501";

    private static TestDatabase database;

    @BeforeAll
    static void fill() {
        database = new TestDatabase();
        result(database.openStore().close());
        for (String tenant : new String[] {"a", "b"}) {
            database.execute("""
                    INSERT INTO agent_graphs (tenant_id, name, version, digest, canonical) VALUES ('%1$s', 'g', '1', '', '');
                    INSERT INTO lifetimes (tenant_id, lifetime_id, shard, status, parked, last_seq, created_at, updated_at,
                        graph_name, graph_version, head, input)
                    VALUES ('%1$s', gen_random_uuid(), 0, 1, false, 1, now(), now(), 'g', '1', '', '');
                    INSERT INTO task_executions (tenant_id, lifetime_id, exec_id, tokens_used, cost_micros, latency_ms,
                        iteration, attempt, status, node_id, envelope)
                    VALUES ('%1$s', gen_random_uuid(), gen_random_uuid(), 0, 0, 0, 1, 1, 1, 'n', '');
                    INSERT INTO plan_executions SELECT * FROM task_executions WHERE tenant_id = '%1$s';
                    INSERT INTO lifetime_events VALUES ('%1$s', gen_random_uuid(), 1, 1, '');
                    """.formatted(tenant));
        }
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent_graphs",
                "policy_sets",
                "task_executions",
                "plan_executions",
                "lifetime_events",
                "blob_references"
            })
    void whatIsAppendOnlyCannotBeChanged(String table) {
        assertRefused("ticktock_writer", "UPDATE " + table + " SET " + keyOf(table) + " = 'other'");
        assertRefused("ticktock_writer", "DELETE FROM " + table);
        assertRefused("ticktock_writer", "TRUNCATE " + table);
        assertRefused("ticktock_writer", "DROP TABLE " + table);
        assertRefused("ticktock_writer", "ALTER TABLE " + table + " DISABLE ROW LEVEL SECURITY");
    }

    @Test
    void aLifetimeKeepsItsIdentityAndInput() {
        assertRefused("ticktock_writer", "UPDATE lifetimes SET tenant_id = 'other'");
        assertRefused("ticktock_writer", "UPDATE lifetimes SET lifetime_id = gen_random_uuid()");
        assertRefused("ticktock_writer", "UPDATE lifetimes SET input = ''");
        assertRefused("ticktock_writer", "DELETE FROM lifetimes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent_graphs", "lifetimes", "task_executions", "plan_executions", "lifetime_events"})
    void aTenantSeesItsRowsOnly(String table) {
        assertEquals(2, database.count("SELECT count(*) FROM " + table));
        assertEquals(1, visible(table, "a"));
        assertEquals(1, visible(table, "b"));
        assertEquals(0, visible(table, "c"));
        assertEquals(0, visible(table, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent_graphs", "lifetimes", "task_executions", "plan_executions", "lifetime_events"})
    void withoutATenantNothingIsSeen(String table) {
        PgConnection connection = database.connect();
        result(connection.query("SET ROLE ticktock_reader").execute());
        assertEquals(0, count(connection, table));
        result(connection.query("BEGIN; SET LOCAL ticktock.tenant_id = 'a'").execute());
        assertEquals(1, count(connection, table));
        result(connection.query("COMMIT").execute());
        assertEquals(0, count(connection, table), "the setting must not outlive its transaction");
        result(connection.close());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"policy_sets", "timers", "signals", "shards", "shard_owners", "blob_references", "migrations"})
    void aTenantSeesNothingOfTheMachinery(String table) {
        assertRefused("ticktock_reader", "SELECT count(*) FROM " + table);
    }

    @Test
    void aTenantWritesNothing() {
        assertRefused("ticktock_reader", "INSERT INTO lifetime_events VALUES ('a', gen_random_uuid(), 9, 1, '')");
        assertRefused("ticktock_reader", "UPDATE lifetimes SET status = 1");
        assertRefused("ticktock_reader", "DELETE FROM task_executions");
    }

    @Test
    void neitherRoleLogsInOrBypassesThePolicies() {
        assertEquals(2, database.count("""
                        SELECT count(*) FROM pg_roles
                        WHERE rolname IN ('ticktock_reader', 'ticktock_writer')
                            AND NOT rolcanlogin AND NOT rolbypassrls AND NOT rolsuper
                        """));
    }

    private static String keyOf(String table) {
        return table.equals("policy_sets") ? "digest" : "tenant_id";
    }

    private static long visible(String table, String tenant) {
        PgConnection connection = database.connect();
        result(connection
                .query("BEGIN; SET LOCAL ROLE ticktock_reader; SET LOCAL ticktock.tenant_id = '" + tenant + "'")
                .execute());
        long count = count(connection, table);
        result(connection.close());
        return count;
    }

    private static long count(PgConnection connection, String table) {
        RowSet<Row> rows =
                result(connection.query("SELECT count(*) FROM " + table).execute());
        return rows.iterator().next().getLong(0);
    }

    private static void assertRefused(String role, String sql) {
        PgConnection connection = database.connect();
        Future<RowSet<Row>> tried = connection
                .query("SET ROLE " + role)
                .execute()
                .compose(set -> connection.query(sql).execute());
        assertEquals(REFUSED, ((PgException) cause(tried)).getSqlState(), sql);
        result(connection.close());
    }
}
