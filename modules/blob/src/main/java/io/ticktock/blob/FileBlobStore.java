package io.ticktock.blob;

import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps blobs as files in a folder that one process uses at a time. A blob is received under another name, flushed, and
 * only then renamed in one step to its hash, so that neither a kill nor a loss of power shows part of one.
 */
public final class FileBlobStore implements BlobStore {

    private static final Logger LOG = LoggerFactory.getLogger(FileBlobStore.class);
    private static final int THREADS = 4;

    private final Vertx vertx;
    private final BlobFolder folder;
    private WorkerExecutor workers;

    /** A store in {@code configuration.folder()}, which {@link #start} makes when it is missing. */
    public FileBlobStore(Vertx vertx, BlobConfiguration configuration, InstantSource clock) {
        this.vertx = vertx;
        this.folder = new BlobFolder(configuration, clock);
    }

    @Override
    public Future<Void> start() {
        // Made here, it belongs to the verticle that starts the store, and outlives the verticle's stop.
        workers = vertx.createSharedWorkerExecutor("blob", THREADS);
        return run(folder::open);
    }

    @Override
    public Future<BlobUpload> upload(TenantName tenant) {
        return call(() -> new FileUpload(this, folder.upload(tenant)));
    }

    @Override
    public Future<BlobRange> read(BlobUri uri, long offset, int length) {
        return call(() -> folder.read(uri, offset, length));
    }

    @Override
    public Future<List<StoredBlob>> list(Optional<BlobUri> after, int limit) {
        return call(() -> folder.list(after, limit));
    }

    @Override
    public Future<Boolean> remove(BlobUri uri, Instant committedBefore) {
        return call(() -> folder.remove(uri, committedBefore));
    }

    @Override
    public Future<Void> close() {
        return run(folder::close).eventually(workers::close);
    }

    Future<Void> run(FileWork work) {
        return call(() -> {
            work.run();
            return null;
        });
    }

    /** Runs on a worker thread. Who calls bounds how much is under way: {@link BlobManager}. */
    <T> Future<T> call(Callable<T> work) {
        return workers.executeBlocking(work, false).recover(cause -> Future.failedFuture(failure(cause)));
    }

    private static Throwable failure(Throwable cause) {
        if (!(cause instanceof IOException)) {
            return cause;
        }
        LOG.warn("The file system under blob.folder failed", cause);
        return new Failure(FailureCode.UNAVAILABLE, "the storage for blobs failed; try again later", cause);
    }

    /** File work without a result. */
    @FunctionalInterface
    interface FileWork {
        void run() throws IOException;
    }
}
