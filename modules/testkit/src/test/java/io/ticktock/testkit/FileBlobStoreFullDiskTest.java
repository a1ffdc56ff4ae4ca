package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.failure;
import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.blob.BlobConfiguration;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUpload;
import io.ticktock.blob.BlobUri;
import io.ticktock.blob.FileBlobStore;
import io.ticktock.blob.TenantName;
import io.ticktock.bus.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
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

        public static void main(String[] arguments) throws IOException {
            Vertx vertx = Vertx.vertx();
            try {
                run(vertx, Path.of(arguments[0]));
                System.out.println("all checked");
            } finally {
                result(vertx.close());
            }
        }

        private static void run(Vertx vertx, Path folder) throws IOException {
            BlobStore store = new FileBlobStore(vertx, BlobConfiguration.defaults(folder), InstantSource.system());
            result(store.start());

            BlobUpload abandoned = result(store.upload(ACME));
            ByteString written = fill(abandoned);
            result(abandoned.abandon());
            assertEquals(0, count(folder.resolve("uploads")));

            BlobUpload kept = result(store.upload(ACME));
            assertEquals(written, fill(kept));
            BlobUri uri = result(kept.commit());
            assertEquals(written, read(store, uri), "no part of the refused chunk is in the blob");
            assertEquals(1, count(folder.resolve("blobs")));
            assertEquals(0, count(folder.resolve("uploads")));
        }

        /** Appends until that is refused, and once more: the refusal must leave the upload as it was. */
        private static ByteString fill(BlobUpload upload) {
            ByteString written = ByteString.EMPTY;
            Future<Void> append = upload.append(CHUNK);
            while (written.size() < 10 * CHUNK.size() && settled(append).succeeded()) {
                written = written.concat(CHUNK);
                append = upload.append(CHUNK);
            }
            Failure first = failure(append);
            Failure second = failure(upload.append(CHUNK));
            assertTrue(first.code().retryable(), first.code() + ": " + first.getMessage());
            assertEquals(first.getMessage(), second.getMessage());
            return written;
        }

        private static Future<Void> settled(Future<Void> future) {
            result(future.otherwiseEmpty());
            return future;
        }

        private static ByteString read(BlobStore store, BlobUri uri) {
            return result(store.read(uri, 0, 20 * CHUNK.size())).bytes();
        }

        private static long count(Path folder) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                return files.filter(Files::isRegularFile).count();
            }
        }
    }
}
