package io.ticktock.testkit;

import io.ticktock.state.StateStore;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresWebhookTest extends WebhookContract {

    @RegisterExtension
    static final FreshDatabase DATABASE = new FreshDatabase();

    @Override
    protected StateStore open() {
        return DATABASE.openStore();
    }
}
