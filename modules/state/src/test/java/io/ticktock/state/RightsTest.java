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
                    INSERT INTO human_tasks VALUES ('%1$s', gen_random_uuid(), gen_random_uuid(), 1, 'n', now());
                    INSERT INTO lifetime_labels VALUES ('%1$s', 'n', 'v', gen_random_uuid());
                    INSERT INTO tenants (tenant_id) VALUES ('%1$s');
                    INSERT INTO api_keys (tenant_id, key_id, secret_digest, roles, display_name, created_by)
                    VALUES ('%1$s', 'key-%1$s', '', '{1}', '', '');
                    INSERT INTO audit_log VALUES ('%1$s', gen_random_uuid(), now(), '');
                    INSERT INTO webhooks (tenant_id, webhook_id, url, event_types, graph_name, description, enabled,
                        created_by, secret, old_secret, position)
                    VALUES ('%1$s', gen_random_uuid(), '', '{}', '', '', true, '', '', '', '');
                    INSERT INTO webhook_deliveries (tenant_id, webhook_id, event_id, event_type, state, attempts,
                        last_status, last_error, created_at, body)
                    VALUES ('%1$s', gen_random_uuid(), '', '', 2, 1, 200, '', now(), '');
                    """.formatted(tenant));
        }
        database.execute("INSERT INTO audit_log VALUES ('', gen_random_uuid(), now(), '')");
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void waitingWorkIsTheDataPlanesOwn() {
        for (String column : new String[] {"tenant_id", "exec_id", "lifetime_id", "task_type"}) {
            assertRefused("ticktock_writer", "UPDATE waiting_work SET " + column + " = " + column);
        }
        assertRefused("ticktock_reader", "SELECT * FROM waiting_work");
    }

    @Test
    void suspectsAreTheDataPlanesOwn() {
        assertRefused("ticktock_reader", "SELECT * FROM suspects");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent_graphs",
                "policy_sets",
                "task_executions",
                "plan_executions",
                "lifetime_events",
                "blob_references",
                "tenants",
                "audit_log"
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

    @Test
    void aKeyCanBeRevokedAndNothingElse() {
        database.execute("""
                INSERT INTO api_keys (tenant_id, key_id, secret_digest, roles, display_name, created_by)
                VALUES ('r', 'revoked', '', '{1}', '', '');
                SET ROLE ticktock_writer;
                UPDATE api_keys SET revoked_at = now(), revoked_by = 'first' WHERE key_id = 'revoked';
                UPDATE api_keys SET revoked_at = NULL, revoked_by = 'second' WHERE key_id = 'revoked'
                """);
        assertEquals(1, database.count("SELECT count(*) FROM api_keys WHERE revoked_by = 'first'"));
        assertRefused("ticktock_writer", "UPDATE api_keys SET revoked_by = 'second'");
        for (String column : new String[] {"tenant_id", "key_id", "secret_digest", "roles", "created_at"}) {
            assertRefused("ticktock_writer", "UPDATE api_keys SET " + column + " = " + column);
        }
        assertRefused("ticktock_writer", "DELETE FROM api_keys");
        assertRefused("ticktock_writer", "TRUNCATE api_keys");
        assertRefused("ticktock_reader", "SELECT secret_digest FROM api_keys");
        assertRefused("ticktock_reader", "SELECT * FROM api_keys");
    }

    @Test
    void theOrderOfEventsIsNeverChanged() {
        assertRefused("ticktock_writer", "UPDATE lifetime_events SET batch = batch");
        assertRefused("ticktock_writer", "UPDATE event_order SET base = base");
        assertRefused("ticktock_writer", "DELETE FROM event_order");
        assertRefused("ticktock_reader", "UPDATE event_order SET base = base");
        assertRefused("ticktock_reader", "SELECT position_key FROM event_order");
    }

    @Test
    void whatSignsForAWebhookIsTheDataPlanesOwn() {
        for (String column : new String[] {"tenant_id", "webhook_id", "created_at", "created_by"}) {
            assertRefused("ticktock_writer", "UPDATE webhooks SET " + column + " = " + column);
        }
        for (String column : new String[] {"tenant_id", "webhook_id", "event_id", "event_type", "body"}) {
            assertRefused("ticktock_writer", "UPDATE webhook_deliveries SET " + column + " = " + column);
        }
        for (String column : new String[] {"*", "secret", "old_secret", "position"}) {
            assertRefused("ticktock_reader", "SELECT " + column + " FROM webhooks");
        }
        assertRefused("ticktock_reader", "UPDATE webhooks SET url = ''");
        assertRefused("ticktock_reader", "DELETE FROM webhook_deliveries");
    }

    @Test
    void aHumanTaskStaysWhoseItIs() {
        for (String column : new String[] {"tenant_id", "exec_id", "lifetime_id", "node_id"}) {
            assertRefused("ticktock_writer", "UPDATE human_tasks SET " + column + " = " + column);
        }
        assertRefused("ticktock_writer", "DELETE FROM human_tasks");
        assertRefused("ticktock_reader", "UPDATE human_tasks SET closed_at = now()");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent_graphs",
                "lifetimes",
                "task_executions",
                "plan_executions",
                "lifetime_events",
                "human_tasks",
                "lifetime_labels",
                "tenants",
                "api_keys",
                "audit_log",
                "webhooks",
                "webhook_deliveries"
            })
    void aTenantSeesItsRowsOnly(String table) {
        assertEquals(2, database.count("SELECT count(*) FROM " + table + " WHERE tenant_id IN ('a', 'b')"));
        assertEquals(1, visible(table, "a"));
        assertEquals(1, visible(table, "b"));
        assertEquals(0, visible(table, "c"));
        assertEquals(0, visible(table, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent_graphs",
                "lifetimes",
                "task_executions",
                "plan_executions",
                "lifetime_events",
                "human_tasks",
                "lifetime_labels",
                "tenants",
                "api_keys",
                "audit_log",
                "webhooks",
                "webhook_deliveries"
            })
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
        assertRefused("ticktock_reader", "INSERT INTO tenants (tenant_id) VALUES ('c')");
        assertRefused("ticktock_reader", "UPDATE api_keys SET revoked_at = now()");
        assertRefused("ticktock_reader", "INSERT INTO audit_log VALUES ('a', gen_random_uuid(), now(), '')");
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
