package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryBudgetTest extends BudgetContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
