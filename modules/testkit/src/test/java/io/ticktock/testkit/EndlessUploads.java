package io.ticktock.testkit;

import com.google.protobuf.ByteString;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUpload;
import io.ticktock.blob.TenantName;
import io.vertx.core.Future;
import java.util.Random;

/** What runs in a process that is to be killed: uploads without end, several at a time. It says which are committed. */
final class EndlessUploads {

    static final int LINE_LENGTH = "blob:acme/".length() + 64;

    private static final TenantName ACME = TenantName.of("acme");
    private static final int AT_ONCE = 4;
    private static final int MOST_UPLOADS = 10_000;

    private final BlobStore store;
    private final Random random;
    private final int mostChunks;
    private final int mostBytes;

    private EndlessUploads(BlobStore store, long seed, int mostChunks, int mostBytes) {
        this.store = store;
        this.random = new Random(seed);
        this.mostChunks = mostChunks;
        this.mostBytes = mostBytes;
    }

    /** Into a store that is to be started, of up to so many chunks of up to so many bytes. */
    static void start(BlobStore store, long seed, int mostChunks, int mostBytes) {
        store.start()
                .onSuccess(started -> uploadAtOnce(store, seed, mostChunks, mostBytes))
                .onFailure(EndlessUploads::end);
    }

    private static void uploadAtOnce(BlobStore store, long seed, int mostChunks, int mostBytes) {
        for (int i = 0; i < AT_ONCE; i++) {
            new EndlessUploads(store, seed + i, mostChunks, mostBytes)
                    .upload(MOST_UPLOADS)
                    .onFailure(EndlessUploads::end);
        }
    }

    /** Who waits for commits is not left to wait for what cannot come. */
    private static void end(Throwable cause) {
        cause.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    private Future<Void> upload(int left) {
        if (left == 0) {
            return Future.succeededFuture();
        }
        return store.upload(ACME)
                .compose(
                        upload -> append(upload, random.nextInt(mostChunks + 1)).compose(done -> upload.commit()))
                .onSuccess(System.out::println)
                // An upload may fail, as one does to which a busy server did not answer in time.
                .onFailure(System.err::println)
                .transform(ended -> upload(left - 1));
    }

    private Future<Void> append(BlobUpload upload, int chunks) {
        if (chunks == 0) {
            return Future.succeededFuture();
        }
        byte[] chunk = new byte[1 + random.nextInt(mostBytes)];
        random.nextBytes(chunk);
        return upload.append(ByteString.copyFrom(chunk)).compose(done -> append(upload, chunks - 1));
    }
}
