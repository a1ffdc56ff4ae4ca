package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryStateStoreTest extends StateStoreContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
