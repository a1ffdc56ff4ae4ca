package io.ticktock.testkit;

import io.ticktock.blob.BlobConfiguration;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.FileBlobStore;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class FileBlobStoreContractTest extends BlobStoreContract {

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path folder;

    @Override
    protected BlobStore create(InstantSource clock) {
        return new FileBlobStore(vertx, BlobConfiguration.defaults(folder), clock);
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
