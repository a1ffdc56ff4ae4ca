package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryOwnershipTest extends OwnershipContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
