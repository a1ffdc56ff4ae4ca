package io.ticktock.blob;

import static io.ticktock.blob.Await.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process in the middle of its uploads: what it said is committed is there, and nothing else is in part. */
class FileBlobStoreKillTest {

    private static final int ROUNDS = 4;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final Set<String> committed = new LinkedHashSet<>();

    @TempDir
    private Path folder;

    @Test
    void aKillShowsNoPartOfABlob() throws Exception {
        System.out.println("seed " + seed);
        int unfinished = 0;
        for (int round = 0; round < ROUNDS; round++) {
            killAfter(1 + random.nextInt(60));
            unfinished += files("uploads").size();
            check();
        }
        assertTrue(unfinished > 0, "no kill came in the middle of an upload");
        assertTrue(committed.size() > ROUNDS, "too few uploads to say anything");
        checkAfterStart();
    }

    private void killAfter(int commits) throws Exception {
        Process child = ChildProcess.start(Uploader.class, folder.toString(), Long.toString(random.nextLong()));
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            for (int i = 0; i < commits; i++) {
                committed.add(output.readLine());
            }
            // Unlike Process, its handle leaves the output open: what the child said before it died still counts.
            child.toHandle().destroyForcibly();
            output.lines().filter(line -> line.length() == Uploader.LINE_LENGTH).forEach(committed::add);
        }
        assertTrue(child.waitFor(10, TimeUnit.SECONDS));
    }

    private void check() throws IOException {
        for (Path file : files("blobs")) {
            byte[] hash = Sha256.start().digest(Files.readAllBytes(file));
            assertEquals(file.getFileName().toString(), HexFormat.of().formatHex(hash), "seed " + seed);
        }
        for (String uri : committed) {
            String hash = BlobUri.parse(uri).sha256();
            Path file = folder.resolve("blobs/acme/" + hash.substring(0, 2) + "/" + hash);
            assertTrue(Files.exists(file), () -> "a committed blob is missing, seed " + seed);
        }
    }

    private void checkAfterStart() throws Exception {
        Vertx vertx = Vertx.vertx();
        BlobStore store = new FileBlobStore(vertx, BlobConfiguration.defaults(folder), Clock.systemUTC());
        await(store.start());
        assertEquals(List.of(), files("uploads"));
        for (String uri : committed) {
            await(store.read(BlobUri.parse(uri), 0, 1 << 20));
        }
        await(vertx.close());
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> found = Files.walk(folder.resolve(part))) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    /** What runs in the child: uploads without end, several at a time, and says which are committed. */
    static final class Uploader {

        static final int LINE_LENGTH = "blob:acme/".length() + 64;

        private static final TenantName ACME = TenantName.of("acme");
        private static final int AT_ONCE = 4;
        private static final int MOST_COMMITS = 10_000;

        private final BlobStore store;
        private final Random random;

        private Uploader(BlobStore store, long seed) {
            this.store = store;
            this.random = new Random(seed);
        }

        public static void main(String[] arguments) throws Exception {
            BlobConfiguration configuration = BlobConfiguration.defaults(Path.of(arguments[0]));
            BlobStore store = new FileBlobStore(Vertx.vertx(), configuration, Clock.systemUTC());
            await(store.start());
            for (int i = 0; i < AT_ONCE; i++) {
                Uploader uploader = new Uploader(store, Long.parseLong(arguments[1]) + i);
                uploader.upload(MOST_COMMITS).onFailure(Throwable::printStackTrace);
            }
        }

        private Future<Void> upload(int left) {
            if (left == 0) {
                return Future.succeededFuture();
            }
            return store.upload(ACME)
                    .compose(upload -> append(upload, random.nextInt(5)).compose(ignored -> upload.commit()))
                    .onSuccess(System.out::println)
                    .compose(ignored -> upload(left - 1));
        }

        private Future<Void> append(BlobUpload upload, int chunks) {
            if (chunks == 0) {
                return Future.succeededFuture();
            }
            byte[] chunk = new byte[random.nextInt(100_000)];
            random.nextBytes(chunk);
            return upload.append(ByteString.copyFrom(chunk)).compose(ignored -> append(upload, chunks - 1));
        }
    }
}
