package io.ticktock.testkit;

import static io.ticktock.testkit.Awaiting.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ticktock.blob.BlobStore;
import io.ticktock.blob.S3BlobStore;
import io.ticktock.blob.S3Configuration;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kills a process in the middle of its uploads: what it said is committed is there, and nothing else is in part. */
class S3BlobStoreKillTest {

    private static final int ROUNDS = 2;
    private static final int MOST_ROUNDS = 8;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final KilledUploads uploads = new KilledUploads();

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
            uploads.killAfter(1 + random.nextInt(12), child());
            check();
        }
        assertTrue(server.unfinishedUploads() > 0, "no kill came in the middle of an upload");
        assertTrue(uploads.committed().size() > ROUNDS, "too few uploads to say anything");
        startAfterADay();
        assertEquals(0, server.unfinishedUploads());
        assertEquals(0, server.keys(prefix() + "uploads/").size());
        check();
    }

    private Process child() throws IOException {
        return ChildProcess.start(Uploader.class, server.endpoint().toString(), Long.toString(random.nextLong()));
    }

    private void check() throws Exception {
        Set<String> stored = new LinkedHashSet<>();
        for (String key : server.keys(prefix() + "blobs/")) {
            String hash = key.substring(key.length() - 64);
            byte[] actual = MessageDigest.getInstance("SHA-256").digest(server.content(key));
            assertEquals(hash, HexFormat.of().formatHex(actual), "seed " + seed);
            stored.add("blob:acme/" + hash);
        }
        assertTrue(stored.containsAll(uploads.committed()), () -> "a committed blob is missing, seed " + seed);
    }

    /** Later by more than what counts as abandoned. */
    private void startAfterADay() {
        Vertx vertx = Vertx.vertx();
        InstantSource clock = InstantSource.offset(InstantSource.system(), Duration.ofHours(25));
        BlobStore store = new S3BlobStore(vertx, server.configuration(), clock);
        result(store.start());
        result(store.close());
        result(vertx.close());
    }

    private String prefix() {
        return server.configuration().prefix();
    }

    /** What runs in the child. */
    static final class Uploader {

        private Uploader() {}

        public static void main(String[] arguments) {
            System.setProperty("aws.accessKeyId", S3Server.ACCESS_KEY);
            System.setProperty("aws.secretAccessKey", S3Server.SECRET_KEY);
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
            S3Configuration configuration = S3Server.configuration(URI.create(arguments[0]));
            BlobStore store = new S3BlobStore(Vertx.vertx(), configuration, InstantSource.system());
            EndlessUploads.start(store, Long.parseLong(arguments[1]), 31, 1 << 20);
        }
    }
}
