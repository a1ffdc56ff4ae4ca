package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryHistoryTest extends HistoryContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
