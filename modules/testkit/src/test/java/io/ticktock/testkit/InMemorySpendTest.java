package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemorySpendTest extends SpendContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
