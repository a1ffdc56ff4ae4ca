package io.ticktock.testkit;

import io.ticktock.state.StateStore;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresQuarantineTest extends QuarantineContract {

    @RegisterExtension
    static final FreshDatabase DATABASE = new FreshDatabase();

    @Override
    protected StateStore open() {
        return DATABASE.openStore();
    }
}
