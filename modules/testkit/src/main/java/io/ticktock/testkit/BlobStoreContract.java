package io.ticktock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.ticktock.blob.BlobRange;
import io.ticktock.blob.BlobStore;
import io.ticktock.blob.BlobUpload;
import io.ticktock.blob.BlobUri;
import io.ticktock.blob.StoredBlob;
import io.ticktock.blob.TenantName;
import io.ticktock.bus.Failure;
import io.ticktock.bus.FailureCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link BlobStore} does. A test class for each store extends this and says how to make one. */
public abstract class BlobStoreContract {

    private static final TenantName ACME = TenantName.of("acme");
    private static final TenantName OTHER = TenantName.of("other");
    private static final Duration HOUR = Duration.ofHours(1);

    private final SetClock clock = new SetClock();

    private BlobStore store;

    /** An empty store, not started yet, that takes the time from this clock. */
    protected abstract BlobStore create(InstantSource clock) throws Exception;

    @BeforeEach
    void start() throws Exception {
        store = create(clock);
        await(store.start());
    }

    @Test
    void namesABlobAfterTenantAndContent() throws Exception {
        assertEquals(
                "blob:acme/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                commit(ACME, "a", "bc").toString());
        assertEquals(
                "blob:acme/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                commit(ACME).toString());
    }

    @ParameterizedTest
    @CsvSource({"0,1,a", "0,10,abcdefghij", "0,2147483647,abcdefghij", "3,4,defg", "9,1,j", "9,100,j", "10,1,''"})
    void readsRanges(long offset, int length, String expected) throws Exception {
        BlobUri uri = commit(ACME, "abc", "defghi", "j");

        assertEquals(new BlobRange(ByteString.copyFromUtf8(expected), 10), await(store.read(uri, offset, length)));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, Long.MAX_VALUE})
    void refusesToReadBeyondTheEnd(long offset) throws Exception {
        BlobUri uri = commit(ACME, "abcdefghij");

        assertEquals(
                FailureCode.INVALID_ARGUMENT,
                failure(store.read(uri, offset, 1)).code());
    }

    @Test
    void readsBackWhatWasWrittenInChunksOfAnySize() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        BlobUpload upload = await(store.upload(ACME));
        ByteString content = ByteString.EMPTY;
        for (int i = 0; i < 20; i++) {
            byte[] chunk = new byte[random.nextInt(200_000)];
            random.nextBytes(chunk);
            // A part of a larger buffer, as a message's field may be.
            ByteString part = ByteString.copyFrom(chunk).substring(chunk.length / 3);
            await(upload.append(part));
            content = content.concat(part);
        }
        BlobUri uri = await(upload.commit());

        ByteString read = ByteString.EMPTY;
        while (read.size() < content.size()) {
            read = read.concat(await(store.read(uri, read.size(), 1 + random.nextInt(500_000)))
                    .bytes());
        }

        assertEquals(content, read, "seed " + seed);
    }

    @Test
    void showsNothingBeforeTheCommit() throws Exception {
        BlobUri uri = commit(OTHER, "content");
        BlobUpload upload = await(store.upload(ACME));
        await(upload.append(ByteString.copyFromUtf8("content")));

        assertNoSuchBlob(new BlobUri(ACME, uri.sha256()));
        assertEquals(1, await(store.list(Optional.empty(), 10)).size());
    }

    @Test
    void forgetsWhatIsAbandoned() throws Exception {
        BlobUpload upload = await(store.upload(ACME));
        await(upload.append(ByteString.copyFromUtf8("content")));

        await(upload.abandon());

        assertEquals(List.of(), await(store.list(Optional.empty(), 10)));
    }

    @Test
    void keepsTenantsApart() throws Exception {
        BlobUri ours = commit(ACME, "secret");

        assertNoSuchBlob(new BlobUri(OTHER, ours.sha256()));
        assertNoSuchBlob(new BlobUri(TenantName.of("ACME"), ours.sha256()));
        BlobUri theirs = commit(OTHER, "secret");
        clock.advance(HOUR);
        assertTrue(await(store.remove(theirs, clock.instant())));
        assertEquals("secret", text(ours));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../acme", "a/b", "A", "CON", "a b", "\u0000", "%61cme", "\u00e9", "\ud83d\ude00"})
    void takesTenantsOfAnyName(String tenantId) throws Exception {
        commit(ACME, "ours");
        BlobUri uri = commit(TenantName.of(tenantId), "theirs");

        assertEquals("theirs", text(BlobUri.parse(uri.toString())));
        assertTrue(uris(await(store.list(Optional.empty(), 10))).contains(uri));
        clock.advance(HOUR);
        assertTrue(await(store.remove(uri, clock.instant())));
    }

    @Test
    void keepsTheSameContentOnce() throws Exception {
        List<Future<BlobUri>> commits = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            commits.add(store.upload(ACME)
                    .compose(upload ->
                            upload.append(ByteString.copyFrom(new byte[50_000])).compose(ignored -> upload.commit())));
        }

        await(Future.join(commits));

        assertEquals(1, commits.stream().map(Future::result).distinct().count());
        assertEquals(1, await(store.list(Optional.empty(), 100)).size());
    }

    @Test
    void listsInPagesInTheOrderOfTheUris() throws Exception {
        TreeSet<BlobUri> expected = new TreeSet<>();
        for (String tenant : List.of("a", "a-b", "a%", "A", "b")) {
            for (int i = 0; i < 5; i++) {
                expected.add(commit(TenantName.of(tenant), "content " + i));
            }
        }

        List<BlobUri> listed = new ArrayList<>();
        List<BlobUri> page = uris(await(store.list(Optional.empty(), 3)));
        while (!page.isEmpty()) {
            assertTrue(page.size() <= 3);
            listed.addAll(page);
            page = uris(await(store.list(Optional.of(page.get(page.size() - 1)), 3)));
        }

        assertEquals(List.copyOf(expected), listed);
    }

    @Test
    void goesOnListingWhereABlobHasBeenRemoved() throws Exception {
        TreeSet<BlobUri> blobs = new TreeSet<>(List.of(commit(ACME, "1"), commit(ACME, "2"), commit(ACME, "3")));
        BlobUri first = blobs.first();
        clock.advance(HOUR);

        await(store.remove(first, clock.instant()));

        assertEquals(List.copyOf(blobs.tailSet(first, false)), uris(await(store.list(Optional.of(first), 10))));
    }

    @Test
    void removesOnlyWhatWasCommittedBefore() throws Exception {
        BlobUri uri = commit(ACME, "content");
        Instant committedAt = clock.instant();
        clock.advance(HOUR);

        assertFalse(await(store.remove(uri, committedAt)));
        assertEquals("content", text(uri));
        assertTrue(await(store.remove(uri, committedAt.plusSeconds(1))));
        assertNoSuchBlob(uri);
        assertFalse(await(store.remove(uri, clock.instant())));
    }

    @Test
    void aRepeatedCommitKeepsABlobFromRemoval() throws Exception {
        BlobUri uri = commit(ACME, "content");
        clock.advance(HOUR);
        Instant again = clock.instant();
        commit(ACME, "content");

        assertEquals(List.of(new StoredBlob(uri, again)), await(store.list(Optional.empty(), 10)));
        assertFalse(await(store.remove(uri, again)));
    }

    @Test
    void aCommitThatCrossesARemovalStays() throws Exception {
        for (int round = 0; round < 50; round++) {
            BlobUri uri = commit(ACME, "content");
            clock.advance(HOUR);
            BlobUpload upload = await(store.upload(ACME));
            await(upload.append(ByteString.copyFromUtf8("content")));

            await(Future.join(upload.commit(), store.remove(uri, clock.instant())));

            assertEquals("content", text(uri));
        }
    }

    private BlobUri commit(TenantName tenant, String... chunks) throws Exception {
        BlobUpload upload = await(store.upload(tenant));
        for (String chunk : chunks) {
            await(upload.append(ByteString.copyFromUtf8(chunk)));
        }
        return await(upload.commit());
    }

    private String text(BlobUri uri) throws Exception {
        return await(store.read(uri, 0, 1000)).bytes().toStringUtf8();
    }

    private void assertNoSuchBlob(BlobUri uri) {
        Failure failure = failure(store.read(uri, 0, 1000));
        assertEquals(FailureCode.NOT_FOUND, failure.code());
        assertEquals(BlobStore.noSuchBlob().getMessage(), failure.getMessage());
    }

    private static List<BlobUri> uris(List<StoredBlob> blobs) {
        return blobs.stream().map(StoredBlob::uri).toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Failure failure(Future<?> future) {
        ExecutionException thrown = assertThrows(ExecutionException.class, () -> await(future));
        return Failure.of(thrown.getCause());
    }
}
