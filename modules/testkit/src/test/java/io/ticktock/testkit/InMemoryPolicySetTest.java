package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryPolicySetTest extends PolicySetContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
