package io.ticktock.testkit;

import io.ticktock.blob.BlobStore;
import io.ticktock.blob.S3BlobStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

class S3BlobStoreContractTest extends BlobStoreContract {

    private final Vertx vertx = Vertx.vertx();

    private S3Server server;
    private BlobStore store;

    @Override
    protected BlobStore create(InstantSource clock) throws Exception {
        server = S3Server.start(clock);
        store = new S3BlobStore(vertx, server.configuration(), clock);
        return store;
    }

    @AfterEach
    void close() throws Exception {
        await(store.close());
        await(vertx.close());
        server.close();
    }

    private static void await(Future<Void> future) throws Exception {
        future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
