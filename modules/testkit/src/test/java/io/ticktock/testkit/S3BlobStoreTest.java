package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUpload;
import io.ticktock.blob.BlobUri;
import io.ticktock.blob.S3BlobStore;
import io.ticktock.blob.S3Configuration;
import io.ticktock.blob.StoredBlob;
import io.ticktock.blob.TenantName;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only a bucket can get wrong; what every store has to do is in the contract. */
class S3BlobStoreTest {

    private static final TenantName ACME = TenantName.of("acme");
    private static final ByteString SMALL = ByteString.copyFromUtf8("some content");
    private static final int CHUNK = 1 << 20;
    private static final InstantSource CLOCK = InstantSource.system();

    private final Vertx vertx = Vertx.vertx();
    private final List<BlobStore> stores = new ArrayList<>();

    private S3Server server;
    private BlobStore store;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.start(InstantSource.system());
        store = open(server.configuration(), CLOCK);
    }

    @AfterEach
    void close() throws Exception {
        for (BlobStore opened : stores) {
            await(opened.close());
        }
        await(vertx.close());
        server.close();
    }

    @Test
    void aLargeBlobComesInPartsAndIsNowhereBeforeItIsWhole() throws Exception {
        List<ByteString> chunks = chunks(12);
        BlobUpload upload = await(store.upload(ACME));
        for (ByteString chunk : chunks) {
            await(upload.append(chunk));
        }
        assertEquals(1, server.unfinishedUploads());
        assertEquals(List.of(), server.keys(""));

        BlobUri uri = await(upload.commit());

        assertEquals(List.of(key(uri)), server.keys(""));
        assertEquals(0, server.unfinishedUploads());
        assertArrayEquals(ByteString.copyFrom(chunks).toByteArray(), server.content(key(uri)));
        assertEquals(chunks.get(7), await(store.read(uri, 7L * CHUNK, CHUNK)).bytes());
    }

    @Test
    void anAbandonedUploadLeavesNoParts() throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        for (ByteString chunk : chunks(7)) {
            await(upload.append(chunk));
        }
        assertEquals(1, server.unfinishedUploads());

        await(upload.abandon());

        assertEquals(0, server.unfinishedUploads());
        assertEquals(List.of(), server.keys(""));
    }

    @Test
    void aPartThatFailedCanBeSentAgain() throws Exception {
        List<ByteString> chunks = chunks(8);
        BlobUpload upload = await(store.upload(ACME));
        for (ByteString chunk : chunks.subList(0, 5)) {
            await(upload.append(chunk));
        }
        server.refuseParts(server.configuration().maxAttempts());
        Failure failure = failure(upload.append(chunks.get(5)));
        assertEquals(FailureCode.UNAVAILABLE, failure.code());
        assertEquals("the storage for blobs failed; try again later", failure.getMessage());

        for (ByteString chunk : chunks.subList(5, 8)) {
            await(upload.append(chunk));
        }

        BlobUri uri = await(upload.commit());
        assertArrayEquals(ByteString.copyFrom(chunks).toByteArray(), server.content(key(uri)));
    }

    @Test
    void aRequestThatFailsIsRepeated() throws Exception {
        server.refuseParts(server.configuration().maxAttempts() - 1);

        BlobUri uri = commit(chunks(6));

        assertEquals(List.of(key(uri)), server.keys(""));
    }

    @Test
    void aDamagedBlobIsNotReadAsIfItWereWhole() throws Exception {
        BlobUri uri = commit(List.of(SMALL));
        server.put(key(uri), "some c0ntent".getBytes(StandardCharsets.UTF_8));

        assertEquals(FailureCode.INTERNAL, failure(store.read(uri, 0, 100)).code());

        commit(List.of(SMALL));
        assertEquals(SMALL, await(store.read(uri, 0, 100)).bytes());
    }

    @Test
    void onlyWhatIsOldCountsAsLeftByAKilledProcess() throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        for (ByteString chunk : chunks(6)) {
            await(upload.append(chunk));
        }
        server.put(prefix() + "uploads/whole-and-not-copied", new byte[1]);
        server.put(prefix() + "removals/acme!/x/marker", new byte[0]);
        BlobUri blob = commit(List.of(SMALL));

        open(server.configuration(), CLOCK);
        assertEquals(1, server.unfinishedUploads());
        assertEquals(3, server.keys("").size());

        open(server.configuration(), InstantSource.offset(CLOCK, Duration.ofHours(25)));
        assertEquals(0, server.unfinishedUploads());
        assertEquals(List.of(key(blob)), server.keys(""));
        assertEquals(FailureCode.UNAVAILABLE, failure(upload.commit()).code());
    }

    /** Takes as long as a marker is respected. */
    @Test
    void theMarkerOfAKilledProcessHoldsACommitUpForAWhileOnly() throws Exception {
        BlobUri uri = commit(List.of(SMALL));
        server.put(prefix() + "removals/acme!/" + uri.sha256() + "/marker", new byte[0]);

        Future<BlobUri> again =
                store.upload(ACME).compose(upload -> upload.append(SMALL).compose(done -> upload.commit()));

        assertEquals(uri, again.toCompletionStage().toCompletableFuture().get(40, TimeUnit.SECONDS));
        assertEquals(List.of(key(uri)), server.keys(""));
    }

    @Test
    void strangeObjectsAreNotListed() throws Exception {
        BlobUri uri = commit(List.of(SMALL));
        for (int i = 0; i < 5; i++) {
            server.put(prefix() + "blobs/0-notes-" + i + ".txt", new byte[1]);
        }
        server.put(prefix() + "blobs/acme!/notes.txt", new byte[1]);

        List<BlobUri> listed = await(store.list(Optional.empty(), 2)).stream()
                .map(StoredBlob::uri)
                .toList();

        assertEquals(List.of(uri), listed);
        assertEquals(List.of(), await(store.list(Optional.of(uri), 2)));
    }

    @Test
    void storesWithDifferentPrefixesDoNotSeeEachOther() throws Exception {
        S3Configuration other = configuration(server.endpoint(), "another/", Optional.empty());
        BlobUri uri = commit(List.of(SMALL));

        BlobStore neighbour = open(other, CLOCK);

        assertEquals(FailureCode.NOT_FOUND, failure(neighbour.read(uri, 0, 1)).code());
        assertEquals(List.of(), await(neighbour.list(Optional.empty(), 10)));
    }

    @Test
    void everythingIsEncryptedWithTheKeyThatIsNamed() throws Exception {
        store = open(configuration(server.endpoint(), "encrypted/", Optional.of("alias/blobs")), CLOCK);

        commit(List.of(SMALL));
        commit(chunks(6));

        // The first is what the start tries out, so that a key that cannot be used is found then.
        assertEquals(
                List.of("put alias/blobs", "put alias/blobs", "parts alias/blobs", "copy alias/blobs"),
                server.encryptions("encrypted/"));
    }

    @Test
    void aServerThatIsAwayIsUnavailable() throws Exception {
        BlobUri uri = commit(List.of(SMALL));
        server.close();

        assertEquals(FailureCode.UNAVAILABLE, failure(store.read(uri, 0, 1)).code());
        Failure atStart = failure(new S3BlobStore(vertx, server.configuration(), CLOCK).start());
        assertEquals(FailureCode.UNAVAILABLE, atStart.code());
        assertTrue(atStart.getMessage().startsWith("blob.s3.endpoint: no answer from"), atStart.getMessage());
    }

    @Test
    void credentialsThatTheServerDoesNotKnowAreRefusedAtTheStart() {
        System.setProperty("aws.secretAccessKey", "another");

        Failure failure = failure(new S3BlobStore(vertx, server.configuration(), CLOCK).start());

        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertEquals(
                "the credentials for blob.s3 are refused by bucket " + S3Server.BUCKET + " at " + server.endpoint()
                        + " (SignatureDoesNotMatch)",
                failure.getMessage());
        assertFalse(failure.getMessage().contains(S3Server.SECRET_KEY));
    }

    private BlobStore open(S3Configuration configuration, InstantSource clock) throws Exception {
        BlobStore opened = new S3BlobStore(vertx, configuration, clock);
        await(opened.start());
        stores.add(opened);
        return opened;
    }

    private S3Configuration configuration(URI endpoint, String prefix, Optional<String> kmsKeyId) {
        S3Configuration usual = server.configuration();
        return new S3Configuration(
                Optional.of(endpoint),
                usual.region(),
                usual.bucket(),
                prefix,
                usual.pathStyle(),
                kmsKeyId,
                usual.partBytes(),
                usual.maxConnections(),
                usual.requestTimeout(),
                usual.maxAttempts(),
                usual.abandonedAfter());
    }

    private String prefix() {
        return server.configuration().prefix();
    }

    private String key(BlobUri uri) {
        return prefix() + "blobs/" + uri.tenant() + "!/" + uri.sha256();
    }

    private BlobUri commit(List<ByteString> chunks) throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        for (ByteString chunk : chunks) {
            await(upload.append(chunk));
        }
        return await(upload.commit());
    }

    private static List<ByteString> chunks(int count) {
        Random random = new Random(count);
        List<ByteString> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] chunk = new byte[CHUNK];
            random.nextBytes(chunk);
            chunks.add(ByteString.copyFrom(chunk));
        }
        return chunks;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Failure failure(Future<?> future) {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> await(future));
        return Failure.of(thrown.getCause());
    }
}
