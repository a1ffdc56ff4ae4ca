package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryLifetimeViewTest extends LifetimeViewContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
