package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryForkTest extends ForkContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
