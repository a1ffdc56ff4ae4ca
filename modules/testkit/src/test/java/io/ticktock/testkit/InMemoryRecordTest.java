package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryRecordTest extends RecordContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
