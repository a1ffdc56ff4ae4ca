package io.ticktock.testkit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.ticktock.state.DatabaseAddress;
import io.ticktock.state.PostgresStateStore;
import io.ticktock.state.StateConfiguration;
import io.ticktock.state.StateStore;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An empty database for the tests of a class. */
final class FreshDatabase implements BeforeAllCallback, AfterAllCallback {

    private Vertx vertx;
    private DatabaseAddress address;

    @Override
    public void beforeAll(ExtensionContext context) {
        vertx = Vertx.vertx();
        address = PostgresServer.freshDatabase(vertx);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        Awaiting.result(vertx.close());
    }

    StateStore openStore() {
        return Awaiting.result(
                PostgresStateStore.open(vertx, StateConfiguration.of(address), new SimpleMeterRegistry()));
    }
}
