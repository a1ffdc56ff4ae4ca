package io.ticktock.testkit;

import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.PostgresStateStore;
import io.ticktock.state.StateConfiguration;
import io.ticktock.state.StateStore;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresTenantTest extends TenantContract {

    private static Vertx vertx;
    private static DatabaseAddress address;

    @BeforeAll
    static void createDatabase() {
        vertx = Vertx.vertx();
        address = PostgresServer.freshDatabase(vertx);
    }

    @AfterAll
    static void closeVertx() {
        Awaiting.result(vertx.close());
    }

    @Override
    protected StateStore open() {
        return Awaiting.result(PostgresStateStore.open(vertx, StateConfiguration.of(address)));
    }
}
