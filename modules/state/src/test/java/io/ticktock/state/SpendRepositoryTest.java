package io.ticktock.state;

import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.proto.v1.GetSpendRequest;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records with chosen times: ten micros each second from 12:00:00 to 12:00:59, in both tables, of tenants a and b. */
class SpendRepositoryTest {

    private static TestDatabase database;
    private static PostgresStateStore store;

    @BeforeAll
    static void fill() {
        database = new TestDatabase();
        store = database.openStore();
        for (String table : new String[] {"task_executions", "plan_executions"}) {
            database.execute("""
                    INSERT INTO %s (tenant_id, lifetime_id, exec_id, recorded_at, tokens_used, cost_micros, latency_ms,
                        iteration, attempt, status, node_id, envelope)
                    SELECT tenant, gen_random_uuid(), gen_random_uuid(),
                        '2026-03-01T12:00:00Z'::timestamptz + second * interval '1 second', 1, 10, 0, 1, 1, 1, 'n', ''
                    FROM generate_series(0, 59) AS second, unnest(ARRAY['a', 'b']) AS tenant
                    """.formatted(table));
        }
    }

    @AfterAll
    static void close() {
        result(store.close());
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-01T12:00:00Z, 2026-03-01T12:01:00Z, 120",
        "2026-03-01T12:00:00Z, 2026-03-01T12:00:59Z, 118",
        "2026-03-01T12:00:00.000001Z, 2026-03-01T12:01:00Z, 118",
        "2026-03-01T12:00:30Z, 2026-03-01T12:00:30.000001Z, 2",
        "2026-03-01T12:00:30.000001Z, 2026-03-01T12:00:31Z, 0",
        "2026-03-01T14:00:30+02:00, 2026-03-01T14:00:32+02:00, 4",
        "2026-03-01T12:00:59Z, , 2",
        "2026-03-01T12:01:00Z, , 0",
        ", 2026-03-01T12:00:00Z, 0",
        ", 2026-03-01T12:00:00.000001Z, 2",
        ", , 120",
    })
    void theSpanBeginsWithItsStartAndEndsBeforeItsEnd(OffsetDateTime since, OffsetDateTime until, long executions) {
        GetSpendRequest.Builder request = GetSpendRequest.newBuilder().setTenantId("a");
        if (since != null) {
            request.setSince(Stored.timestamp(since));
        }
        if (until != null) {
            request.setUntil(Stored.timestamp(until));
        }
        assertSpend(executions, request.build());
        assertSpend(2 * executions, request.clearTenantId().build());
    }

    private static void assertSpend(long executions, GetSpendRequest request) {
        var total = result(store.getSpend(request)).getTotal();
        assertEquals(executions, total.getExecutions());
        assertEquals(Long.toString(executions), total.getTokensUsed());
        assertEquals(Long.toString(10 * executions), total.getCostMicros());
    }

    @Test
    void aShortSpanIsReadThroughTheIndexOfTimes() {
        StringBuilder plan = new StringBuilder();
        for (Row row : database.execute("""
                SET enable_seqscan = off;
                EXPLAIN SELECT count(*) FROM task_executions WHERE recorded_at >= now() - interval '1 hour'
                """).next()) {
            plan.append(row.getString(0)).append('\n');
        }
        assertTrue(plan.toString().contains("task_executions_recorded_at"), plan.toString());
    }
}
