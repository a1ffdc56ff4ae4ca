package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryStartTest extends StartContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
