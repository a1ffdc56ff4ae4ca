package io.ticktock.state;

import static io.ticktock.state.TestDatabase.result;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionPoolTest {

    /** More than any pool has connections. */
    private static final int TIMES = 100;

    private TestDatabase database;
    private Database connections;

    @BeforeEach
    void open() {
        database = new TestDatabase();
        result(database.openStore().close());
        StateMeters meters = new StateMeters(new SimpleMeterRegistry());
        connections = new Database(database.vertx(), StateConfiguration.of(database.address()), meters);
    }

    @AfterEach
    void close() {
        result(connections.close());
        database.close();
    }

    @Test
    void whatIsThrownGivesItsConnectionBack() {
        for (int i = 0; i < TIMES; i++) {
            assertRefused(connections.onConnection(ConnectionPoolTest::refuse));
            assertRefused(connections.inTransaction(ConnectionPoolTest::refuse));
            assertRefused(connections.ofTenant("acme", ConnectionPoolTest::refuse));
        }
        Function<Query, Future<Integer>> one = query -> query.execute("SELECT 1", Tuple.tuple())
                .map(rows -> rows.iterator().next().getInteger(0));
        assertEquals(1, result(connections.onConnection(one)));
        assertEquals(1, result(connections.inTransaction(one)));
        assertEquals(1, result(connections.ofTenant("acme", one)));
    }

    /** Among them are connections that are being opened. */
    @Test
    void whatClosingInterruptsIsUnavailable() {
        List<Future<Void>> interrupted = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            interrupted.add(connections.onConnection(
                    query -> query.execute("SELECT pg_sleep(60)", Tuple.tuple()).mapEmpty()));
        }

        result(connections.close());

        interrupted.add(connections.onConnection(query -> Future.succeededFuture()));
        for (Future<Void> each : interrupted) {
            Failure failure = failureOf(each);
            assertEquals(FailureCode.UNAVAILABLE, failure.code());
            assertEquals("the store is closing", failure.getMessage());
        }
    }

    private static Future<Void> refuse(Query query) {
        throw new Failure(FailureCode.INVALID_ARGUMENT, "thrown");
    }

    private static void assertRefused(Future<Void> refused) {
        assertEquals(FailureCode.INVALID_ARGUMENT, failureOf(refused).code());
    }

    private static Failure failureOf(Future<Void> failing) {
        return Failure.of(result(failing.map(done -> (Throwable) null).otherwise(Function.identity())));
    }
}
