package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryGraphVersionTest extends GraphVersionContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
