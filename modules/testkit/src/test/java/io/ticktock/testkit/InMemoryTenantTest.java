package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryTenantTest extends TenantContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
