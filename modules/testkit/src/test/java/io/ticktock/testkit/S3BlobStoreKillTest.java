package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUpload;
import io.ticktock.blob.BlobUri;
import io.ticktock.blob.S3BlobStore;
import io.ticktock.blob.S3Configuration;
import io.ticktock.blob.TenantName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kills a process in the middle of its uploads: what it said is committed is there, and nothing else is in part. */
class S3BlobStoreKillTest {

    private static final int ROUNDS = 2;
    private static final int MOST_ROUNDS = 8;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final Set<String> committed = new LinkedHashSet<>();

    private S3Server server;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start(InstantSource.system());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aKillShowsNoPartOfABlob() throws Exception {
        System.out.println("seed " + seed);
        for (int round = 0; round < ROUNDS || (server.unfinishedUploads() == 0 && round < MOST_ROUNDS); round++) {
            killAfter(1 + random.nextInt(12));
            check();
        }
        assertTrue(server.unfinishedUploads() > 0, "no kill came in the middle of an upload");
        assertTrue(committed.size() > ROUNDS, "too few uploads to say anything");
        startAfterADay();
        assertEquals(0, server.unfinishedUploads());
        assertEquals(0, server.keys(prefix() + "uploads/").size());
        check();
    }

    private void killAfter(int commits) throws Exception {
        Process child = child();
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

    private Process child() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Daws.accessKeyId=" + S3Server.ACCESS_KEY,
                        "-Daws.secretAccessKey=" + S3Server.SECRET_KEY,
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Uploader.class.getName(),
                        server.endpoint().toString(),
                        Long.toString(random.nextLong()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private void check() throws Exception {
        Set<String> stored = new LinkedHashSet<>();
        for (String key : server.keys(prefix() + "blobs/")) {
            String hash = key.substring(key.length() - 64);
            byte[] actual = MessageDigest.getInstance("SHA-256").digest(server.content(key));
            assertEquals(hash, HexFormat.of().formatHex(actual), "seed " + seed);
            stored.add("blob:acme/" + hash);
        }
        assertTrue(stored.containsAll(committed), () -> "a committed blob is missing, seed " + seed);
    }

    /** Later by more than what counts as abandoned. */
    private void startAfterADay() throws Exception {
        Vertx vertx = Vertx.vertx();
        Clock clock = Clock.offset(Clock.systemUTC(), Duration.ofHours(25));
        BlobStore store = new S3BlobStore(vertx, server.configuration(), clock);
        await(store.start());
        await(store.close());
        await(vertx.close());
    }

    private String prefix() {
        return server.configuration().prefix();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
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
            S3Configuration configuration = S3Server.configuration(URI.create(arguments[0]));
            BlobStore store = new S3BlobStore(Vertx.vertx(), configuration, Clock.systemUTC());
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
                    .compose(upload -> append(upload, random.nextInt(32)).compose(done -> upload.commit()))
                    .onSuccess((BlobUri uri) -> System.out.println(uri))
                    .compose(done -> upload(left - 1));
        }

        private Future<Void> append(BlobUpload upload, int chunks) {
            if (chunks == 0) {
                return Future.succeededFuture();
            }
            byte[] chunk = new byte[1 + random.nextInt(1 << 20)];
            random.nextBytes(chunk);
            return upload.append(ByteString.copyFrom(chunk)).compose(done -> append(upload, chunks - 1));
        }
    }
}
