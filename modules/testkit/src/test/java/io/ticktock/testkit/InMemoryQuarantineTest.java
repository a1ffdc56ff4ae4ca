package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryQuarantineTest extends QuarantineContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
