package io.ticktock.blob;

import static io.ticktock.blob.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write that the operating system refuses half-way, in a process whose files cannot grow beyond a limit. */
class FileBlobStoreFullDiskTest {

    private static final int LIMIT_BLOCKS = 2048;

    @TempDir
    private Path folder;

    @Test
    void aRefusedWriteIsRetryableAndLeavesNothingHalfDone() throws Exception {
        Process child = ChildProcess.startWithFileLimit(LIMIT_BLOCKS, Uploader.class, folder.toString());
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertTrue(child.waitFor(20, TimeUnit.SECONDS), "the child did not end");
        assertEquals(0, child.exitValue(), output);
        assertTrue(output.contains("all checked"), output);
    }

    /** What runs in the child. */
    static final class Uploader {

        private static final TenantName ACME = TenantName.of("acme");
        /** Does not divide the limit, so that one chunk is cut in two by it. */
        private static final ByteString CHUNK = ByteString.copyFrom(new byte[300_000]);

        private Uploader() {}

        public static void main(String[] arguments) throws Exception {
            Vertx vertx = Vertx.vertx();
            try {
                run(vertx, Path.of(arguments[0]));
                System.out.println("all checked");
            } finally {
                await(vertx.close());
            }
        }

        private static void run(Vertx vertx, Path folder) throws Exception {
            BlobStore store = new FileBlobStore(vertx, BlobConfiguration.defaults(folder), Clock.systemUTC());
            await(store.start());

            BlobUpload abandoned = await(store.upload(ACME));
            ByteString written = fill(abandoned);
            await(abandoned.abandon());
            assertEquals(0, count(folder.resolve("uploads")));

            BlobUpload kept = await(store.upload(ACME));
            assertEquals(written, fill(kept));
            BlobUri uri = await(kept.commit());
            assertEquals(written, read(store, uri), "no part of the refused chunk is in the blob");
            assertEquals(1, count(folder.resolve("blobs")));
            assertEquals(0, count(folder.resolve("uploads")));
        }

        /** Appends until that is refused, and once more: the refusal must leave the upload as it was. */
        private static ByteString fill(BlobUpload upload) throws Exception {
            ByteString written = ByteString.EMPTY;
            Future<Void> append = upload.append(CHUNK);
            while (written.size() < 10 * CHUNK.size() && settled(append).succeeded()) {
                written = written.concat(CHUNK);
                append = upload.append(CHUNK);
            }
            Failure first = Await.failure(append);
            Failure second = Await.failure(upload.append(CHUNK));
            assertTrue(first.code().retryable(), first.code() + ": " + first.getMessage());
            assertEquals(first.getMessage(), second.getMessage());
            return written;
        }

        private static Future<Void> settled(Future<Void> future) throws Exception {
            await(future.otherwiseEmpty());
            return future;
        }

        private static ByteString read(BlobStore store, BlobUri uri) throws Exception {
            return await(store.read(uri, 0, 20 * CHUNK.size())).bytes();
        }

        private static long count(Path folder) throws Exception {
            try (Stream<Path> files = Files.walk(folder)) {
                return files.filter(Files::isRegularFile).count();
            }
        }
    }
}
