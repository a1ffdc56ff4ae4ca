package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemorySignalAndTimerTest extends SignalAndTimerContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
