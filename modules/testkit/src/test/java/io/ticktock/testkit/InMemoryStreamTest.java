package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryStreamTest extends StreamContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
