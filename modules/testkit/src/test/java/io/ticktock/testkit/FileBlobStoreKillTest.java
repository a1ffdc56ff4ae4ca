package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.blob.BlobConfiguration;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUri;
import io.ticktock.blob.FileBlobStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process in the middle of its uploads: what it said is committed is there, and nothing else is in part. */
class FileBlobStoreKillTest {

    private static final int ROUNDS = 4;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final KilledUploads uploads = new KilledUploads();

    @TempDir
    private Path folder;

    @Test
    void aKillShowsNoPartOfABlob() throws Exception {
        System.out.println("seed " + seed);
        int unfinished = 0;
        for (int round = 0; round < ROUNDS; round++) {
            uploads.killAfter(1 + random.nextInt(60), child());
            unfinished += files("uploads").size();
            check();
        }
        assertTrue(unfinished > 0, "no kill came in the middle of an upload");
        assertTrue(uploads.committed().size() > ROUNDS, "too few uploads to say anything");
        checkAfterStart();
    }

    private Process child() throws IOException {
        return ChildProcess.start(Uploader.class, folder.toString(), Long.toString(random.nextLong()));
    }

    private void check() throws Exception {
        for (Path file : files("blobs")) {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            assertEquals(file.getFileName().toString(), HexFormat.of().formatHex(hash), "seed " + seed);
        }
        for (String uri : uploads.committed()) {
            String hash = BlobUri.parse(uri).sha256();
            Path file = folder.resolve("blobs/acme/" + hash.substring(0, 2) + "/" + hash);
            assertTrue(Files.exists(file), () -> "a committed blob is missing, seed " + seed);
        }
    }

    private void checkAfterStart() throws IOException {
        Vertx vertx = Vertx.vertx();
        BlobStore store = new FileBlobStore(vertx, BlobConfiguration.defaults(folder), InstantSource.system());
        result(store.start());
        assertEquals(List.of(), files("uploads"));
        for (String uri : uploads.committed()) {
            result(store.read(BlobUri.parse(uri), 0, 1 << 20));
        }
        result(vertx.close());
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> found = Files.walk(folder.resolve(part))) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    /** What runs in the child. */
    static final class Uploader {

        private Uploader() {}

        public static void main(String[] arguments) {
            BlobConfiguration configuration = BlobConfiguration.defaults(Path.of(arguments[0]));
            BlobStore store = new FileBlobStore(Vertx.vertx(), configuration, InstantSource.system());
            EndlessUploads.start(store, Long.parseLong(arguments[1]), 4, 100_000);
        }
    }
}
