package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryGraphTest extends GraphContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
