package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryDecisionTest extends DecisionContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
