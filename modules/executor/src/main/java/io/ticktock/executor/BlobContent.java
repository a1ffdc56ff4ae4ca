package io.ticktock.executor;

import com.google.protobuf.ByteString;
import io.ticktock.sdk.HandlerFailure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** A blob, or a part of one, that may be read into memory: once, however many attempts ask for it. */
final class BlobContent {

    private final long sizeBytes;
    private final Supplier<Future<ByteString>> read;
    private final AtomicReference<CompletableFuture<Void>> reading = new AtomicReference<>();
    private volatile ByteString bytes;

    BlobContent(long sizeBytes, Supplier<Future<ByteString>> read) {
        this.sizeBytes = sizeBytes;
        this.read = read;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    boolean isRead() {
        return bytes != null;
    }

    static Future<Void> readAll(Collection<BlobContent> contents) {
        List<Future<Void>> reads = new ArrayList<>(contents.size());
        contents.forEach(content -> reads.add(content.read()));
        return Future.all(reads).mapEmpty();
    }

    /** Reads it, unless it has been. Who asks while it is being read shares that reading. */
    Future<Void> read() {
        if (isRead()) {
            return Future.succeededFuture();
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> shared = reading.updateAndGet(current -> current == null ? mine : current);
        if (shared == mine) {
            read.get().onComplete(ended -> finish(mine, ended.result(), ended.cause()));
        }
        Context context = Vertx.currentContext();
        return context == null ? Future.fromCompletionStage(shared) : Future.fromCompletionStage(shared, context);
    }

    private void finish(CompletableFuture<Void> mine, ByteString found, Throwable cause) {
        bytes = found;
        reading.set(null);
        if (cause == null) {
            mine.complete(null);
        } else {
            mine.completeExceptionally(cause);
        }
    }

    /** Throws {@link HandlerFailure} when it was left unread. */
    ByteString bytes() {
        ByteString found = bytes;
        if (found == null) {
            throw new HandlerFailure(
                    "input_too_large",
                    "a value of " + sizeBytes + " bytes, or all inputs of the attempt together, are more than is taken"
                            + " into memory; pass it on unread, or read it as a stream",
                    false);
        }
        return found;
    }
}
