package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryAuditTest extends AuditContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
