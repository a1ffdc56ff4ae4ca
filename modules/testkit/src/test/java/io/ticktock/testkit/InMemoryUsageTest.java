package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryUsageTest extends UsageContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
