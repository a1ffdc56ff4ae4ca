package io.ticktock.testkit;

import io.ticktock.blob.BlobStore;
import java.time.Clock;

class InMemoryBlobStoreTest extends BlobStoreContract {

    @Override
    protected BlobStore create(Clock clock) {
        return new InMemoryBlobStore(clock);
    }
}
