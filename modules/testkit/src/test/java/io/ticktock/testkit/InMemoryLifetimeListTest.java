package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryLifetimeListTest extends LifetimeListContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
