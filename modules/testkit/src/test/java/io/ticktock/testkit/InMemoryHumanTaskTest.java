package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryHumanTaskTest extends HumanTaskContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
