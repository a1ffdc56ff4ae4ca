package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryWaitingWorkTest extends WaitingWorkContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
