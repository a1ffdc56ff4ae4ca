package io.ticktock.testkit;

import io.ticktock.state.StateStore;

class InMemoryBlobUseTest extends BlobUseContract {

    @Override
    protected StateStore open() {
        return new InMemoryStateStore();
    }
}
