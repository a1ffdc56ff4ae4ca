package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryOutputTest extends OutputContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
