package io.ticktock.testkit;

import io.ticktock.blob.BlobStore;
import java.time.InstantSource;

class InMemoryBlobStoreTest extends BlobStoreContract {

    @Override
    protected BlobStore create(InstantSource clock) {
        return new InMemoryBlobStore(clock);
    }
}
