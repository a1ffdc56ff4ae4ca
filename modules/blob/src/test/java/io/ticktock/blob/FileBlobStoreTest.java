package io.ticktock.blob;

import static io.ticktock.blob.Await.await;
import static io.ticktock.blob.Await.failure;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only files can get wrong; what every store has to do is in the contract of the testkit. */
class FileBlobStoreTest {

    private static final TenantName ACME = TenantName.of("acme");
    private static final ByteString CONTENT = ByteString.copyFromUtf8("some content");

    private final Vertx vertx = Vertx.vertx();
    private final SetClock clock = new SetClock();

    @TempDir
    private Path folder;

    private FileBlobStore store;

    @BeforeEach
    void start() throws Exception {
        store = open();
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
    }

    @Test
    void whatIsBeingReceivedIsNowhereAmongTheBlobs() throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        await(upload.append(CONTENT));

        assertEquals(List.of(), files("blobs"));
        BlobUri uri = await(upload.commit());
        assertEquals(
                List.of(folder.resolve("blobs/acme/" + uri.sha256().substring(0, 2) + "/" + uri.sha256())),
                files("blobs"));
        assertEquals(List.of(), files("uploads"));
    }

    @Test
    void startRemovesWhatUnfinishedUploadsLeft() throws Exception {
        await(await(store.upload(ACME)).append(CONTENT));
        assertEquals(1, files("uploads").size());
        await(store.close());

        open();

        assertEquals(List.of(), files("uploads"));
    }

    @Test
    void aFolderInUseIsRefused() {
        FileBlobStore second = new FileBlobStore(vertx, BlobConfiguration.defaults(folder), clock);

        Failure failure = failure(second.start());

        assertEquals(FailureCode.FAILED_PRECONDITION, failure.code());
        assertEquals("blob.folder is in use by another process", failure.getMessage());
    }

    @Test
    void aDamagedBlobIsNotReadAsIfItWereWhole() throws Exception {
        BlobUri uri = commit(CONTENT);
        Path file = files("blobs").get(0);
        byte[] bytes = Files.readAllBytes(file);
        bytes[3] ^= 1;
        Files.write(file, bytes);

        assertEquals(FailureCode.INTERNAL, failure(store.read(uri, 0, 100)).code());
    }

    @Test
    void committingTheContentAgainMendsADamagedBlob() throws Exception {
        BlobUri uri = commit(CONTENT);
        Files.write(files("blobs").get(0), new byte[] {1});

        assertEquals(uri, commit(CONTENT));

        assertEquals(CONTENT, await(store.read(uri, 0, 100)).bytes());
    }

    @Test
    void manyUploadsOfTheSameContentLeaveOneFile() throws Exception {
        ByteString content = ByteString.copyFrom(new byte[100_000]);
        List<Future<BlobUri>> commits = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            commits.add(
                    store.upload(ACME).compose(upload -> upload.append(content).compose(ignored -> upload.commit())));
        }

        await(Future.join(commits));

        assertEquals(1, commits.stream().map(Future::result).distinct().count());
        assertEquals(1, files("blobs").size());
        assertArrayEquals(
                content.toByteArray(), Files.readAllBytes(files("blobs").get(0)));
        assertEquals(List.of(), files("uploads"));
    }

    /** Without the lock between the two, an old blob's removal now and then takes the new one with it. */
    @Test
    void aCommitThatCrossesARemovalOfTheSameContentStays() throws Exception {
        for (int round = 0; round < 100; round++) {
            BlobUri uri = commit(CONTENT);
            clock.advance(Duration.ofHours(1));
            Instant committedBefore = clock.instant();
            BlobUpload upload = await(store.upload(ACME));
            await(upload.append(CONTENT));

            Future<BlobUri> commit = upload.commit();
            Future<Boolean> removal = store.remove(uri, committedBefore);
            await(Future.join(commit, removal));

            assertEquals(CONTENT, await(store.read(uri, 0, 100)).bytes(), "round " + round);
        }
    }

    @Test
    void uploadsAreRefusedWhenTheyWouldUseTheReserveOfTheDisk() throws Exception {
        await(store.close());
        BlobConfiguration usual = BlobConfiguration.defaults(folder);
        BlobConfiguration frugal = new BlobConfiguration(
                folder,
                usual.maxBlobBytes(),
                Long.MAX_VALUE,
                usual.maxUploads(),
                usual.uploadIdle(),
                usual.maxReads(),
                usual.garbageGrace(),
                usual.garbageInterval());
        FileBlobStore full = new FileBlobStore(vertx, frugal, clock);
        await(full.start());

        Failure failure = failure(full.upload(ACME));

        assertEquals(FailureCode.OVERLOADED, failure.code());
        assertTrue(failure.getMessage().startsWith("no space is left"), failure.getMessage());
        assertEquals(List.of(), files("uploads"));
    }

    @Test
    void aFailureNamesNoPath() throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        await(upload.append(CONTENT));
        Files.delete(files("uploads").get(0));

        Failure failure = failure(upload.commit());

        assertEquals(FailureCode.UNAVAILABLE, failure.code());
        assertFalse(failure.getMessage().contains(folder.toString()), failure.getMessage());
        assertEquals(List.of(), files("blobs"));
    }

    @Test
    void strangeFilesAreNotListed() throws Exception {
        BlobUri uri = commit(CONTENT);
        Path shard = files("blobs").get(0).getParent();
        Files.write(shard.resolve("notes.txt"), new byte[] {1});
        Files.createDirectories(folder.resolve("blobs/Not A Tenant"));

        List<StoredBlob> listed = await(store.list(java.util.Optional.empty(), 10));

        assertEquals(List.of(new StoredBlob(uri, clock.instant())), listed);
    }

    private FileBlobStore open() throws Exception {
        FileBlobStore opened = new FileBlobStore(vertx, BlobConfiguration.defaults(folder), clock);
        await(opened.start());
        return opened;
    }

    private BlobUri commit(ByteString content) throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        await(upload.append(content));
        return await(upload.commit());
    }

    private List<Path> files(String part) throws IOException {
        try (Stream<Path> found = Files.walk(folder.resolve(part))) {
            return found.filter(Files::isRegularFile).toList();
        }
    }
}
